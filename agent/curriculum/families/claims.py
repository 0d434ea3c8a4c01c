"""Claims, true or false: about one thing, two things, or the first of a set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal

from agent.curriculum.families.asking import yes_no
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
from agent.curriculum.families.sets import draw_group
from agent.curriculum.tasks import Task
from agent.curriculum.world import Constraint, year_of
from tools.types import Entity, Fact, Period, Quantity

CLAIMED_TYPES = (
    "laureate", "laureate", "country", "country", "country", "city", "mountain", "river", "lake", "island", "company", "company",
    "moon", "astronaut", "region", "element", "planet", "film", "prize", "organization",
)  # fmt: skip


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
    question, constraint = made(d, field_id, entity, facts)
    holds = bool(d.world.satisfying([entity.id], constraint))
    rows = [verify(entity, field_id, constraint.comparator, constraint.target), finish("#1")]
    return d.task(question, "reconciliation", "claim", rows, verdict_gold(holds))


Claimed = tuple[str, Constraint]


def _value_claim(d: Draw, field_id: str, entity: Entity, facts: tuple[Fact, ...]) -> Claimed:
    targets = d.world.targets(entity.id, field_id)
    if not targets:
        raise NotDrawnError
    others = d.world.subjects(field_id, entity.type)
    wrong = [t for e in d.rng.sample(others, min(8, len(others))) for t in d.world.targets(e.id, field_id) if t not in targets]  # fmt: skip
    target = d.pick(targets) if d.chance(0.5) else d.pick(wrong)
    return _put(d, field_id, entity, {"v": lambda: d.name(target)}), Constraint(field_id, "=", target)  # fmt: skip


def _put(d: Draw, field_id: str, entity: Entity, slots: Mapping[str, Callable[[], str]]) -> str:
    """What is claimed of a field, as a statement in question or as a plain question."""
    name, (slot, said) = d.name(entity), d.pick(list(slots.items()))
    if d.chance(0.4):
        role = "does" if d.lang == "en" else "that"
        with suppress(NotDrawnError):
            return yes_no(d, name, d.phrase(field_id, entity.type, role, **{slot: said()}))
    ways = [lambda: d.phrase(field_id, entity.type, "says", e=name, **{slot: said()})]
    if slot in ("q", "r"):
        np = d.np(field_id, entity.type)
        ways.append(lambda: d.frame("is_value", e=name, np=np, **{slot: said()}))
    return asked_claim(d, d.first(*ways))


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
    question = _put(d, field_id, entity, {slot: slots[slot] for slot in ("q", "r")})
    return question, Constraint(field_id, COMPARATORS[sense][0], quantity)


def _time_claim(d: Draw, field_id: str, entity: Entity, facts: tuple[Fact, ...]) -> Claimed:
    year = year_of(facts[0])
    if year is None or len({f.value for f in facts}) > 1:
        raise NotDrawnError
    sense = sense_of(d, {s: w for s, w in TIME_SENSES.items() if len(COMPARATORS[s]) == 1})
    near = 0 if sense == "in" and d.chance(0.5) else d.rng.choice((-20, -10, -5, -2, -1, 1, 2, 5, 10, 20))  # fmt: skip
    period = Period(str(year + near))
    slots = time_slots(d, [period])
    question = _put(d, field_id, entity, {"t": lambda: d.frame(f"time.{sense}", **slots)})
    return question, Constraint(field_id, COMPARATORS[sense][0], period)


def comparison_claim(d: Draw) -> Task:
    """A claim that compares two things."""
    type_ = d.rng.choice(CLAIMED_TYPES)
    field_id = d.pick(ordered_fields(d, type_))
    left, right = draw_candidates(d, field_id, type_, 2)
    ranked = ranks(d, field_id, [left.id, right.id])
    if len(ranked) < 2 or ranked[0][0] == ranked[1][0]:
        raise NotDrawnError
    role, comparator = d.rng.choice((("beats", ">"), ("trails", "<")))
    question = _compared_question(d, field_id, (left, right), role)
    rows = [lookup(left, field_id), lookup(right, field_id), verify("#1", "", comparator, "#2"), finish("#3")]  # fmt: skip
    is_above = ranked[0][0] > ranked[1][0]
    gold = verdict_gold(is_above == (comparator == ">"))
    return d.task(question, "reconciliation", "comparison", rows, gold)


def _compared_question(d: Draw, field_id: str, pair: tuple[Entity, Entity], role: str) -> str:
    """Whether the left one is above (`beats`) or below (`trails`) the right one."""
    (left, right), type_ = (d.name(e) for e in pair), pair[0].type
    adjective, verb = ("more", "surpass") if role == "beats" else ("less", "trail")
    plain = [lambda: _verbs(d, d.phrase(field_id, type_, adjective, v=right)), lambda: d.phrase(field_id, type_, verb, v=right)]  # fmt: skip
    if d.chance(0.4):
        with suppress(NotDrawnError):
            return yes_no(d, left, d.first(*plain))
    ways = [lambda: d.phrase(field_id, type_, role, a=left, b=right)]
    if d.world.fields[field_id].kind == "number":
        ways.append(lambda: d.frame(role, np=d.np(field_id, type_), a=left, b=right))
    return asked_claim(d, d.first(*ways))


def _verbs(d: Draw, comparative: str) -> str:
    """A comparative as a plural verb phrase."""
    return comparative if d.lang == "zh" else f"are {comparative}"


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
