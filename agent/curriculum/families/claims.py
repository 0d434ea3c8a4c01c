"""Claims, true or false: about one thing, two things, a series, or the first of a set."""

from __future__ import annotations

from decimal import Decimal

from agent.curriculum.families.conditions import (
    AMOUNT_SENSES,
    COMPARATORS,
    TIME_SENSES,
    UNSCALED_UNITS,
    amount_slots,
    sense_of,
    time_slots,
)
from agent.curriculum.families.draw import (
    Draw,
    NotDrawnError,
    calculate,
    finish,
    lookup,
    number_of,
    search,
    verdict_gold,
    verify,
)
from agent.curriculum.families.extremes import (
    carried_by_most,
    draw_candidates,
    drawn_operation,
    ordered_fields,
    ranks,
    superlative,
)
from agent.curriculum.families.periods import chosen_periods
from agent.curriculum.families.sets import draw_group
from agent.curriculum.tasks import GoldRow, Task
from agent.curriculum.world import Constraint, year_of
from tools.types import Entity, Fact, Period, Quantity

CLAIMED_TYPES = (
    "laureate", "laureate", "country", "country", "country", "city", "mountain", "river", "lake", "island", "company", "company",
    "moon", "astronaut", "region", "element", "planet", "film", "prize", "organization",
)  # fmt: skip
CHANGES = ("grew", "fell", "doubled", "tripled", "grew_by")


def asked_claim(d: Draw, statement: str) -> str:
    """A statement put as a question of truth."""
    return d.frame("claim", c=statement)


def claim(d: Draw) -> Task:
    """A claim about one field of one thing."""
    type_ = d.rng.choice(CLAIMED_TYPES)
    fields = [f for f in d.askable(type_, "entity", "number", "date", "year", "text") if d.book.has(f, type_, "says") or d.chance(0.3)]  # fmt: skip
    field_id = d.pick(fields)
    entity = d.subject(field_id, type_)
    facts = d.world.facts(field_id)[entity.id]
    kind = d.world.fields[field_id].kind.split(":")[0]
    made = {"number": _amount_claim, "date": _time_claim, "year": _time_claim, "entity": _value_claim}.get(kind)  # fmt: skip
    if made is None:
        raise NotDrawnError
    statement, constraint = made(d, field_id, entity, facts)
    holds = bool(d.world.satisfying([entity.id], constraint))
    rows = [verify(entity, field_id, constraint.comparator, constraint.target), finish("#1")]
    return d.task(asked_claim(d, statement), "reconciliation", "claim", rows, verdict_gold(holds))


Claimed = tuple[str, Constraint]


def _value_claim(d: Draw, field_id: str, entity: Entity, facts: tuple[Fact, ...]) -> Claimed:
    targets = d.world.targets(entity.id, field_id)
    if not targets:
        raise NotDrawnError
    others = d.world.subjects(field_id, entity.type)
    wrong = [t for e in d.rng.sample(others, min(8, len(others))) for t in d.world.targets(e.id, field_id) if t not in targets]  # fmt: skip
    target = d.pick(targets) if d.chance(0.5) else d.pick(wrong)
    statement = d.phrase(field_id, entity.type, "says", e=d.name(entity), v=d.name(target))
    return statement, Constraint(field_id, "=", target)


def _amount_claim(d: Draw, field_id: str, entity: Entity, facts: tuple[Fact, ...]) -> Claimed:
    fact = facts[0]
    if fact.number is None or fact.number <= 0 or fact.unit not in UNSCALED_UNITS:
        raise NotDrawnError
    sense = sense_of(d, {s: w for s, w in AMOUNT_SENSES.items() if len(COMPARATORS[s]) == 1 and s != "exactly"})  # fmt: skip
    bound = fact.number * Decimal(str(round(d.rng.uniform(0.5, 1.8), 2)))
    bound = bound.quantize(Decimal(1).scaleb(bound.adjusted() - d.rng.choice((0, 0, 1))))
    quantity = Quantity(Decimal(f"{bound:f}"), fact.unit)
    if quantity.number <= 0:
        raise NotDrawnError
    slots = amount_slots(d, sense, [quantity])
    name = d.name(entity)
    ways = [lambda n=n: d.phrase(field_id, entity.type, "says", e=name, **{n: slots[n]()}) for n in ("q", "r")]  # fmt: skip
    general = [lambda n=n: d.frame("is_value", e=name, np=d.np(field_id, entity.type), **{n: slots[n]()}) for n in ("q", "r")]  # fmt: skip
    statement = d.first(*(general if d.chance(0.3) else [*ways, *ways, *general]))
    return statement, Constraint(field_id, COMPARATORS[sense][0], quantity)


def _time_claim(d: Draw, field_id: str, entity: Entity, facts: tuple[Fact, ...]) -> Claimed:
    year = year_of(facts[0])
    if year is None or len({f.value for f in facts}) > 1:
        raise NotDrawnError
    sense = sense_of(d, {s: w for s, w in TIME_SENSES.items() if len(COMPARATORS[s]) == 1})
    near = 0 if sense == "in" and d.chance(0.5) else d.rng.choice((-20, -10, -5, -2, -1, 1, 2, 5, 10, 20))  # fmt: skip
    period = Period(str(year + near))
    said = d.frame(f"time.{sense}", **time_slots(d, sense, [period]))
    statement = d.phrase(field_id, entity.type, "says", e=d.name(entity), t=said)
    return statement, Constraint(field_id, COMPARATORS[sense][0], period)


def comparison_claim(d: Draw) -> Task:
    """A claim that compares two things."""
    type_ = d.rng.choice(CLAIMED_TYPES)
    field_id = d.pick(ordered_fields(d, type_))
    left, right = draw_candidates(d, field_id, type_, 2)
    ranked = ranks(d, field_id, [left.id, right.id])
    if len(ranked) < 2 or ranked[0][0] == ranked[1][0]:
        raise NotDrawnError
    role, comparator = d.rng.choice((("beats", ">"), ("trails", "<")))
    slots = {"a": d.name(left), "b": d.name(right)}
    ways = [lambda: d.phrase(field_id, type_, role, **slots)]
    if d.world.fields[field_id].kind == "number":
        ways.append(lambda: d.frame(role, np=d.np(field_id, type_), **slots))
    statement = d.first(*ways)
    rows = [lookup(left, field_id), lookup(right, field_id), verify("#1", "", comparator, "#2"), finish("#3")]  # fmt: skip
    is_above = ranked[0][0] > ranked[1][0]
    gold = verdict_gold(is_above == (comparator == ">"))
    return d.task(asked_claim(d, statement), "reconciliation", "comparison", rows, gold)


def change_claim(d: Draw) -> Task:
    """A claim that a series rose, fell, doubled, tripled or grew by so much."""
    type_ = d.rng.choice(("company", "company", "country", "region", "region"))
    field_id = d.pick(d.askable(type_, "number"))
    entity = d.subject(field_id, type_)
    periods, facts = chosen_periods(d, entity, field_id, 2)
    old, new = (number_of(f) for f in facts)
    if old <= 0 or new <= 0:
        raise NotDrawnError
    change = _fitting_change(d, new / old)
    slots = {"e": d.name(entity), "np": d.np(field_id, type_), "p1": d.bare(periods[0]), "p2": d.bare(periods[1])}  # fmt: skip
    head = [lookup(entity, field_id, p) for p in periods]
    if change == "grew_by":
        return _growth_claim(d, head, slots, (new - old) / old * 100)
    rows, holds = _change_rows(change, old, new)
    rows = [*head, *rows, finish(f"#{2 + len(rows)}")]
    statement = d.frame(change, **slots)
    return d.task(asked_claim(d, statement), "reconciliation", "change_claim", rows, verdict_gold(holds))  # fmt: skip


def _fitting_change(d: Draw, ratio: Decimal) -> str:
    """A kind of change that somebody might claim of such a ratio."""
    if ratio > Decimal("2.5"):
        return d.rng.choice(("tripled", "tripled", "doubled", "grew"))
    if ratio > Decimal("1.4"):
        return d.rng.choice(("doubled", "doubled", "grew", "grew_by", "fell"))
    return d.rng.choice(("grew", "grew", "fell", "fell", "grew_by", "doubled"))


def _change_rows(change: str, old: Decimal, new: Decimal) -> tuple[list[GoldRow], bool]:
    """Rows behind the two lookups, and whether the claim holds."""
    if change in ("grew", "fell"):
        comparator = ">" if change == "grew" else "<"
        return [verify("#2", "", comparator, "#1")], new > old if change == "grew" else new < old
    times = 2 if change == "doubled" else 3
    rows = [calculate("sum", *["#1"] * times), verify("#2", "", ">=", "#3")]
    return rows, new >= old * times


def _growth_claim(d: Draw, head: list[GoldRow], slots: dict[str, str], growth: Decimal) -> Task:
    if growth <= 1:
        raise NotDrawnError
    sense = d.rng.choice(("more", "less", "at_least", "at_most"))
    bound = Decimal(max(1, round(float(growth) * d.rng.uniform(0.5, 1.6))))
    bound = bound.quantize(Decimal(10)) if bound > 12 and d.chance(0.6) else bound
    quantity = Quantity(Decimal(f"{bound:f}"), "%")
    said = amount_slots(d, sense, [quantity])["q"]()
    comparator = COMPARATORS[sense][0]
    rows = [*head, calculate("growth", "#2", "#1"), verify("#3", "", comparator, quantity), finish("#4")]  # fmt: skip
    holds = {">": growth > bound, "<": growth < bound, ">=": growth >= bound, "<=": growth <= bound}
    statement = d.frame("grew_by", q=said, **slots)
    return d.task(asked_claim(d, statement), "reconciliation", "growth_claim", rows, verdict_gold(holds[comparator]))  # fmt: skip


def first_claim(d: Draw) -> Task:
    """A claim that something is first in its class."""
    group = draw_group(d)
    ids = [e.id for e in d.world.store.members(group)]
    numbers = [f for f in ordered_fields(d, group.type) if d.world.fields[f].kind == "number"]
    field_id = carried_by_most(d, numbers, ids)
    operation = drawn_operation(d)
    ranked = sorted(ranks(d, field_id, ids), key=lambda pair: pair[0], reverse=operation == "argmax")  # fmt: skip
    entity = ranked[0][1] if d.chance(0.5) else d.pick(ranked[1:8])[1]
    holds = {e.id: r for r, e in ranked}[entity.id] == ranked[0][0]
    words = superlative(d, field_id, group.type, operation)
    statement = d.frame("tops", e=d.name(entity), s=d.speech.group(d.rng, group, d.lang), **words)
    fold, comparator = ("max", ">=") if operation == "argmax" else ("min", "<=")
    rows = [search(group), lookup("#1", field_id), calculate(fold, "#2"), verify(entity, field_id, comparator, "#3"), finish("#4")]  # fmt: skip
    return d.task(asked_claim(d, statement), "reconciliation", "first_claim", rows, verdict_gold(holds))  # fmt: skip


def member_claim(d: Draw) -> Task:
    """A claim that something is one of what a relation leads to."""
    field_id, type_ = d.rng.choice((("neighbours", "country"), ("neighbours", "country"), ("laureates", "prize")))  # fmt: skip
    entity = d.subject(field_id, type_)
    targets = d.world.targets(entity.id, field_id)
    known_by = {"neighbours": ("capital", "country"), "laureates": ("prize", "laureate")}
    some = d.world.subjects(*known_by[field_id])
    target = d.pick(targets) if d.chance(0.5) else d.pick(some)
    if target.id == entity.id:
        raise NotDrawnError
    said = d.phrase(field_id, type_, "rel", e=d.name(entity)).removeprefix("the ")
    statement = d.frame("member", e=d.name(target), s=said)
    rows = [verify(entity, field_id, "=", target), finish("#1")]
    return d.task(asked_claim(d, statement), "reconciliation", "member_claim", rows, verdict_gold(target in targets))  # fmt: skip
