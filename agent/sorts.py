"""Fields asked of things of another sort: which thing has the field, or what leads to such a thing.

A plan may ask a lake for its median age. The field is what the question spoke of, so the row keeps it and asks another
thing that the question names, or the lake's country first. Pure functions, the same for every arm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from agent import plan as canvas
from agent.offers import Offers, is_measured
from agent.plan import FIELD_COLUMN
from agent.types import N_ROWS, Insertion, Plan, Pointer, Row
from tools.facts.store import Field
from tools.types import Entities, Entity, FieldRef, Observation, Scalar, Table

_SOURCE_COLUMN = 1
_ON_NUMBERS = frozenset(canvas.OPERATIONS) - {"count", "intersect", "union"}
_LEADING = ("country", "prize", "laureates", "flows_into", "planet")


@dataclass(frozen=True, slots=True)
class Mend:
    """A cell of a row and what may stand there instead, or rows to put in."""

    row: int
    column: int
    offers: tuple[Pointer, ...] = ()
    insertion: Insertion | None = None


@dataclass(frozen=True, slots=True)
class Sorts:
    """The sorts of things that the words of a plan stand for; `seen` are the observations by row."""

    plan: Plan
    offers: Offers
    seen: Mapping[int, Observation]

    def of(self, word: str) -> frozenset[str]:
        """The types of what a word stands for; none where it is no thing."""
        if pointer := self.offers.brief.pointer(word):
            return frozenset({getattr(pointer.target, "type", "")} - {""})
        match self._seen(word):
            case Entities(members):
                return frozenset(member.type for member in members)
            case Table(_, measures):
                return frozenset(measure.entity.type for measure in measures)
        return frozenset()

    def field_of(self, row: Row) -> Field | None:
        """The field that a row asks for."""
        pointer = self.offers.brief.pointer(row.words[FIELD_COLUMN - 1])
        target = pointer.target if pointer else None
        return self.offers.fields.field(target.id) if isinstance(target, FieldRef) else None

    def mend(self, row: Row, field: Field) -> Mend | None:
        """How a row comes to ask a thing that has such fields for its field; of many things another field is meant."""
        if self._is_many(row.words[0]):
            return None
        return (
            self._another_thing(row, field) or self._producer(row, field) or self._way(row, field)
        )

    def wordy_operand(self, row: Row) -> Row | None:
        """The lookup that read words where arithmetic needs numbers; dates only where nothing else did."""
        if row.tool != "calculate" or row.words[0] not in _ON_NUMBERS:
            return None
        producers = (canvas.row_of(self.plan, index) for index in canvas.references(row))
        lookups = (producer for producer in producers if producer and producer.tool == "lookup")
        wordy = [lookup for lookup in lookups if _is_wordy(self.seen.get(lookup.index))]
        return min(wordy, key=self._reads_a_date, default=None)

    def _reads_a_date(self, row: Row) -> bool:
        field = self.field_of(row)
        return field is not None and is_measured(field)

    def _is_many(self, word: str) -> bool:
        match self._seen(word):
            case Entities(members):
                return len(members) > 1
            case Table(_, measures):
                return len(measures) > 1
        return False

    def _another_thing(self, row: Row, field: Field) -> Mend | None:
        """A thing of the right sort that the question names and that no row asks this of yet."""
        asked = {(r.tool, r.words) for r in self.plan.rows}
        things = tuple(
            pointer
            for pointer in self.offers.brief.pointers
            if isinstance(pointer.target, Entity)
            and pointer.target.type in field.types
            and (row.tool, (pointer.symbol, *row.words[1:])) not in asked
        )
        return Mend(row.index, _SOURCE_COLUMN, things) if things else None

    def _producer(self, row: Row, field: Field) -> Mend | None:
        """The row before read a number or a date where it should have found such a thing."""
        word = row.words[0]
        producer = canvas.row_of(self.plan, int(word[1:])) if word[:1] == "#" else None
        if producer is None or producer.tool != "lookup" or self.of(word):
            return None
        ways = self._ways(self.of(producer.words[0]), field)
        ways = tuple(way for way in ways if way.symbol not in producer.words)
        return Mend(producer.index, FIELD_COLUMN, ways) if ways else None

    def _way(self, row: Row, field: Field) -> Mend | None:
        """The row, and before it one that finds the thing that has the field: the lake's country."""
        ways = self._ways(self.of(row.words[0]), field)
        has_room = canvas.n_used(self.plan) + 1 < N_ROWS
        if row.tool != "lookup" or not ways or not has_room:
            return None
        first = canvas.made(row.index, "lookup", row.words[0], ways[0].symbol)
        then = replace(row, index=row.index + 1, words=(f"#{row.index}", *row.words[1:]))
        choices = (((row.index, FIELD_COLUMN), frozenset(way.symbol for way in ways)),)
        return Mend(row.index, FIELD_COLUMN, insertion=Insertion((first, then), choices))

    def _ways(self, types: frozenset[str], field: Field) -> tuple[Pointer, ...]:
        """The fields of things of these types that lead to things that have the field."""

        def leads(way: Field) -> bool:
            return bool(way.types & types) and way.kind.removeprefix("entity:") in field.types

        if not types or types & field.types:
            return ()
        known = (self.offers.fields.field(name) for name in _LEADING)
        usual = [way.id for way in known if way is not None and leads(way)]
        return self.offers.fields_where(leads) or self.offers.fields_called(usual)

    def _seen(self, word: str) -> Observation | None:
        return self.seen.get(int(word[1:])) if word[:1] == "#" else None


def _is_wordy(observation: Observation | None) -> bool:
    match observation:
        case Scalar(value):
            return not isinstance(value, Decimal)
        case Table(_, measures):
            return not any(isinstance(measure.value, Decimal) for measure in measures)
    return isinstance(observation, Entities)
