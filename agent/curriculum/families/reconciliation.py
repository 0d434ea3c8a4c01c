"""Reconciliation: claims that may be false, and facts that the world is found without."""

from __future__ import annotations

from decimal import Decimal

from agent.curriculum.families.draw import (
    Draw,
    calculate,
    finish,
    gold_of,
    lookup,
    measured_values,
    number_of,
    set_gold,
    verify,
)
from agent.curriculum.families.phrasing import ask, asked_claim
from agent.curriculum.tasks import Gold, Plant, Task


def claim(d: Draw) -> Task | None:
    """A claim about one entity, true or false."""
    type_, field_id = d.rng.choice((("laureate", "birth_country"), ("laureate", "death_country"), ("mountain", "country"),
                                    ("river", "country"), ("country", "capital"), ("moon", "planet"), ("lake", "country"),
                                    ("laureate", "affiliation_country"), ("island", "country")))  # fmt: skip
    entity = d.subject(field_id, type_)
    targets = d.world.targets(entity.id, field_id) if entity else ()
    if entity is None or not targets:
        return None
    is_true = d.rng.random() < 0.5
    other = d.rng.choice(
        d.world.subjects("capital", "country") if targets[0].type == "country" else targets
    )
    target = targets[0] if is_true or other in targets else other
    statement = {
        "birth_country": (("{e} was born in {v}",), ("{e}出生在{v}",)),
        "death_country": (("{e} died in {v}",), ("{e}在{v}去世",)),
        "affiliation_country": (("{e} worked in {v}",), ("{e}的任职机构在{v}",)),
        "country": (
            ("{e} is in {v}", "{e} lies in {v}", "{e} is located in {v}"),
            ("{e}位于{v}", "{e}在{v}"),
        ),
        "capital": (
            ("the capital of {e} is {v}", "{v} is the capital of {e}"),
            ("{e}的首都是{v}",),
        ),
        "planet": (("{e} orbits {v}",), ("{e}环绕{v}",)),
    }[field_id]
    question = asked_claim(d, d.say(*statement).format(e=d.name(entity), v=d.name(target)))
    rows = [verify(entity, d.ref(field_id), "=", target), finish("#1")]
    gold = Gold("supported" if target in targets else "contradicted")
    return d.task(question, "reconciliation", "claim", rows, gold)


def comparison_claim(d: Draw) -> Task | None:
    """A claim that compares two entities, true or false."""
    type_ = d.rng.choice(
        ("country", "city", "mountain", "river", "lake", "company", "element", "region")
    )
    fields = d.askable(type_, "number")
    field_id = d.rng.choice(fields) if fields else ""
    subjects = d.world.subjects(field_id, type_) if field_id else ()
    if len(subjects) < 2:
        return None
    left, right = d.rng.sample(list(subjects), 2)
    measured = measured_values(d, field_id, [left.id, right.id])
    if len(measured) < 2 or measured[0][0] == measured[1][0]:
        return None
    comparator = d.rng.choice((">", "<"))
    words = {">": ("higher", "greater", "larger"), "<": ("lower", "smaller")}[comparator]
    statement = d.say(
        ("{a} has a {w} {np} than {b}", "the {np} of {a} is {w} than that of {b}"), ("{a}的{np}{z}{b}", "{a}的{np}比{b}{y}")
    ).format(a=d.name(left), b=d.name(right), np=d.np(field_id), w=d.rng.choice(words),
             z={">": "高于", "<": "低于"}[comparator], y={">": "高", "<": "低"}[comparator])  # fmt: skip
    rows = [
        lookup(left, d.ref(field_id)),
        lookup(right, d.ref(field_id)),
        verify("#1", None, comparator, "#2"),
        finish("#3"),
    ]
    a, b = measured[0][0], measured[1][0]
    holds = a > b if comparator == ">" else a < b
    gold = Gold("supported" if holds else "contradicted")
    return d.task(asked_claim(d, statement), "reconciliation", "comparison", rows, gold)


def planted(d: Draw) -> Task | None:
    """A lookup (alone or at the end of a chain) whose field the world is found without; a near field has the value."""
    field_id = d.rng.choice(
        [f.id for f in d.world.fields.values() if f.near and d.speech.has("np", f.id, d.lang)]
    )
    near = d.world.fields[field_id].near or ""
    type_ = d.rng.choice(sorted(d.world.fields[field_id].types))
    entity = d.subject(field_id, type_)
    if entity is None or entity.id not in d.world.facts(near):
        return None
    question = ask(d, field_id, d.name(entity))
    rows = (lookup(entity, d.ref(field_id)), finish("#1"))
    revised = (lookup(entity, d.ref(near)), finish("#1"))
    targets = d.world.targets(entity.id, near)
    gold = (
        set_gold([t.name for t in targets]) if targets else gold_of(d.world.facts(near)[entity.id])
    )
    plants = (Plant(entity.id, field_id),)
    said = d.speech.styled(d.rng, question, d.lang)
    return Task(said, d.lang, "reconciliation", "planted", rows, gold, plants, revised)


def planted_comparison(d: Draw) -> Task | None:
    """Two entities compared in a field that one of them is found without; its near field has the value."""
    field_id = d.rng.choice(("population", "gdp"))
    near = d.world.fields[field_id].near
    subjects = [
        e for e in d.world.subjects(field_id, "country") if near and e.id in d.world.facts(near)
    ]
    if near is None or len(subjects) < 2:
        return None
    left, right = d.rng.sample(subjects, 2)
    broken = d.rng.choice((left, right))
    a, b = (
        number_of(d.world.facts(near if e is broken else field_id)[e.id][0]) for e in (left, right)
    )
    if not b or abs(a / b - 1) < Decimal("0.05"):
        return None
    question = d.say(
        (
            "What is the difference in {np} between {a} and {b}?",
            "How much do {a} and {b} differ in {np}?",
        ),
        ("{a}和{b}的{np}相差多少？",),
    ).format(a=d.name(left), b=d.name(right), np=d.np(field_id))
    head = [lookup(e, d.ref(field_id)) for e in (left, right)]
    mended = [lookup(e, d.ref(near if e is broken else field_id)) for e in (left, right)]
    tail = [calculate("difference", "#1", "#2"), finish("#3")]
    gold = Gold(f"{a - b:f}", (f"{b - a:f}",), "", 0.01)
    said = d.speech.styled(d.rng, question, d.lang)
    plants = (Plant(broken.id, field_id),)
    return Task(
        said, d.lang, "reconciliation", "planted", (*head, *tail), gold, plants, (*mended, *tail)
    )
