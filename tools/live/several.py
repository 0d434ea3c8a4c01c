"""A live field of several things at once: each is asked for side by side, and together they are a table or a set.

Guarantees: what one thing cannot be told does not lose what the others can; a budget that is spent ends the call.
Does not guarantee: that every thing has a value, as in any table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from tools.sources.types import Found
from tools.types import Entities, Entity, Failed, Measure, Reason, Scalar, Table

MAX_THINGS = 12
_AT_ONCE = 4
_FINAL = frozenset({Reason.BUDGET_EXHAUSTED, Reason.STOPPED, Reason.OFFLINE})
Ask = Callable[[Entity], Found | Failed]


def of_each(members: Sequence[Entity], field: str, ask: Ask) -> Found | Failed:
    """What is told of each: values as a table, what a relation leads to as a set; else why nothing is."""
    told = _asked(members, ask)
    failures = [found for found in told if isinstance(found, Failed)]
    if final := next((failed for failed in failures if failed.reason in _FINAL), None):
        return final
    if sets := [found for found in told if isinstance(found, Entities)]:
        return _joined(sets)
    pairs = zip(members, told, strict=True)
    measures = tuple(_measure(e, found) for e, found in pairs if isinstance(found, Scalar))
    if measures:
        return Table(field, measures)
    return failures[0] if failures else Failed(Reason.NO_VALUE, f"no source tells {field} of these")


def _asked(members: Sequence[Entity], ask: Ask) -> list[Found | Failed]:
    """In order of the members; each in the context of the caller, so that its notes reach the call's collector."""
    with ThreadPoolExecutor(_AT_ONCE, "several") as pool:
        flights = [pool.submit(copy_context().run, ask, member) for member in members]
        return [flight.result() for flight in flights]


def _measure(entity: Entity, told: Scalar) -> Measure:
    return Measure(entity, told.value, told.unit, told.period, told.facts, told.disagrees)


def _joined(sets: Sequence[Entities]) -> Entities:
    members = {entity.id: entity for found in sets for entity in found.members}
    return Entities((*members.values(),), tuple(fact for found in sets for fact in found.facts))
