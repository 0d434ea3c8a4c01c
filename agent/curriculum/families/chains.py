"""Chains: each answer feeds the next call."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from agent.curriculum.families.draw import (
    Draw,
    calculate,
    finish,
    gold_of,
    lookup,
    measured_values,
    number_gold,
    set_gold,
)
from agent.curriculum.families.extremes import extreme_of_set, fold_of_set
from agent.curriculum.families.phrasing import ask, chosen_period, with_period
from agent.curriculum.tasks import GoldRow, Task
from tools.types import Entity

RELATIONS: Mapping[str, tuple[str, ...]] = {
    "laureate": ("birth_country", "death_country", "affiliation_country", "prize"),
    "prize": ("laureates",),
    "country": ("capital",),
    "city": ("country",), "mountain": ("country",), "river": ("country",), "lake": ("country",),
    "island": ("country",), "desert": ("country",),
    "moon": ("planet",),
}  # fmt: skip


ASKED_TYPES = ("laureate", "laureate", "prize", "country", "country", "country", "city", "mountain", "river", "lake", "island",
          "organization", "film", "region", "region", "company", "company", "astronaut", "moon", "planet", "element")  # fmt: skip


def attribute(d: Draw) -> Task | None:
    """One field of one entity, sometimes at a period."""
    type_ = d.rng.choice(ASKED_TYPES)
    fields = d.askable(type_, "number", "text", "date", "year", "entity")
    field_id = d.rng.choice(fields) if fields else ""
    entity = d.subject(field_id, type_) if field_id else None
    if entity is None:
        return None
    facts = d.world.facts(field_id)[entity.id]
    period = chosen_period(d, facts)
    kept = d.world.at(entity.id, field_id, period)
    question = ask(d, field_id, d.name(entity))
    if period is not None:
        question = with_period(d, question, period)
    rows = [lookup(entity, d.ref(field_id), period), finish("#1")]
    targets = d.world.targets(entity.id, field_id)
    gold = set_gold([t.name for t in targets]) if targets else gold_of(kept)
    return d.task(question, "chain", "attribute", rows, gold)


def chain(d: Draw) -> Task | None:
    """A field of the thing that one to three relations lead to."""
    walked = _walk(d, d.rng.choice(tuple(RELATIONS)), d.rng.choice((1, 1, 1, 2, 2, 3)))
    if walked is None:
        return None
    entity, said, rows = walked
    asked = d.askable(entity.type, "number", "text", "date", "year", "entity")
    fields = [f for f in asked if entity.id in d.world.facts(f)]
    if not fields:
        return None
    field_id = d.rng.choice(fields)
    rows = [*rows, lookup(f"#{len(rows)}", d.ref(field_id)), finish(f"#{len(rows) + 1}")]
    found = d.world.targets(entity.id, field_id)
    facts = d.world.facts(field_id)[entity.id]
    gold = set_gold([t.name for t in found]) if found else gold_of(facts)
    return d.task(ask(d, field_id, said), "chain", "chain", rows, gold)


def _walk(d: Draw, type_: str, depth: int) -> tuple[Entity, str, list[GoldRow]] | None:
    """Follow up to `depth` relations that each lead to one entity; where it ends, in words, and the rows."""
    relation = _relation(d, type_)
    entity = d.subject(relation, type_) if relation else None
    if relation is None or entity is None:
        return None
    said, rows = d.name(entity), [lookup(entity, d.ref(relation))]
    while True:
        targets = d.world.targets(entity.id, relation)
        if len(targets) != 1:
            return None
        said = d.speech.phrase(d.rng, "rel", relation, d.lang).format(e=said)
        entity = targets[0]
        relation = _relation(d, entity.type)
        if relation is None or len(rows) == depth:
            return entity, said, rows
        rows.append(lookup(f"#{len(rows)}", d.ref(relation)))


def _relation(d: Draw, type_: str) -> str | None:
    relations = [r for r in RELATIONS.get(type_, ()) if d.speech.has("rel", r, d.lang)]
    return d.rng.choice(relations) if relations else None


def over_a_set(d: Draw) -> Task | None:
    """Count, sum, mean, or the extreme of a field over an entity's neighbours."""
    entity = d.subject("neighbours", "country")
    targets = d.world.targets(entity.id, "neighbours") if entity else ()
    if entity is None or len(targets) < 2:
        return None
    said = d.speech.phrase(d.rng, "rel", "neighbours", d.lang).format(e=d.name(entity))
    first = lookup(entity, d.ref("neighbours"))
    if d.rng.random() < 0.25:
        question = d.say(
            ("How many countries border {e}?", "How many neighbours does {e} have?", "Count {s}."),
            ("{e}有多少个邻国？", "{s}有几个？", "有多少国家与{e}接壤？"),
        ).format(e=d.name(entity), s=said)
        rows = [first, calculate("count", "#1"), finish("#2")]
        return d.task(question, "chain", "count", rows, number_gold(Decimal(len(targets))))
    field_id = d.rng.choice(
        [f for f in d.askable("country", "number") if f not in ("land_border",)]
    )
    measured = measured_values(d, field_id, [t.id for t in targets])
    if len(measured) < len(targets):
        return None
    if d.rng.random() < 0.5:
        return extreme_of_set(d, field_id, said, [first], measured)
    return fold_of_set(d, field_id, said, [first], measured)
