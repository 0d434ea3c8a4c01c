"""From facts to values: which of several statements is taken, what disagrees, what lies behind a value.

Facts of one entity and field come in, newest and most trusted first, as the store keeps them. A number
is read from the newest period; texts of one source are read together, because a country has several
languages and a laureate may have several prizes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from tools.facts.fields import Field
from tools.facts.names import fold
from tools.facts.periods import newest_first
from tools.types import Answer, Entities, Entity, Fact, Measure, Scalar, Table, Value
from tools.values.periods import order, read_moment
from tools.values.units import YEAR, canonical

DISAGREEMENT = Decimal("0.01")
JOINT = "; "


def distinct(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts, each once, in order."""
    return tuple({fact.id: fact for fact in facts}.values())


def by_age(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Newest first; within a period the store's order of trust stands."""
    return tuple(sorted(facts, key=lambda fact: newest_first(fact.period)))


def is_relation(field: Field) -> bool:
    """Whether the field points to entities."""
    return field.kind.startswith("entity:")


def measure(field: Field, entity: Entity, facts: Iterable[Fact]) -> Measure:
    """What the facts (at least one) say of the entity; several sources may stand behind it."""
    ranked = by_age(facts)
    if field.kind == "number" and ranked[0].number is not None:
        return _number(entity, ranked)
    if field.kind == "year":
        return _year(entity, ranked)
    return _text(entity, ranked, is_date=field.kind == "date")


def _number(entity: Entity, ranked: tuple[Fact, ...]) -> Measure:
    same = tuple(fact for fact in ranked if fact.period == ranked[0].period)
    numbers = [number_of(fact) for fact in same]
    disagrees = any(_differ(numbers[0], number) for number in numbers[1:])
    return Measure(entity, numbers[0], same[0].unit, same[0].period, same, disagrees)


def _differ(one: Decimal | str, other: Decimal | str) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return True
    return abs(one - other) > DISAGREEMENT * max(abs(one), abs(other))


def _year(entity: Entity, ranked: tuple[Fact, ...]) -> Measure:
    newest = max(ranked, key=lambda fact: (fact.number or Decimal(0), -ranked.index(fact)))
    rest = tuple(fact for fact in ranked if fact is not newest)
    return Measure(entity, number_of(newest), YEAR, newest.period, (newest, *rest))


def _text(entity: Entity, ranked: tuple[Fact, ...], is_date: bool) -> Measure:
    told: dict[str, list[str]] = {}
    for fact in ranked:
        told.setdefault(fact.source, []).append(fact.value)
    first, *others = ({fold(value): value for value in values} for values in told.values())
    disagrees = any(_contradict(list(first), list(other), is_date) for other in others)
    return Measure(entity, JOINT.join(first.values()), "", ranked[0].period, ranked, disagrees)


def _contradict(one: list[str], other: list[str], is_date: bool) -> bool:
    if is_date:
        return not _compatible(one[0], other[0])
    return set(one) != set(other)


def _compatible(one: str, other: str) -> bool:
    """Whether two dates agree as far as both are known."""
    first, second = read_moment(one), read_moment(other)
    if first is None or second is None:
        return one == other
    return not order(first, second) and not order(second, first)


def number_of(fact: Fact) -> Decimal | str:
    """The fact's number, or its text where it has none."""
    return fact.value if fact.number is None else fact.number


def scalar_of(found: Measure) -> Scalar:
    """The measure of one entity as a value of its own."""
    return Scalar(found.value, found.unit, found.period, found.facts, found.disagrees)


def measure_of(entity: Entity, value: Scalar) -> Measure:
    """A value as a row of a table."""
    return Measure(entity, value.value, value.unit, value.period, value.facts, value.disagrees)


def behind(value: Value | Answer) -> tuple[Fact, ...]:
    """The facts a value rests on, without the rest of the series that a looked-up scalar brings."""
    if isinstance(value, Table):
        return distinct(fact for found in value.measures for fact in found.facts)
    if isinstance(value, Scalar) and not value.derivation and isinstance(value.value, Decimal):
        return _of_one_reading(value)
    return value.facts


def _of_one_reading(value: Scalar) -> tuple[Fact, ...]:
    if canonical(value.unit) == YEAR:
        return tuple(fact for fact in value.facts if fact.number == value.value)
    return tuple(fact for fact in value.facts if fact.period == value.period)


def with_facts(value: Scalar, facts: Iterable[Fact]) -> Scalar:
    """The value with further facts behind its own."""
    return replace(value, facts=distinct((*value.facts, *facts)))


def facts_about(facts: Iterable[Fact], kept: tuple[Entity, ...]) -> tuple[Fact, ...]:
    """The facts that speak of the entities, as their subject or as what they point to."""
    ids = frozenset(entity.id for entity in kept)
    return distinct(fact for fact in facts if fact.entity.id in ids or fact.value_id in ids)


def members(value: Entities | Table) -> tuple[Entity, ...]:
    """The entities of a set or table, each once, in order."""
    if isinstance(value, Entities):
        return value.members
    return tuple({found.entity.id: found.entity for found in value.measures}.values())
