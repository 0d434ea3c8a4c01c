"""Arithmetic: differences, ratios, growth, means over periods, ages."""

from __future__ import annotations

from decimal import Decimal

from agent.curriculum.families.draw import (
    Draw,
    calculate,
    finish,
    lookup,
    measured_values,
    number_gold,
    number_of,
)
from agent.curriculum.families.phrasing import by_period, grain, listed
from agent.curriculum.tasks import Gold, Task
from agent.curriculum.world import year_of
from tools.types import Period


def difference(d: Draw) -> Task | None:
    """Difference or ratio of a field between two entities."""
    type_ = d.rng.choice(
        (
            "country",
            "city",
            "mountain",
            "river",
            "company",
            "element",
            "planet",
            "region",
            "laureate",
        )
    )
    fields = d.askable(type_, "number")
    field_id = d.rng.choice(fields) if fields else ""
    subjects = d.world.subjects(field_id, type_) if field_id else ()
    if len(subjects) < 2:
        return None
    left, right = d.rng.sample(list(subjects), 2)
    measured = measured_values(d, field_id, [left.id, right.id])
    if len(measured) < 2 or not measured[1][0]:
        return None
    (a, _), (b, _) = measured
    operation = d.rng.choice(("difference", "ratio"))
    frames = {
        "difference": (("What is the difference in {np} between {a} and {b}?", "How much do {a} and {b} differ in {np}?",
                        "By how much does the {np} of {a} exceed that of {b}?"),
                       ("{a}和{b}的{np}相差多少？", "{a}的{np}比{b}多多少？")),
        "ratio": (("How many times the {np} of {b} is the {np} of {a}?", "What is the ratio of {a}'s {np} to {b}'s {np}?",
                   "Divide the {np} of {a} by that of {b}."),
                  ("{a}的{np}是{b}的多少倍？", "{a}与{b}的{np}之比是多少？")),
    }  # fmt: skip
    question = d.say(*frames[operation]).format(a=d.name(left), b=d.name(right), np=d.np(field_id))
    said_right_first = (
        operation == "ratio" and d.lang == "en" and question.startswith("How many times")
    )
    first, second = (right, left) if said_right_first else (left, right)
    operands = ("#2", "#1") if said_right_first else ("#1", "#2")
    rows = [lookup(first, d.ref(field_id)), lookup(second, d.ref(field_id)),
            calculate(operation, *operands), finish("#3")]  # fmt: skip
    value = a - b if operation == "difference" else a / b
    unit = d.world.facts(field_id)[left.id][0].unit if operation == "difference" else ""
    gold = Gold(f"{value:f}", (f"{-value:f}",) if operation == "difference" else (), unit, 0.01)
    return d.task(question, "chain", operation, rows, gold)


def growth(d: Draw) -> Task | None:
    """Growth of a field between two periods, or its mean or sum over a few."""
    type_ = d.rng.choice(("company", "company", "country", "region"))
    field_id = d.rng.choice(d.askable(type_, "number") or [""])
    entity = d.subject(field_id, type_) if field_id else None
    if entity is None:
        return None
    dated = by_period(d.world.facts(field_id)[entity.id])
    n = d.rng.choice((2, 2, 2, 3, 4))
    if len(dated) < n:
        return None
    chosen = sorted(d.rng.sample(sorted(dated), n))
    if len({grain(p) for p in chosen}) > 1 or any(not dated[p].number for p in chosen):
        return None
    rows = [lookup(entity, d.ref(field_id), Period(p)) for p in chosen]
    values = [number_of(dated[p]) for p in chosen]
    said = [d.speech.period(d.rng, Period(p), d.lang) for p in chosen]
    slots = {
        "e": d.name(entity),
        "np": d.np(field_id),
        "p": said[0],
        "q": said[-1],
        "ps": listed(d, said),
    }
    if n == 2:
        question = d.say(
            ("By what percentage did the {np} of {e} grow from {p} to {q}?", "How much did {e}'s {np} change between {p} and {q} in percent?",
             "What was the growth of {e}'s {np} from {p} to {q}?", "{e} {np} growth, {p} vs {q}?"),
            ("{e}的{np}从{p}到{q}增长了百分之多少？", "{p}到{q}，{e}的{np}增长率是多少？"),
        ).format(**slots)  # fmt: skip
        rows += [calculate("growth", "#2", "#1"), finish("#3")]
        gold = number_gold((values[1] - values[0]) / values[0] * 100, "%")
        return d.task(question, "chain", "growth", rows, gold)
    operation = d.rng.choice(("mean", "sum"))
    word = {"mean": ("average", "平均"), "sum": ("total", "合计")}[operation]
    question = d.say(
        (
            "What was the {w} {np} of {e} over {ps}?",
            "{e}: {w} {np} for {ps}?",
            "Compute the {w} {np} of {e} in {ps}.",
        ),
        ("{e}在{ps}的{w}{np}是多少？", "{ps}，{e}的{w}{np}是多少？"),
    ).format(w=word[0] if d.lang == "en" else word[1], **slots)
    rows += [calculate(operation, *[f"#{i}" for i in range(1, n + 1)]), finish(f"#{n + 1}")]
    total = sum(values, Decimal(0))
    gold = number_gold(total if operation == "sum" else total / n, dated[chosen[0]].unit)
    return d.task(question, "chain", "periods", rows, gold)


def age(d: Draw) -> Task | None:
    """Years between two dates of a person's life."""
    later = d.rng.choice(("death_date", "prize_year"))
    entity = d.subject(later, "laureate")
    facts = d.world.facts("birth_date").get(entity.id, ()) if entity else ()
    if entity is None or not facts:
        return None
    end = d.world.facts(later)[entity.id]
    if later == "prize_year" and len(end) > 1:
        return None
    born, done = year_of(facts[0]), year_of(end[0])
    if born is None or done is None:
        return None
    frames = {
        "death_date": (("How old was {e} when they died?", "At what age did {e} die?", "How many years did {e} live?"),
                       ("{e}去世时多大年纪？", "{e}活了多少岁？")),
        "prize_year": (("How old was {e} when winning the Nobel Prize?", "At what age did {e} win the Nobel Prize?",
                        "What age was {e} in the award year?"),
                       ("{e}获奖时多少岁？", "{e}获得诺贝尔奖时多大？")),
    }  # fmt: skip
    question = d.say(*frames[later]).format(e=d.name(entity))
    rows = [
        lookup(entity, d.ref("birth_date")),
        lookup(entity, d.ref(later)),
        calculate("years", "#1", "#2"),
        finish("#3"),
    ]
    gold = Gold(str(done - born), (str(done - born - 1),), "years")
    return d.task(question, "chain", "age", rows, gold)
