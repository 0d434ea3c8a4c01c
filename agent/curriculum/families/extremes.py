"""The last rows over a set: its extreme member, or a fold of one of its fields."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from agent.curriculum.families.draw import (
    Draw,
    best_of,
    calculate,
    finish,
    lookup,
    measured_values,
    number_gold,
    set_gold,
)
from agent.curriculum.families.phrasing import superlative_word
from agent.curriculum.tasks import GoldRow, Task, Topology
from agent.types import Language
from tools.types import Entity, EntityClass

FOLDS: Mapping[str, Mapping[Language, tuple[str, ...]]] = {
    "sum": {"en": ("the total {np} of {s}", "the combined {np} of {s}", "{np} of {s} added up"),
            "zh": ("{s}的{np}总和", "{s}的{np}合计")},
    "mean": {"en": ("the average {np} of {s}", "the mean {np} of {s}"), "zh": ("{s}的平均{np}", "{s}的{np}平均值")},
    "max": {"en": ("the highest {np} among {s}", "the largest {np} of any of {s}"), "zh": ("{s}中最高的{np}",)},
    "min": {"en": ("the lowest {np} among {s}", "the smallest {np} of any of {s}"), "zh": ("{s}中最低的{np}",)},
}  # fmt: skip


def extreme_of_class(
    d: Draw, group: EntityClass, said: str, rows: list[GoldRow], ids: list[str]
) -> Task | None:
    """Ask for the extreme member of a searched and narrowed class."""
    fields = [
        f
        for f in d.askable(group.type, "number")
        if sum(i in d.world.facts(f) for i in ids) >= max(2, len(ids) * 0.5)
    ]
    if not fields:
        return None
    field_id = d.rng.choice(fields)
    return extreme_of_set(
        d, field_id, said, rows, measured_values(d, field_id, ids), "intersection"
    )


def extreme_of_set(
    d: Draw, field_id: str, said: str, rows: list[GoldRow], measured: list[tuple[Decimal, Entity]],
    topology: Topology = "chain",
) -> Task | None:  # fmt: skip
    """Ask for the extreme member of the set that the last row gives."""
    operation = d.rng.choice(("argmax", "argmax", "argmin"))
    ordered = sorted((v for v, _ in measured), reverse=operation == "argmax")
    if len(ordered) < 2 or ordered[0] == ordered[1]:
        return None
    best = best_of(operation, measured)
    role = "top" if operation == "argmax" else "low"
    if d.lang == "en" and d.speech.has(role, field_id, "en") and d.rng.random() < 0.5:
        question = d.say(
            (
                "Which is the {w} of {s}?",
                "What is the {w} of {s}?",
                "Of {s}, which one is the {w}?",
                "Name the {w} among {s}.",
            ),
            (),
        ).format(w=d.speech.phrase(d.rng, role, field_id, "en"), s=said)
    elif d.lang == "zh" and d.speech.has(role, field_id, "zh") and d.rng.random() < 0.5:
        question = d.say((), ("{s}中{w}的是哪个？", "{s}里哪个{w}？", "{w}的{s}是哪个？")).format(
            w=d.speech.phrase(d.rng, role, field_id, "zh"), s=said)  # fmt: skip
    else:
        question = d.say(
            (
                "Which of {s} has the {w} {np}?",
                "Among {s}, which has the {w} {np}?",
                "Which one has the {w} {np} of {s}?",
            ),
            ("{s}中哪个的{np}{w}？", "在{s}之中，{np}{w}的是哪个？"),
        ).format(s=said, np=d.np(field_id), w=superlative_word(d, operation))
    last = len(rows)
    rows = [
        *rows,
        lookup(f"#{last}", d.ref(field_id)),
        calculate(operation, f"#{last + 1}"),
        finish(f"#{last + 2}"),
    ]
    return d.task(question, topology, "superlative", rows, set_gold([best.name]))


def fold_of_set(
    d: Draw, field_id: str, said: str, rows: list[GoldRow], measured: list[tuple[Decimal, Entity]]
) -> Task:
    """Ask for a sum, mean or extreme value over the set that the first row gives."""
    operation = d.rng.choice(tuple(FOLDS))
    values = [v for v, _ in measured]
    result = {
        "sum": sum(values, Decimal(0)),
        "mean": sum(values, Decimal(0)) / len(values),
        "max": max(values),
        "min": min(values),
    }
    phrase = d.rng.choice(FOLDS[operation][d.lang]).format(np=d.np(field_id), s=said)
    question = d.say(
        ("What is {x}?", "Calculate {x}.", "How much is {x}?", "Tell me {x}."),
        ("{x}是多少？", "计算{x}。"),
    ).format(x=phrase)
    rows = [*rows, lookup("#1", d.ref(field_id)), calculate(operation, "#2"), finish("#3")]
    return d.task(
        question,
        "chain",
        "fold",
        rows,
        number_gold(result[operation], d.world.facts(field_id)[measured[0][1].id][0].unit),
    )
