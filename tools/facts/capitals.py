"""Capitals: the country's capital as a city of the table, entered where the table has none."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from tools.facts.draft import Draft, Statement, Thing
from tools.facts.names import fold, slug

CAPITAL_BONUS = 2.0


def link_capitals(draft: Draft) -> None:
    """Resolve every capital to a city id and rank capitals above their namesakes."""
    cities: dict[tuple[str, str], str] = {}
    homes: dict[str, str] = {
        s.entity_id: s.value_id
        for s in draft.statements
        if s.field == "country" and s.entity_id.startswith("city/")
    }
    spellings: dict[str, set[str]] = defaultdict(set)
    for alias, entity_id, _ in draft.aliases:
        if entity_id in homes:
            spellings[entity_id].add(fold(alias))
    for city, country in homes.items():
        for spelling in spellings[city]:
            cities.setdefault((country, spelling), city)
    draft.statements = [
        _linked(said, draft, cities) if said.field == "capital" else said
        for said in draft.statements
    ]


def _linked(said: Statement, draft: Draft, cities: dict[tuple[str, str], str]) -> Statement:
    city = cities.get((said.entity_id, fold(said.value))) or _new_city(said, draft)
    draft.weigh(city, draft.things[city].weight + CAPITAL_BONUS)
    draft.alias(said.value, city)
    return replace(said, value_id=city)


def _new_city(said: Statement, draft: Draft) -> str:
    iso3 = said.entity_id.partition("/")[2].lower()
    city = draft.thing(Thing(f"city/{slug(said.value)}-{iso3}", "city", said.value, 4.0))
    country = draft.things[said.entity_id]
    draft.say(Statement(city, "country", country.name, source=said.source, value_id=country.id))
    return city
