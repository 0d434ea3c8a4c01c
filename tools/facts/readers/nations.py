"""Countries: World Bank series, Factbook profiles and Mondial's independence dates under one id.

Guarantees: numbers in base units with the unit named; relations resolved where the name is clear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from math import log10

from tools.facts import listings
from tools.facts.countries import Atlas, Country
from tools.facts.draft import Draft, Statement, Thing
from tools.facts.fields import is_number, reading, unit_of
from tools.facts.names import ascii_only
from tools.facts.quantity import parse_number, stated_year
from tools.facts.raw import Raw, Row
from tools.facts.readers import profiles

DECIMALS = {"gdp": Decimal(1), "population": Decimal(1), "gdp_deflator": Decimal("0.01")}
LANGUAGES_AT_MOST = 8
LONGEST_GOVERNMENT = 80
_PARENTHESES = re.compile(r"\s*\([^()]*\)")
_NEIGHBOUR = re.compile(r"(?:^|[;,]|\band\b)\s*(?P<name>[A-Z][^;,\d]*?)\s*\d[\d.,]*\s*km")
_NOT_THE_NAME = re.compile(r" in Romanian|,? aka | is the ")
_FROM = re.compile(r"\(from (?:the )?(?P<ruler>[A-Z][^();,]*?)(?: rule| administration)?[),;]")
_NO_LANGUAGE = re.compile(
    r"\d|\b(?:other|unspecified|many|local|indigenous|tribal|various|numerous|languages?|dialects?|none|note|is|widely|common)\b",
    re.I,
)
OFFICIAL_CURRENCY = {"country/USA": "US dollars (USD)"}


def read(raw: Raw, draft: Draft, atlas: Atlas) -> None:
    """Read every country and its facts."""
    for country in atlas.countries:
        _enter(country, draft)
    for row in raw.rows("country", "country_profile"):
        entity_id, column = atlas.by_key(row.entity_id, row.name), raw.column(row)
        if entity_id and column:
            said = Statement(
                entity_id,
                column.field,
                row.value,
                period=_period(row),
                source=row.source,
                rank=column.rank,
            )
            _state(said, draft, atlas)
    _prefer_mondial(draft)
    _return_neighbours(draft)
    _fill_currencies(draft, atlas)
    _weigh(draft)


def _enter(country: Country, draft: Draft) -> None:
    draft.thing(
        Thing(
            country.id,
            "country",
            country.name,
            8.0 if country.is_sovereign else 5.0,
            country.is_sovereign,
        )
    )
    for alias in country.also:
        draft.alias(alias, country.id)
    for alias in (country.name, *country.also):
        draft.alias(ascii_only(alias), country.id)
    if country.zh:
        draft.alias(country.zh, country.id, "zh")
    draft.say(Statement(country.id, "continent", country.continent, source="countrycodes"))
    draft.say(Statement(country.id, "iso_code", country.iso3, source="countrycodes"))


def _period(row: Row) -> str:
    if row.period:
        return row.period
    trailing = re.search(r" (\d{4})$", row.property)
    return trailing[1] if trailing else stated_year(row.value)


def _state(said: Statement, draft: Draft, atlas: Atlas) -> None:
    if reading(said.field):
        profiles.state(said, draft, atlas)
    elif is_number(said.field):
        _measure(said, draft)
    elif said.field == "neighbours":
        _neighbours(said, draft, atlas)
    elif said.field == "independence":
        _independence(said, draft)
    elif said.field == "former_ruler":
        _texts(said, [_ruler(said.value, atlas)], draft)
    else:
        _texts(said, _READ.get(said.field, _as_it_stands)(said.value), draft)


def _as_it_stands(text: str) -> list[str]:
    return [text]


def _measure(said: Statement, draft: Draft) -> None:
    number = parse_number(profiles.without_label(said.value))
    if number is not None and said.field in DECIMALS:
        number = number.quantize(DECIMALS[said.field])
    draft.measure(_with(said, said.value, unit_of(said.field)), number)


def _with(said: Statement, value: str, unit: str = "", value_id: str = "") -> Statement:
    return Statement(
        said.entity_id, said.field, value, None, unit, said.period, said.source, value_id, said.rank
    )


def _texts(said: Statement, values: list[str], draft: Draft) -> None:
    for value in values:
        if value:
            draft.say(_with(said, value))


def _neighbours(said: Statement, draft: Draft, atlas: Atlas) -> None:
    plain = _PARENTHESES.sub("", said.value)
    for found in _NEIGHBOUR.finditer(plain):
        neighbour = atlas.by_name(found["name"])
        if neighbour and neighbour != said.entity_id:
            draft.say(_with(said, draft.things[neighbour].name, value_id=neighbour))


def _return_neighbours(draft: Draft) -> None:
    """A border has two sides; the raw lists of long borders are cut off."""
    known = {
        (said.entity_id, said.value_id) for said in draft.statements if said.field == "neighbours"
    }
    for said in [said for said in draft.statements if said.field == "neighbours"]:
        if (said.value_id, said.entity_id) not in known:
            name = draft.things[said.entity_id].name
            draft.say(
                Statement(
                    said.value_id, "neighbours", name, source=said.source, value_id=said.entity_id
                )
            )


def _government(text: str) -> list[str]:
    name = _PARENTHESES.sub("", re.split(r";|\bnote\b", text)[0]).strip()
    name = name.rpartition(" - ")[2].removeprefix("formerly, ")
    return [name] if len(name) <= LONGEST_GOVERNMENT else []


def _capitals(text: str) -> list[str]:
    stated = _PARENTHESES.sub("", re.split(r"\bnote\b", text)[0])
    names = [_NOT_THE_NAME.split(part)[0].strip() for part in re.split(r"; |, (?!D\.?C)", stated)]
    return [name for name in names if name[:1].isupper()]


def _languages(text: str) -> list[str]:
    flat = _PARENTHESES.sub("", _PARENTHESES.sub("", text))
    names = [
        re.sub(r"\s*(?:less than )?[\d.]+%.*", "", part).strip()
        for part in re.split(r"[,;]| (?:and|or) ", flat)
    ]
    kept = [
        name
        for name in names
        if 2 < len(name) < 30 and name[0].isupper() and not _NO_LANGUAGE.search(name)
    ]
    return list(dict.fromkeys(kept))[:LANGUAGES_AT_MOST]


def _domain(text: str) -> list[str]:
    return re.findall(r"\.[a-z]{2,3}\b", text)[:1]


def _independence(said: Statement, draft: Draft) -> None:
    """The date, and in the Factbook also from whom."""
    first = said.value.partition(";")[0]
    _texts(said, listings.moment(first), draft)
    if found := _FROM.search(first):
        _texts(replace(said, field="former_ruler"), [found["ruler"].strip()], draft)


def _currency(text: str) -> list[str]:
    """`kwanza (AOA) per US dollar -`; a list of foreign rates (`British pounds per US dollar: 0.782`) names none."""
    name, marker, rest = text.partition(" per US dollar")
    return [name] if marker and not rest.startswith(":") else []


def _prefer_mondial(draft: Draft) -> None:
    """The Factbook's account of independence stands only where Mondial has none."""
    fields = ("independence", "former_ruler")
    told = {
        (s.entity_id, s.field)
        for s in draft.statements
        if s.field in fields and s.source == "mondial"
    }
    draft.statements = [
        said
        for said in draft.statements
        if said.source == "mondial" or (said.entity_id, said.field) not in told
    ]


def _ruler(code: str, atlas: Atlas) -> str:
    country = atlas.by_key(f"mondial/{code}", MONDIAL_CODES.get(code, code))
    return next((c.name for c in atlas.countries if c.id == country), MONDIAL_CODES.get(code, code))


def _fill_currencies(draft: Draft, atlas: Atlas) -> None:
    known = {said.entity_id for said in draft.statements if said.field == "currency"}
    for country in atlas.countries:
        currency = OFFICIAL_CURRENCY.get(country.id, country.currency)
        if country.id not in known and currency:
            draft.say(Statement(country.id, "currency", currency, source="countrycodes"))


def _weigh(draft: Draft) -> None:
    newest: dict[str, tuple[str, Decimal]] = {}
    for said in draft.statements:
        if said.field == "population" and said.number:
            newest[said.entity_id] = max(
                newest.get(said.entity_id, ("", Decimal(1))), (said.period, said.number)
            )
    for entity_id, (_, people) in newest.items():
        thing = draft.things[entity_id]
        draft.weigh(entity_id, thing.weight + log10(max(float(people), 1)) / 2)


_READ: Mapping[str, Callable[[str], list[str]]] = {
    "capital": _capitals,
    "languages": _languages,
    "currency": _currency,
    "government": _government,
    "internet_domain": _domain,
}
MONDIAL_CODES = {
    "GB": "United Kingdom",
    "F": "France",
    "E": "Spain",
    "P": "Portugal",
    "NL": "Netherlands",
    "SRB": "Serbia",
    "I": "Italy",
    "J": "Japan",
    "NZ": "New Zealand",
    "DK": "Denmark",
    "R": "Russia",
    "S": "Sweden",
    "CN": "China",
    "PK": "Pakistan",
    "USA": "United States",
    "MAL": "Malaysia",
    "RI": "Indonesia",
    "ET": "Egypt",
    "SUD": "Sudan",
    "B": "Belgium",
    "ETH": "Ethiopia",
    "CO": "Colombia",
    "RH": "Haiti",
    "BR": "Brazil",
}
