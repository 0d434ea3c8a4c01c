"""The texts of the Factbook's country profiles, each read as its field says (`reads` in `fields.toml`).

Guarantees: every value is a name, a number or a word of our own; no sentence is copied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from tools.facts import listings
from tools.facts.countries import Atlas
from tools.facts.draft import Draft, Statement
from tools.facts.fields import read_beside, reading, unit_of
from tools.facts.listings import Share
from tools.facts.quantity import parse_number

_PEAK = re.compile(r"^(?P<name>.*?)\s*,?\s*(?P<metres>-?\d[\d,]*(?:\.\d+)?)\s*m\b")
_DEGREES = re.compile(r"(\d+)\s+(\d+)\s+([NS]),\s*(\d+)\s+(\d+)\s+([EW])")
_HEADS = re.compile(r"(\d[\d,]*(?:\.\d+)?)(?:-(\d[\d,]*))?( million)?(?=\s)")
_LABEL = re.compile(r"^[a-z][a-z ]*:\s*")
_LEAST_HEADS = Decimal(100)
_SHORT_NAMES = {
    "NZ": "New Zealand",
    "S. Korea": "South Korea",
    "almost entirely United Kingdom": "United Kingdom",
}
_NO_FAITH = frozenset({"none", "atheist", "agnostic", "unaffiliated", "agnostic/atheist"})

_TEXTS: Mapping[str, Callable[[str], list[str]]] = {
    "names": listings.names,
    "sites": listings.sites,
    "phrase": listings.phrase,
    "title": listings.title,
    "demonym": listings.demonym,
    "place": listings.place,
    "tier": listings.tier,
    "members": listings.members,
    "person": listings.person,
    "authors": listings.authors,
    "since": listings.since,
    "date": listings.moment,
    "yes or no": listings.yes_no,
}


def without_label(text: str) -> str:
    """`arable land: 3.2%` -> `3.2%`."""
    return _LABEL.sub("", text)


def state(said: Statement, draft: Draft, atlas: Atlas) -> None:
    """Enter what a profile's text says of a field that is read in a way of its own."""
    for field in (said.field, *read_beside(said.field)):
        _state(replace(said, field=field), draft, atlas)


def _state(said: Statement, draft: Draft, atlas: Atlas) -> None:
    how = reading(said.field)
    if how in _MEASURED:
        _MEASURED[how](said, draft)
        return
    for value in _values(said, how, atlas):
        draft.say(replace(said, value=value))


def _values(said: Statement, how: str, atlas: Atlas) -> list[str]:
    match how:
        case "keywords":
            return listings.keywords(said.field, said.value)
        case "shares":
            return [share.said for share in _parts(said)]
        case "largest share":
            return [share.name for share in _largest(_parts(said))]
        case "partners":
            return [share.said for share in _partners(said.value, atlas)]
        case "largest partner":
            return [share.name for share in _partners(said.value, atlas)[:1]]
        case "towns":
            return [f"{name} ({_whole(size):,})" for name, size in listings.towns(said.value)]
        case "largest town":
            return [name for name, _ in listings.towns(said.value)[:1]]
    return _TEXTS[how](said.value)


def _parts(said: Statement) -> list[Share]:
    """The shares of a text under the names that the table uses, the first of each name."""
    names = "religions" if said.field == "main_religion" else said.field
    parts: dict[str, Share] = {}
    for share in listings.shares(said.value):
        name = listings.canonical(names, share.name)
        parts.setdefault(name, replace(share, name=name))
    return list(parts.values())


def _largest(parts: list[Share]) -> list[Share]:
    """The largest part that is a group; the first one where none is measured."""
    groups = [share for share in parts if share.name.lower() not in _NO_FAITH]
    measured = [share for share in groups if share.percent]
    return sorted(measured, key=lambda share: -_lower_bound(share))[:1] or groups[:1]


def _lower_bound(share: Share) -> Decimal:
    return Decimal(re.split(r"[-–]", share.percent)[0])


def _partners(text: str, atlas: Atlas) -> list[Share]:
    """The countries of a list of shares, by the names of the table."""
    names = {country.id: country.name for country in atlas.countries}
    shares = listings.shares(text.replace(" & ", " and "))
    full = (replace(share, name=_SHORT_NAMES.get(share.name, share.name)) for share in shares)
    known = ((share, atlas.by_name(share.name.replace("St.", "Saint"))) for share in full)
    return [replace(share, name=names[country]) for share, country in known if country]


def _whole(size: str) -> Decimal:
    return (parse_number(size) or Decimal(0)).quantize(Decimal(1))


def _point(said: Statement, draft: Draft) -> None:
    """A point's name, and its height where a field wants it (`lowest_point` and `lowest_elevation`)."""
    found = _PEAK.match(said.value)
    height = said.field.replace("_point", "_elevation")
    if not found:
        draft.dropped[height] += 1
        return
    draft.say(replace(said, value=listings.bare(found["name"])))
    if height != said.field:
        metres = replace(said, field=height, unit=unit_of(height), period="")
        draft.measure(metres, parse_number(found["metres"]))


def deepest(said: Statement, draft: Draft) -> None:
    """The name of an ocean's deepest point."""
    found = _PEAK.match(said.value)
    if found:
        draft.say(replace(said, value=listings.bare(found["name"])))


def _coordinates(said: Statement, draft: Draft) -> None:
    """`36 45 N, 3 03 E` as degrees of latitude and longitude."""
    found = _DEGREES.search(said.value)
    for name, degrees in _degrees(found) if found else ():
        field = said.field.replace("latitude", name)
        measured = replace(said, field=field, unit=unit_of(field))
        draft.measure(measured, degrees.quantize(Decimal("0.01")))


def _degrees(found: re.Match[str]) -> Iterator[tuple[str, Decimal]]:
    sixty = Decimal(60)
    north = Decimal(found[1]) + Decimal(found[2]) / sixty
    east = Decimal(found[4]) + Decimal(found[5]) / sixty
    yield "latitude", north if found[3] == "N" else -north
    yield "longitude", east if found[6] == "E" else -east


def _heads(said: Statement, draft: Draft) -> None:
    """The first number of people in a text; of a range its lower end."""
    for low, high, million in _HEADS.findall(listings.bare(said.value)):
        number = parse_number(f"{low}{million}") or Decimal(0)
        if "," in high and "," not in low:
            number *= 1000  # 30-35,000
        if number >= _LEAST_HEADS:
            draft.measure(replace(said, unit=unit_of(said.field)), number)
            return
    draft.measure(said, None)


def _divisions(said: Statement, draft: Draft) -> None:
    """How many divisions a country has, and of which kind."""
    counted = listings.counted(said.value)
    number = sum((Decimal(n) for n, _ in counted), Decimal(0))
    draft.measure(said, number or None)
    for n, kind in counted:
        draft.say(replace(said, field="division_kinds", value=f"{n} {kind}"))


_MEASURED: Mapping[str, Callable[[Statement, Draft], None]] = {
    "point": _point,
    "coordinates": _coordinates,
    "heads": _heads,
    "divisions": _divisions,
}
