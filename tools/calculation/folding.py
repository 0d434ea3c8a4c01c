"""Operations that fold sets, tables and lists of scalars into one value."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from tools.calculation.arithmetic import aligned, divide, result
from tools.evidence import JOINT, distinct, facts_about, scalar_of
from tools.failures import CallFailed
from tools.types import Entities, Entity, Reason, Scalar, Table, Value
from tools.values.comparing import moment_of

_Key = tuple[Decimal, ...] | tuple[int, ...]


def count(*values: Value) -> Scalar:
    """How many members the sets have, each counted once; of one text, how many values it lists."""
    if len(values) == 1 and isinstance(values[0], Scalar) and isinstance(values[0].value, str):
        parts = values[0].value.split(JOINT)
        return result(Decimal(len(parts)), "", values[0])
    sets = [_set_of(value) for value in values]
    ids = {entity.id for each in sets for entity in each.members}
    return Scalar(Decimal(len(ids)), facts=distinct(fact for each in sets for fact in each.facts))


def total(*values: Value) -> Scalar:
    """The sum."""
    scalars = _scalars(values)
    unit = next((scalar.unit for scalar in scalars if scalar.unit), "")
    start = Scalar(Decimal(0), unit)
    return result(sum((aligned(start, each) for each in scalars), Decimal(0)), unit, *scalars)


def mean(*values: Value) -> Scalar:
    """The arithmetic mean."""
    return divide(total(*values), Scalar(Decimal(len(_scalars(values)))))


def median(*values: Value) -> Scalar:
    """The middle value, or the mean of the two in the middle."""
    scalars = _scalars(values)
    unit = next((scalar.unit for scalar in scalars if scalar.unit), "")
    ranked = sorted(aligned(Scalar(Decimal(0), unit), each) for each in scalars)
    middle = (ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]) / 2
    return result(middle, unit, *scalars)


def largest(*values: Value) -> Scalar:
    """The largest value or latest date."""
    return _extreme(values, max)[0]


def smallest(*values: Value) -> Scalar:
    """The smallest value or earliest date."""
    return _extreme(values, min)[0]


def argmax(*values: Value) -> Entities:
    """Whose value is the largest; all of them where several are."""
    return _holders(_extreme(values, max))


def argmin(*values: Value) -> Entities:
    """Whose value is the smallest; all of them where several are."""
    return _holders(_extreme(values, min))


def union(*values: Value) -> Entities:
    """The members of any of the sets, in order."""
    sets = [_set_of(value) for value in values]
    members = {entity.id: entity for each in sets for entity in each.members}
    return Entities(tuple(members.values()), distinct(f for each in sets for f in each.facts))


def intersect(*values: Value) -> Entities:
    """The members of all the sets, in the order of the first."""
    sets = [_set_of(value) for value in values]
    common = frozenset.intersection(*(frozenset(e.id for e in each.members) for each in sets))
    kept = tuple(entity for entity in sets[0].members if entity.id in common)
    if not kept:
        sizes = " and ".join(str(len(each.members)) for each in sets)
        raise CallFailed(Reason.EMPTY, f"the sets of {sizes} members have none in common")
    facts = distinct(fact for each in sets for fact in each.facts)
    return Entities(kept, facts_about(facts, kept))


def _set_of(value: Value) -> Entities:
    match value:
        case Entities():
            return value
        case Table():
            members = {found.entity.id: found.entity for found in value.measures}
            return Entities(
                tuple(members.values()), distinct(f for m in value.measures for f in m.facts)
            )
    raise CallFailed(Reason.TYPE_MISMATCH, "a single value is no set; give a set or a table")


def _scalars(values: Iterable[Value]) -> list[Scalar]:
    return [scalar for value in values for _, scalar in _held(value)]


def _held(value: Value) -> list[tuple[Entity | None, Scalar]]:
    """The scalars in a value, each with the entity it belongs to."""
    match value:
        case Table():
            return [(found.entity, scalar_of(found)) for found in value.measures]
        case Scalar():
            return [(value.facts[0].entity if value.facts else None, value)]
        case Entities():
            n = len(value.members)
            raise CallFailed(
                Reason.TYPE_MISMATCH, f"a set of {n} has no values; look a field up first"
            )
    raise CallFailed(Reason.TYPE_MISMATCH, "a verdict cannot be calculated with")


def _extreme(
    values: tuple[Value, ...], choose: Callable[[Iterable[_Key]], _Key]
) -> tuple[Scalar, list[Entity | None]]:
    """The extreme value with the facts of all who share it, and who they are."""
    held = [pair for value in values for pair in _held(value)]
    keys = _keys([scalar for _, scalar in held])
    best = choose(keys)
    sharing = [pair for pair, key in zip(held, keys, strict=True) if key == best]
    first = sharing[0][1]
    facts = distinct(fact for _, scalar in sharing for fact in scalar.facts)
    extreme = Scalar(first.value, first.unit, first.period, facts, first.disagrees)
    return extreme, [entity for entity, _ in sharing]


def _keys(scalars: list[Scalar]) -> list[_Key]:
    """What orders the values: their numbers in one unit, or their dates."""
    if all(isinstance(scalar.value, Decimal) for scalar in scalars):
        return [(aligned(scalars[0], scalar),) for scalar in scalars]
    moments = [moment_of(scalar) for scalar in scalars]
    dated = [(m.year, m.month, m.day) for m in moments if m]
    if len(dated) < len(scalars):
        text = next(s.value for s, m in zip(scalars, moments, strict=True) if m is None)
        raise CallFailed(Reason.TYPE_MISMATCH, f"{text!r} is neither a number nor a date")
    return list(dated)


def _holders(extreme: tuple[Scalar, list[Entity | None]]) -> Entities:
    value, entities = extreme
    members = {entity.id: entity for entity in entities if entity}
    if not members:
        raise CallFailed(Reason.TYPE_MISMATCH, "these values belong to no entity")
    return Entities(tuple(members.values()), value.facts)
