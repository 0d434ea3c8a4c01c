"""Intersections: a class and several conditions, or a few candidates and one field."""

from __future__ import annotations

from decimal import Decimal

from agent.curriculum.families.constraints import draw_constraints, draw_group, narrowed
from agent.curriculum.families.draw import (
    MAX_ANSWERS,
    Draw,
    best_of,
    calculate,
    finish,
    lookup,
    measured_values,
    names_of,
    number_gold,
    set_gold,
    verify,
)
from agent.curriculum.families.extremes import extreme_of_class
from agent.curriculum.families.phrasing import listed, superlative_word
from agent.curriculum.tasks import GoldRow, Task


def intersection(d: Draw) -> Task | None:
    """A class narrowed by one to four constraints: list, count, or the extreme of the rest."""
    group = draw_group(d)
    drawn = draw_constraints(d, group, d.rng.choice((1, 2, 2, 2, 3, 3, 4)))
    if drawn is None:
        return None
    constraints, phrases, ids = drawn
    rows = [GoldRow("search", (group,))]
    rows += [
        verify(f"#{n}", d.ref(c.field), c.comparator, c.target)
        for n, c in enumerate(constraints, 1)
    ]
    said = narrowed(d, group, phrases)
    last = f"#{len(rows)}"
    shape = d.rng.random()
    if shape < 0.2:
        question = d.say(
            (
                "How many {s} are there?",
                "Count the {s}.",
                "What is the number of {s}?",
                "How many {s}?",
            ),
            ("有多少{s}？", "{s}有多少？", "{s}一共有几个？"),
        ).format(s=said)
        rows += [calculate("count", last), finish(f"#{len(rows) + 1}")]
        return d.task(question, "intersection", "count", rows, number_gold(Decimal(len(ids))))
    if shape < 0.45 and len(ids) >= 2 and len(rows) <= 5:
        return extreme_of_class(d, group, said, rows, ids)
    if len(ids) > MAX_ANSWERS:
        return None
    question = d.say(
        ("Which {s}?", "Which {s} are there?", "Name all {s}.", "Find {s}.", "List the {s}.", "Show me {s}.",
         "I need a list of {s}."),
        ("哪些{s}？", "有哪些{s}？", "列出{s}。", "找出{s}。", "{s}有哪些？"),
    ).format(s=said)  # fmt: skip
    return d.task(
        question, "intersection", "intersection", [*rows, finish(last)], set_gold(names_of(d, ids))
    )


def superlative(d: Draw) -> Task | None:
    """The extreme member of a whole class, or of a few named entities."""
    group = draw_group(d)
    if d.rng.random() < 0.5:
        ids = [e.id for e in d.world.store.members(group)]
        said = d.speech.group(d.rng, group, d.lang)
        return extreme_of_class(d, group, said, [GoldRow("search", (group,))], ids)
    type_ = d.rng.choice(
        ("country", "city", "mountain", "river", "lake", "company", "element", "planet", "region")
    )
    fields = d.askable(type_, "number")
    field_id = d.rng.choice(fields) if fields else ""
    subjects = list(d.world.subjects(field_id, type_)) if field_id else []
    n = d.rng.choice((2, 2, 3, 3, 4, 5))
    if len(subjects) < n:
        return None
    chosen = d.rng.sample(subjects, n)
    measured = measured_values(d, field_id, [e.id for e in chosen])
    if len(measured) < n or len({v for v, _ in measured}) < n:
        return None
    operation = d.rng.choice(("argmax", "argmax", "argmin"))
    names = listed(d, [d.name(e) for e in chosen])
    best = best_of(operation, measured)
    question = d.say(
        ("Which of {names} has the {sup} {np}?", "Which has the {sup} {np}: {names}?",
         "Who or what has the {sup} {np}, {names}?", "{names}: which one has the {sup} {np}?"),
        ("{names}中哪个的{np}{sup}？", "{names}，谁的{np}{sup}？", "在{names}之中，{np}{sup}的是哪个？"),
    ).format(names=names, np=d.np(field_id), sup=superlative_word(d, operation))  # fmt: skip
    rows = [
        GoldRow("search", tuple(chosen)),
        lookup("#1", d.ref(field_id)),
        calculate(operation, "#2"),
        finish("#3"),
    ]
    return d.task(question, "intersection", "superlative", rows, set_gold([best.name]))
