"""Reconciliation: two figures for one thing, and facts that the world is found without."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from agent.curriculum.families.chains import ask, gold_for
from agent.curriculum.families.draw import (
    Draw,
    NotDrawnError,
    calculate,
    finish,
    lookup,
    number_gold,
    number_of,
)
from agent.curriculum.tasks import Plant, Task

SIBLINGS = (("population", "population_factbook"), ("gdp", "gdp_factbook"))


def sources(d: Draw) -> Task:
    """How far two figures for the same thing are apart."""
    one, other = d.rng.choice(SIBLINGS)
    entity = d.subject(one, "country")
    facts = [d.world.facts(f).get(entity.id) for f in (one, other)]
    if not facts[0] or not facts[1]:
        raise NotDrawnError
    question = d.frame("sources", e=d.name(entity), np=d.np(one, "country"), np2=d.np(other, "country"))  # fmt: skip
    rows = [lookup(entity, one), lookup(entity, other), calculate("difference", "#1", "#2"), finish("#3")]  # fmt: skip
    gap = number_of(facts[0][0]) - number_of(facts[1][0])
    gold = replace(number_gold(gap, facts[0][0].unit), accept=(f"{-gap:f}",))
    return d.task(question, "reconciliation", "sources", rows, gold)


def planted(d: Draw) -> Task:
    """A lookup whose field the world is found without; a near field has the value."""
    field = d.pick([f for f in d.world.fields.values() if f.near])
    near, type_ = field.near or "", d.pick(sorted(field.types))
    entity = d.subject(field.id, type_)
    held = d.world.facts(near).get(entity.id)
    if not held:
        raise NotDrawnError
    question = ask(d, field.id, type_, d.name(entity))
    rows = (lookup(entity, field.id), finish("#1"))
    revised = (lookup(entity, near), finish("#1"))
    gold = gold_for(d, entity, near, held)
    made = d.task(question, "reconciliation", "planted", rows, gold)
    return replace(made, plants=(Plant(entity.id, field.id),), revised=revised)


def planted_comparison(d: Draw) -> Task:
    """Two things compared in a field that one of them is found without; its near field has the value."""
    field_id, near = d.rng.choice(SIBLINGS)
    subjects = [e for e in d.world.subjects(field_id, "country") if e.id in d.world.facts(near)]
    if len(subjects) < 2:
        raise NotDrawnError
    left, right = d.rng.sample(subjects, 2)
    broken = d.rng.choice((left, right))
    fields = [near if e is broken else field_id for e in (left, right)]
    a, b = (number_of(d.world.facts(f)[e.id][0]) for e, f in zip((left, right), fields, strict=True))  # fmt: skip
    if not b or abs(a / b - 1) < Decimal("0.05"):
        raise NotDrawnError
    question = d.frame("difference", a=d.name(left), b=d.name(right), np=d.np(field_id, "country"))
    tail = (calculate("difference", "#1", "#2"), finish("#3"))
    rows = (*[lookup(e, field_id) for e in (left, right)], *tail)
    mended = (*[lookup(e, f) for e, f in zip((left, right), fields, strict=True)], *tail)
    gold = replace(number_gold(a - b), accept=(f"{b - a:f}",))
    made = d.task(question, "reconciliation", "planted", rows, gold)
    return replace(made, plants=(Plant(broken.id, field_id),), revised=mended)
