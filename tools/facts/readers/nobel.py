"""Nobel laureates and prizes, linked both ways.

Guarantees: `1943-00-00` becomes `1943`; a prize's category and year are facts of both sides.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

from tools.facts.countries import Atlas
from tools.facts.draft import Draft, Statement, Thing
from tools.facts.names import slug
from tools.facts.quantity import parse_number
from tools.facts.raw import Raw, Row

COUNTRY_FIELDS = frozenset(
    {
        "birth_country",
        "birth_country_now",
        "death_country",
        "affiliation_country",
        "founded_country",
    }
)
SHORT = {
    "Physics": ("physics",),
    "Chemistry": ("chemistry",),
    "Physiology or Medicine": ("medicine", "physiology or medicine", "physiology"),
    "Literature": ("literature",),
    "Peace": ("peace",),
    "Economic Sciences": ("economics", "economic sciences"),
}
ZH = {
    "Physics": "物理学",
    "Chemistry": "化学",
    "Physiology or Medicine": "生理学或医学",
    "Literature": "文学",
    "Peace": "和平",
    "Economic Sciences": "经济学",
}
ZH_ALSO = {
    "Physiology or Medicine": ("医学", "生理学", "生理医学"),
    "Economic Sciences": ("经济",),
    "Physics": ("物理",),
}
FORMS = (
    "Nobel Prize in {name} {year}",
    "{year} Nobel Prize in {name}",
    "{year} Nobel Prize for {name}",
    "Nobel Prize in {name} in {year}",
    "Nobel Prize in {name} of {year}",
    "Nobel {name} prize {year}",
    "Nobel {name} prize of {year}",
    "Nobel {name} prize in {year}",
    "{year} Nobel {name} prize",
    "{name} prize {year}",
    "{name} prize of {year}",
    "{name} prize in {year}",
    "{year} {name} prize",
)
ZH_FORMS = (
    "{year}年诺贝尔{name}奖",
    "{year}年{name}奖",
    "诺贝尔{name}奖{year}",
    "{year}诺贝尔{name}奖",
)
PRIZE_WEIGHT = 6.0
LAUREATE_WEIGHT = 5.0
SHARED_SURNAME_AT_MOST = 3


def read(raw: Raw, draft: Draft, atlas: Atlas) -> None:
    """Read every laureate and prize."""
    ids = {row.name: row.entity_id for row in raw.rows("laureate")}
    for row in raw.rows("prize"):
        _enter_prize(row, draft)
    for row in raw.rows("laureate"):
        draft.thing(Thing(row.entity_id, "laureate", row.name, LAUREATE_WEIGHT))
    for row in raw.rows("laureate", "prize"):
        _state(row, raw, draft, atlas)
        if row.property == "laureate" and row.name and row.value in ids:
            draft.say(
                Statement(
                    row.entity_id,
                    "laureates",
                    row.value,
                    period=row.period,
                    source=row.source,
                    value_id=ids[row.value],
                )
            )
    _name_people(draft)


def prize_name(category: str, year: str) -> str:
    """The usual English name: "Nobel Peace Prize 1967", "Nobel Prize in Physics 1921"."""
    return (
        f"Nobel Peace Prize {year}" if category == "Peace" else f"Nobel Prize in {category} {year}"
    )


def _enter_prize(row: Row, draft: Draft) -> None:
    if row.entity_id in draft.things:
        return
    found = re.fullmatch(r"Nobel Prize in (.+) (\d{4})", row.name)
    if not found:
        return
    category, year = found.groups()
    draft.thing(Thing(row.entity_id, "prize", prize_name(category, year), PRIZE_WEIGHT))
    for alias, lang in _prize_aliases(category, year):
        draft.alias(alias, row.entity_id, lang)
    draft.say(Statement(row.entity_id, "prize_category", category, period=year, source=row.source))
    draft.say(
        Statement(row.entity_id, "prize_year", year, Decimal(year), period=year, source=row.source)
    )


def _prize_aliases(category: str, year: str) -> list[tuple[str, str]]:
    english = [
        form.format(name=name, year=year) for name in (category, *SHORT[category]) for form in FORMS
    ]
    names = (ZH[category], *ZH_ALSO.get(category, ()))
    chinese = [form.format(name=name, year=year) for name in names for form in ZH_FORMS]
    return [(alias, "en") for alias in english] + [(alias, "zh") for alias in chinese]


def _date(text: str) -> str:
    return text.removesuffix("-00").removesuffix("-00")


def _state(row: Row, raw: Raw, draft: Draft, atlas: Atlas) -> None:
    column = raw.column(row)
    if column is None or column.field == "laureates":
        return
    said = Statement(
        row.entity_id,
        column.field,
        row.value,
        unit=row.unit,
        period=row.period,
        source=row.source,
        rank=column.rank,
    )
    if column.field == "prize":
        _prize_won(row, draft)
    elif column.field in COUNTRY_FIELDS:
        country = atlas.by_name(row.value) or ""
        name = row.value.removeprefix("the ")
        draft.say(
            Statement(
                row.entity_id,
                column.field,
                name,
                period=row.period,
                source=row.source,
                value_id=country,
            )
        )
    elif column.field == "prize_amount":
        draft.measure(said, parse_number(row.value))
    elif column.field == "laureate_type":
        draft.say(Statement(row.entity_id, column.field, "organization", source=row.source))
    elif column.field in {"birth_date", "death_date", "established"}:
        draft.say(Statement(row.entity_id, column.field, _date(row.value), source=row.source))
    else:
        draft.say(said)


def _prize_won(row: Row, draft: Draft) -> None:
    category, _, year = row.value.rpartition(" ")
    prize_id = f"prize/{slug(category)}-{year}"
    known = prize_id if prize_id in draft.things else ""
    draft.say(
        Statement(
            row.entity_id,
            "prize",
            prize_name(category, year),
            period=year,
            source=row.source,
            value_id=known,
        )
    )
    draft.say(Statement(row.entity_id, "prize_category", category, period=year, source=row.source))
    draft.say(
        Statement(row.entity_id, "prize_year", year, Decimal(year), period=year, source=row.source)
    )


def _name_people(draft: Draft) -> None:
    organizations = {thing.id for thing in draft.things.values() if thing.type == "laureate"}
    organizations -= {said.entity_id for said in draft.statements if said.field == "gender"}
    people = [
        thing
        for thing in draft.things.values()
        if thing.type == "laureate" and thing.id not in organizations
    ]
    prizes = Counter(said.entity_id for said in draft.statements if said.field == "prize")
    for thing in people:
        draft.weigh(thing.id, LAUREATE_WEIGHT + prizes[thing.id] / 2)
    draft.name_people(people, SHARED_SURNAME_AT_MOST)
