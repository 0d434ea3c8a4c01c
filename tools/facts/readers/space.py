"""Planets, moons, astronauts and chemical elements.

Guarantees: densities in g/cm3 throughout; "1737.5+-0.1" reads as 1737.5; names given name first.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from math import log10

from tools.facts.draft import Draft, Statement, Thing
from tools.facts.fields import is_number, unit_of
from tools.facts.names import straight
from tools.facts.quantity import parse_number
from tools.facts.raw import Raw, Row

DATED = frozenset(
    {"mission_count", "space_hours", "eva_hours", "moon_count", "mission_hours", "flight_year"}
)
NATIONALITIES = {
    "U.S.A": "United States",
    "U.S.S.R/Russia": "Russia/USSR",
    "U.K.": "United Kingdom",
    "Malysia": "Malaysia",
    "Hungry": "Hungary",
    "Netherland": "Netherlands",
    "Republic of South Africa": "South Africa",
    "Korea": "South Korea",
    "UAE": "United Arab Emirates",
}
OCCUPATIONS = {"MSP": "mission specialist", "PSP": "payload specialist"}
DWARF = frozenset({"planet/pluto"})
PLANET_WEIGHT, ELEMENT_WEIGHT, MOON_WEIGHT, ASTRONAUT_WEIGHT = 9.0, 7.0, 2.0, 3.0
HEAVIEST_ELEMENT = 118
SHARED_SURNAME_AT_MOST = 2


def read(raw: Raw, draft: Draft) -> None:
    """Read planets, moons, astronauts and elements."""
    _planets(raw, draft)
    _moons(raw, draft)
    _astronauts(raw, draft)
    _elements(raw, draft)


def _planets(raw: Raw, draft: Draft) -> None:
    for row in raw.rows("planet"):
        draft.thing(
            Thing(row.entity_id, "planet", row.name, PLANET_WEIGHT, row.entity_id not in DWARF)
        )
        column = raw.column(row)
        if column and not is_number(column.field):
            draft.say(Statement(row.entity_id, column.field, row.value.lower(), source=row.source))
        elif column:
            number = parse_number(row.value)
            if number is not None and column.field == "density":
                number /= 1000
            draft.measure(_said(row, column.field), number)


def _said(row: Row, field: str) -> Statement:
    return Statement(
        row.entity_id,
        field,
        row.value,
        None,
        unit_of(field),
        row.period if field in DATED else "",
        row.source,
    )


def _moons(raw: Raw, draft: Draft) -> None:
    for row in raw.rows("moon"):
        draft.thing(Thing(row.entity_id, "moon", row.name, MOON_WEIGHT))
        column = raw.column(row)
        if column is None:
            continue
        if column.field == "planet":
            planet = f"planet/{row.value.lower()}"
            draft.say(
                Statement(row.entity_id, "planet", row.value, source=row.source, value_id=planet)
            )
            draft.say(
                Statement(planet, "moons", row.name, source=row.source, value_id=row.entity_id)
            )
        else:
            number = parse_number(row.value)
            draft.measure(_said(row, column.field), number)
            if column.field == "radius" and number:
                draft.weigh(row.entity_id, MOON_WEIGHT + log10(max(float(number), 1)))


def _astronauts(raw: Raw, draft: Draft) -> None:
    ids = _astronaut_ids(raw)
    hours: dict[str, list[Decimal]] = defaultdict(list)
    for row in raw.rows("astronaut"):
        entity_id = ids[row.entity_id, row.name]
        draft.thing(Thing(entity_id, "astronaut", straight(row.name), ASTRONAUT_WEIGHT))
        if row.property == "mission_hours":
            hours[entity_id].append(parse_number(row.value) or Decimal(0))
        if row.property == "mission":
            _flown(row._replace(entity_id=entity_id), draft)
        column = raw.column(row)
        if column:
            _astronaut_fact(row._replace(entity_id=entity_id), column.field, draft)
    _mend_hours(draft, hours)
    _name_astronauts(draft)


def _astronaut_ids(raw: Raw) -> dict[tuple[str, str], str]:
    ids: dict[tuple[str, str], str] = {}
    for row in raw.rows("astronaut"):
        taken = sum(1 for raw_id, name in ids if raw_id == row.entity_id and name != row.name)
        ids.setdefault(
            (row.entity_id, row.name), f"{row.entity_id}-{taken + 1}" if taken else row.entity_id
        )
    return ids


def _astronaut_fact(row: Row, field: str, draft: Draft) -> None:
    if is_number(field):
        draft.measure(_said(row, field), parse_number(row.value))
        return
    value = (
        row.value.lower() if field == "occupation" and row.value not in OCCUPATIONS else row.value
    )
    value = OCCUPATIONS.get(
        value, NATIONALITIES.get(value, re.sub(r"^other \((.*)\)$", r"\1", value))
    )
    draft.say(Statement(row.entity_id, field, value, source=row.source))


def _flown(row: Row, draft: Draft) -> None:
    year = parse_number(row.period)
    draft.measure(_said(row._replace(value=row.period), "flight_year"), year)


def _mend_hours(draft: Draft, hours: dict[str, list[Decimal]]) -> None:
    """Where every mission's hours are known, their sum stands for the stored total."""
    missions = {
        said.entity_id: said.number for said in draft.statements if said.field == "mission_count"
    }

    def mended(said: Statement) -> Statement:
        flown = hours.get(said.entity_id, [])
        if (
            said.field != "space_hours"
            or len(flown) != missions.get(said.entity_id)
            or said.number == sum(flown)
        ):
            return said
        return Statement(
            said.entity_id,
            said.field,
            str(sum(flown)),
            sum(flown, Decimal(0)),
            "h",
            said.period,
            said.source,
        )

    draft.statements = [mended(said) for said in draft.statements]


def _name_astronauts(draft: Draft) -> None:
    people = [thing for thing in draft.things.values() if thing.type == "astronaut"]
    draft.name_people(people, SHARED_SURNAME_AT_MOST)


def _elements(raw: Raw, draft: Draft) -> None:
    numbers = {
        row.entity_id: int(row.value) for row in raw.rows("element") if row.property == "number"
    }
    gases = {
        row.entity_id
        for row in raw.rows("element")
        if row.property == "phase" and row.value == "Gas"
    }
    for row in raw.rows("element"):
        if numbers[row.entity_id] > HEAVIEST_ELEMENT:
            continue
        draft.thing(Thing(row.entity_id, "element", row.name, ELEMENT_WEIGHT))
        column = raw.column(row)
        if column and is_number(column.field):
            number = parse_number(row.value)
            if number is not None and column.field == "density" and row.entity_id in gases:
                number /= 1000
            draft.measure(_said(row, column.field), number)
        elif column:
            value = row.value.lower() if column.field == "phase" else row.value
            draft.say(Statement(row.entity_id, column.field, value, source=row.source))
