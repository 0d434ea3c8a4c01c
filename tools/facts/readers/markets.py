"""Electric-car markets: the IEA's and Our World in Data's regions under one id each.

Guarantees: one region per market; residuals below zero and projections of past years are left out.
"""

from __future__ import annotations

from tools.facts.draft import Draft, Statement, Thing
from tools.facts.fields import unit_of
from tools.facts.quantity import parse_number
from tools.facts.raw import Raw

SAME = {
    "usa": "united-states",
    "korea": "south-korea",
    "european-union-27": "eu27",
    "rest-of-the-world": "rest-of-world",
    "turkiye": "turkey",
}
NAMES = {
    "eu27": "European Union",
    "rest-of-world": "Rest of the world",
    "viet-nam": "Vietnam",
    "turkey": "Turkey",
    "united-states": "United States",
    "south-korea": "South Korea",
}
ALSO = {
    "eu27": ("EU", "EU27", "EU-27", "European Union (27)"),
    "united-states": ("USA", "US", "U.S.", "America"),
    "united-kingdom": ("UK", "U.K.", "Britain", "Great Britain"),
    "south-korea": ("Korea",),
    "turkey": ("Turkiye", "Türkiye"),
    "rest-of-world": ("Rest of World", "other countries"),
    "world": ("the world", "global", "worldwide", "globally"),
    "viet-nam": ("Viet Nam",),
    "czech-republic": ("Czechia",),
    "netherlands": ("the Netherlands", "Holland"),
    "north-america": ("N. America",),
}
AGGREGATES = frozenset(
    {
        "world",
        "europe",
        "eu27",
        "africa",
        "asia-pacific",
        "north-america",
        "rest-of-world",
        "central-and-south-america",
        "middle-east-and-caspian",
    }
)
REGION_WEIGHT = 4.0
LAST_YEAR_OF_HISTORY = "2024"


def read(raw: Raw, draft: Draft) -> None:
    """Read every market and its figures."""
    for row in raw.rows("ev_region"):
        key = row.entity_id.partition("/")[2]
        key = SAME.get(key, key)
        entity_id = draft.thing(
            Thing(
                f"region/{key}",
                "region",
                NAMES.get(key, row.name),
                REGION_WEIGHT,
                key not in AGGREGATES,
            )
        )
        column, number = raw.column(row), parse_number(row.value)
        is_past_projection = row.property.endswith("/STEPS") and row.period <= LAST_YEAR_OF_HISTORY
        if column is None or is_past_projection or (number is not None and number < 0):
            continue
        draft.measure(
            Statement(
                entity_id,
                column.field,
                row.value,
                None,
                unit_of(column.field),
                row.period,
                row.source,
                rank=column.rank,
            ),
            number,
        )
    for key, names in ALSO.items():
        for name in names if f"region/{key}" in draft.things else ():
            draft.alias(name, f"region/{key}")
