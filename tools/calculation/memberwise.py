"""Operations on scalars carried over to tables: member by member, a scalar beside every member.

Two tables meet by entity, and by period where an entity has several rows. Members for which the result
is not defined (a division by zero) are left out, unless that leaves nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

from tools.calculation.arithmetic import Undefined
from tools.evidence import distinct, measure_of, scalar_of
from tools.failures import CallFailed
from tools.types import Entities, Measure, Reason, Scalar, Table, Truth, Value, Verdict
from tools.values.comparing import meets
from tools.values.wording import in_full

Operation: TypeAlias = Callable[[Scalar, Scalar], Scalar]


def pairwise(operation: Operation, left: Value, right: Value) -> Scalar | Table:
    """The operation on two scalars, or on every member."""
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        return operation(left, right)
    kept: list[Measure] = []
    failure: Undefined | None = None
    for found, one, other in pairs(left, right):
        try:
            kept.append(measure_of(found.entity, operation(one, other)))
        except Undefined as undefined:
            failure = undefined
    if not kept:
        raise failure or CallFailed(Reason.EMPTY, "the two tables have no member in common")
    return Table(_field_of(left, right), tuple(kept))


def each(operation: Callable[[Scalar], Scalar], value: Value) -> Scalar | Table:
    """The operation on a scalar, or on every member."""
    return pairwise(lambda one, _: operation(one), value, Scalar(""))


def compared(left: Value, comparator: str, right: Value) -> Verdict | Table:
    """A verdict on two scalars; of a table, the members for which the comparison holds."""
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        return verdict(left, comparator, right)
    tested = list(pairs(left, right))
    kept = tuple(
        replace(found, facts=distinct((*found.facts, *one.facts, *other.facts)))
        for found, one, other in tested
        if meets(one, comparator, other)
    )
    if not kept:
        raise CallFailed(Reason.EMPTY, f"none of {len(tested)} members meets {comparator!r}")
    return Table(_field_of(left, right), kept)


def verdict(left: Scalar, comparator: str, right: Scalar) -> Verdict:
    """Whether the comparison of two scalars holds."""
    outcome = meets(left, comparator, right)
    claim = f"{in_full(left)} {comparator} {in_full(right)}"
    return Verdict(truth_of(outcome), claim, distinct((*left.facts, *right.facts)))


def truth_of(outcome: bool | None) -> Truth:
    """The verdict's word for an outcome."""
    if outcome is None:
        return Truth.UNKNOWN
    return Truth.SUPPORTED if outcome else Truth.CONTRADICTED


def pairs(left: Value, right: Value) -> Iterator[tuple[Measure, Scalar, Scalar]]:
    """Each member's row with what stands on its left and right side."""
    match left, right:
        case Table(), Scalar():
            yield from ((found, scalar_of(found), right) for found in left.measures)
        case Scalar(), Table():
            yield from ((found, left, scalar_of(found)) for found in right.measures)
        case Table(), Table():
            yield from _joined(left, right)
        case _:
            raise _no_value(right if isinstance(left, Scalar | Table) else left)


def _joined(left: Table, right: Table) -> Iterator[tuple[Measure, Scalar, Scalar]]:
    is_series = any(len({m.entity.id for m in t.measures}) < len(t.measures) for t in (left, right))

    def key(found: Measure) -> tuple[str, str]:
        return found.entity.id, found.period if is_series else ""

    others = {key(found): found for found in right.measures}
    for found in left.measures:
        if key(found) in others:
            yield found, scalar_of(found), scalar_of(others[key(found)])


def _no_value(value: Value) -> CallFailed:
    if isinstance(value, Entities):
        n = len(value.members)
        return CallFailed(Reason.TYPE_MISMATCH, f"a set of {n} has no value; look a field up first")
    return CallFailed(Reason.TYPE_MISMATCH, "a verdict cannot be calculated with")


def _field_of(*values: Value) -> str:
    return ", ".join(dict.fromkeys(value.field for value in values if isinstance(value, Table)))
