"""Mountains, rivers, lakes, islands, deserts, seas, cities and organizations of Mondial.

Guarantees: lakes' swapped depth and elevation are put back; cities that share an id keep the larger one's figures.
Does not guarantee: currency; Mondial's vintage is 2015.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from math import log10

from tools.facts.countries import Atlas
from tools.facts.draft import Draft, Statement, Thing
from tools.facts.fields import is_number, unit_of
from tools.facts.names import is_everyday, slug, variants
from tools.facts.quantity import parse_number
from tools.facts.raw import Raw
from tools.facts.readers import profiles

TYPES = ("city", "mountain", "river", "lake", "island", "desert", "sea", "organization")
# Mondial's column order for lakes is area, elevation, depth; the raw table read it as area, depth, elevation.
SWAPPED = {("lake", "depth"): "elevation", ("lake", "elevation"): "depth"}
OCEANS = {
    "factbook/oceans/zh": "sea/atlantic-ocean",
    "factbook/oceans/xo": "sea/indian-ocean",
    "factbook/oceans/xq": "sea/arctic-ocean",
    "factbook/oceans/zn": "sea/pacific-ocean",
}
OF_OCEANS = {"lowest_point": "deepest_point"}
BASE_WEIGHT = {
    "mountain": 3.0,
    "river": 3.0,
    "lake": 3.0,
    "island": 2.5,
    "desert": 3.0,
    "sea": 4.0,
    "organization": 3.0,
    "city": 0.0,
}
SIZE_FIELD = {
    "mountain": "elevation",
    "river": "length",
    "lake": "area",
    "island": "area",
    "desert": "area",
    "sea": "depth",
    "city": "population",
}
TWO_LETTERS = frozenset({"AU", "EU", "UN"})
SAME_CITY_AT_LEAST = Decimal("0.4")


def read(raw: Raw, draft: Draft, atlas: Atlas) -> None:
    """Read every place and organization."""
    merged_cities = _merged_cities(raw)
    ids = _ids(raw)
    for row in raw.rows(*TYPES):
        entity_id = ids[row.entity_id, row.name]
        draft.thing(Thing(entity_id, row.type, row.name, BASE_WEIGHT[row.type]))
        column = raw.column(row)
        if column and not (row.entity_id in merged_cities and column.field == "elevation"):
            field = SWAPPED.get((row.type, column.field), column.field)
            said = Statement(
                entity_id,
                field,
                row.value,
                unit=unit_of(field),
                period=row.period,
                source=row.source,
                rank=column.rank,
            )
            _state(said, draft, atlas)
    _oceans(raw, draft)
    _keep_larger_city(draft, {ids[key] for key in ids if key[0] in merged_cities})
    _drop_undated_copies(draft)
    _weigh_and_name(draft)


def _oceans(raw: Raw, draft: Draft) -> None:
    """The Factbook's profiles of oceans speak of Mondial's seas."""
    for row in raw.rows("country_profile"):
        ocean, column = OCEANS.get(row.entity_id, ""), raw.column(row)
        if ocean not in draft.things or column is None:
            continue
        said = Statement(
            ocean, OF_OCEANS.get(column.field, column.field), row.value, source=row.source
        )
        if said.field == "deepest_point":
            profiles.deepest(said, draft)
        elif said.field in ("area", "coastline", "mean_depth", "ocean_volume"):
            number = parse_number(said.value)
            measured = replace(said, unit=unit_of(said.field))
            draft.measure(measured, None if number is None else abs(number))


def _merged_cities(raw: Raw) -> set[str]:
    undated: dict[str, set[str]] = defaultdict(set)
    for row in raw.rows("city"):
        if row.property == "population" and not row.period:
            undated[row.entity_id].add(row.value)
    return {entity_id for entity_id, values in undated.items() if len(values) > 1}


def _ids(raw: Raw) -> dict[tuple[str, str], str]:
    """An id of its own for each name, where the raw table gave two places one id."""
    names: dict[str, list[str]] = defaultdict(list)
    for row in raw.rows(*TYPES):
        if row.name not in names[row.entity_id]:
            names[row.entity_id].append(row.name)
    ids = {}
    for raw_id, shared in names.items():
        for place, name in enumerate(shared):
            own = f"{raw_id.partition('/')[0]}/{slug(name)}"
            ids[raw_id, name] = (
                raw_id
                if len(shared) == 1
                else own
                if place == 0 or own != raw_id
                else f"{own}-{place + 1}"
            )
    return ids


def _state(said: Statement, draft: Draft, atlas: Atlas) -> None:
    if said.field == "latitude":
        for field, degrees in zip(("latitude", "longitude"), said.value.split(","), strict=True):
            draft.measure(replace(said, field=field, unit=unit_of(field)), parse_number(degrees))
    elif is_number(said.field):
        number = parse_number(said.value)
        is_missing = number == 0 and said.field in {"depth", "population"}
        draft.measure(said, None if is_missing else number)
    elif said.field == "country":
        country = atlas.by_name(said.value) or ""
        name = draft.things[country].name if country else said.value
        draft.say(Statement(said.entity_id, "country", name, source=said.source, value_id=country))
    else:
        draft.say(said)


def _keep_larger_city(draft: Draft, merged: set[str]) -> None:
    """Of two cities under one id, keep each year's larger population and no year of the smaller alone."""
    largest: dict[tuple[str, str], Decimal] = {}
    for said in draft.statements:
        if said.entity_id in merged and said.field == "population" and said.number is not None:
            key = (said.entity_id, said.period)
            largest[key] = max(largest.get(key, Decimal(0)), said.number)

    def stands(said: Statement) -> bool:
        if said.entity_id not in merged or said.field != "population" or said.number is None:
            return True
        newest = largest.get((said.entity_id, ""), Decimal(0))
        return (
            said.number == largest[said.entity_id, said.period]
            and said.number >= newest * SAME_CITY_AT_LEAST
        )

    draft.statements = [said for said in draft.statements if stands(said)]


def _drop_undated_copies(draft: Draft) -> None:
    """Mondial repeats the newest population without its year."""
    dated = {
        (said.entity_id, said.field, said.value)
        for said in draft.statements
        if said.period and said.source == "mondial"
    }
    draft.statements = [
        said
        for said in draft.statements
        if said.period
        or said.source != "mondial"
        or (said.entity_id, said.field, said.value) not in dated
    ]


def _weigh_and_name(draft: Draft) -> None:
    sizes: dict[str, Decimal] = {}
    for said in draft.statements:
        thing = draft.things[said.entity_id]
        if said.number and SIZE_FIELD.get(thing.type) == said.field:
            sizes[thing.id] = max(sizes.get(thing.id, Decimal(1)), said.number)
    for thing in list(draft.things.values()):
        if thing.type in TYPES:
            draft.weigh(
                thing.id,
                BASE_WEIGHT[thing.type]
                + log10(max(float(sizes.get(thing.id, 1)), 1))
                * (1 if thing.type == "city" else 0.5),
            )
            for alias in variants(thing.name):
                draft.alias(alias, thing.id)
            if thing.type == "organization":
                _abbreviate(thing, draft)


def _abbreviate(organization: Thing, draft: Draft) -> None:
    short = organization.id.partition("/")[2].upper()
    if short in TWO_LETTERS or not is_everyday(short):
        draft.alias(short, organization.id)
        draft.alias(short.replace("-", ""), organization.id)
