"""The facts as the curriculum sees them: one split of the entities, and answers read straight from the facts.

Gold answers are computed here and not by the tools, so that a task can catch a wrong tool.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from operator import eq, ge, gt, le, lt

from tools.facts.store import FactStore, Field
from tools.types import Entity, EntityClass, Fact, Period, Quantity, Term, Text

HELD_OUT_PARTS = 8
FIELDS_NEVER_CONSTRAINED = frozenset({
    "affiliation_country", "median_age", "imports", "forest", "basin_area", "dividend_yield", "eva_hours",
    "boiling_point", "phev_sales", "oscar_nominations",
})  # fmt: skip
_ORDERS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    ">": gt, "<": lt, ">=": ge, "<=": le, "=": eq,
}  # fmt: skip


def is_held_out(entity_id: str) -> bool:
    """Whether an entity belongs to the evaluation split (one in HELD_OUT_PARTS, by a stable hash)."""
    return _part(entity_id, HELD_OUT_PARTS) == 0


def is_rare(combination: str, parts: int) -> bool:
    """Whether a combination (of relations, or of a type and a depth) is one of the `parts`-th never trained on."""
    return _part(combination, parts) == 0


def _part(text: str, parts: int) -> int:
    return zlib.crc32(text.encode()) % parts


@dataclass(frozen=True, slots=True)
class Constraint:
    """A condition on one field: comparator and the term it compares with."""

    field: str
    comparator: str
    target: Term


class World:
    """One split of the fact table; entities of the other split are never named in a question."""

    def __init__(self, store: FactStore, *, held_out: bool) -> None:
        self.store = store
        self.held_out = held_out

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Every field by id."""
        return {f.id: f for f in self.store.fields()}

    @cached_property
    def classes(self) -> tuple[EntityClass, ...]:
        """Classes with at least four members."""
        return tuple(c for c in self.store.classes() if len(self.store.members(c)) >= 4)

    def facts(self, field_id: str) -> Mapping[str, tuple[Fact, ...]]:
        """All facts of a field by entity id, newest first and preferred source first."""
        return self.store.index(field_id)

    @cached_property
    def _subjects(self) -> dict[str, dict[str, tuple[Entity, ...]]]:
        return {}

    def subjects(self, field_id: str, type_: str) -> tuple[Entity, ...]:
        """This split's entities of a type that carry the field."""
        by_type = self._subjects.get(field_id)
        if by_type is None:
            groups: dict[str, list[Entity]] = defaultdict(list)
            for entity_id, facts in self.facts(field_id).items():
                if is_held_out(entity_id) == self.held_out:
                    groups[facts[0].entity.type].append(facts[0].entity)
            by_type = {t: tuple(entities) for t, entities in groups.items()}
            self._subjects[field_id] = by_type
        return by_type.get(type_, ())

    def lacking(self, field_id: str, type_: str) -> tuple[Entity, ...]:
        """This split's entities of a type of which the field is not known."""
        held = self.facts(field_id)
        return tuple(e for e in self._of_type.get(type_, ()) if e.id not in held)

    @cached_property
    def _of_type(self) -> Mapping[str, list[Entity]]:
        groups: dict[str, list[Entity]] = defaultdict(list)
        for entity in self.store.entities():
            if is_held_out(entity.id) == self.held_out:
                groups[entity.type].append(entity)
        return groups

    def targets(self, entity_id: str, field_id: str) -> tuple[Entity, ...]:
        """The entities that a relation of one entity points to; empty unless all of them resolve."""
        facts = self.facts(field_id).get(entity_id, ())
        found = [self.store.entity(f.value_id) for f in facts if f.value_id]
        resolved = list(dict.fromkeys(e for e in found if e is not None))
        return tuple(resolved) if resolved and len(found) == len(facts) else ()

    def satisfying(self, ids: Iterable[str], constraint: Constraint) -> list[str]:
        """The entities for which the constraint holds, in the given order."""
        facts = self.facts(constraint.field)
        kind = self.fields[constraint.field].kind
        return [i for i in ids if i in facts and _holds(facts[i], kind, constraint)]

    def at(self, entity_id: str, field_id: str, period: Period | None) -> tuple[Fact, ...]:
        """The facts of a field at a period, or all of them."""
        facts = self.facts(field_id).get(entity_id, ())
        return facts if period is None else tuple(f for f in facts if f.period == period.text)


def _holds(facts: tuple[Fact, ...], kind: str, constraint: Constraint) -> bool:
    if constraint.comparator == "!=":
        return not _holds(facts, kind, replace(constraint, comparator="="))
    target = constraint.target
    match target:
        case Entity():
            return any(f.value_id == target.id for f in facts)
        case Text():
            return any(target.text.lower() == f.value.lower() for f in facts)
        case Period():
            years = [year_of(f) for f in facts]
            bound = Decimal(target.text)
            return any(y is not None and meets(Decimal(y), constraint, bound) for y in years)
        case Quantity():
            number = facts[0].number
            return number is not None and meets(number, constraint, target.number)
    raise TypeError(f"no rule for {kind} and {target!r}")


def meets(left: Decimal, constraint: Constraint, right: Decimal) -> bool:
    """Whether a number meets a constraint's comparator with another."""
    return _ORDERS[constraint.comparator](left, right)


def year_of(fact: Fact) -> int | None:
    """The year that a date or year fact names."""
    head = fact.value[:4]
    return int(head) if head.isdigit() else None
