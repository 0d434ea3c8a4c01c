"""The facts of a run, ordered for writing: one group per entity and field, one shelf per period.

Guarantees: a fact appears once; among several sources of one period the one that an observation
chose stands first, then the source closest to the origin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from agent.report.labels import is_measured
from agent.report.periods import Grain, moment
from agent.report.sources import rank
from agent.report.types import Evidence
from agent.types import Citation, RunResult
from tools.types import (
    Answer,
    Entities,
    Entity,
    Fact,
    Failed,
    Measure,
    Passages,
    Scalar,
    Table,
    Verdict,
)

_SAME_WITHIN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Group:
    """Everything the evidence says of one field of one entity; facts of a period, best first."""

    entity: Entity
    field: str
    by_period: Mapping[str, tuple[Fact, ...]]

    def best(self, period: str) -> Fact | None:
        """The preferred fact of a period."""
        shelf = self.by_period.get(period, ())
        return shelf[0] if shelf else None

    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return is_measured(self.field) and any(fact.number is not None for fact in self.facts())

    def facts(self) -> Iterator[Fact]:
        """All its facts."""
        for shelf in self.by_period.values():
            yield from shelf

    def line(self, grain: Grain) -> tuple[Fact, ...]:
        """The preferred numeric facts of that grain, oldest first."""
        periods = sorted(p for p in self.by_period if moment(p).grain is grain)
        chosen = (self.best(period) for period in periods)
        return tuple(fact for fact in chosen if fact is not None and fact.number is not None)

    def against(self, fact: Fact) -> tuple[Fact, ...]:
        """The same period's facts that do not agree with this one, one for each value."""
        seen = [fact]
        for other in self.by_period.get(fact.period, ()):
            if other.unit == fact.unit and not any(agree(one, other) for one in seen):
                seen.append(other)
        return tuple(seen[1:])

    def latest(self) -> str:
        """Its newest period; the empty period where none is dated."""
        return max(self.by_period, key=lambda period: (moment(period)[1:], period), default="")


@dataclass(frozen=True, slots=True)
class FactBook:
    """All groups of a run in the order in which the run came upon them."""

    groups: Mapping[tuple[str, str], Group]
    by_id: Mapping[int, Fact] = field(default_factory=dict)

    def group(self, entity_id: str, field_id: str) -> Group | None:
        """The group of that entity and field."""
        return self.groups.get((entity_id, field_id))

    def of_entity(self, entity_id: str) -> tuple[Group, ...]:
        """All groups of an entity."""
        return tuple(group for group in self.groups.values() if group.entity.id == entity_id)


def gather(result: RunResult, evidence: Sequence[Evidence]) -> FactBook:
    """Every fact of the evidence; those of the result's citations where no evidence was kept."""
    facts = {fact.id: fact for item in evidence for fact in facts_in(item)}
    if not facts:
        facts = {
            fact.id: fact
            for fact in map(_from_citation, range(len(result.citations)), result.citations)
        }
    return FactBook(_grouped(facts.values(), _chosen(evidence)), facts)


def facts_in(item: Evidence) -> tuple[Fact, ...]:
    """The facts that an observation carries."""
    match item.observation:
        case Failed():
            return ()
        case Table(measures=measures):
            return tuple(fact for measure in measures for fact in measure.facts)
        case Answer(value=value, facts=facts):
            return (*facts, *facts_in(Evidence(item.row, item.tool, item.args, value)))
        case (
            Entities(facts=facts)
            | Scalar(facts=facts)
            | Verdict(facts=facts)
            | Passages(facts=facts)
        ):
            return facts


def _from_citation(index: int, citation: Citation) -> Fact:
    entity = Entity(citation.entity, citation.entity, "")
    number = _number(citation.value)
    return Fact(
        -1 - index, entity, citation.field, citation.value, number, citation.unit, citation.period, citation.source
    )  # fmt: skip


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _chosen(evidence: Sequence[Evidence]) -> dict[tuple[str, str, str], Decimal | str]:
    """The value that a lookup preferred, by entity, field and period."""
    chosen: dict[tuple[str, str, str], Decimal | str] = {}
    for item in evidence:
        for value, period, facts in _readings(item):
            for fact in facts:
                if fact.period == period or not period:
                    chosen.setdefault((fact.entity.id, fact.field, fact.period), value)
    return chosen


def _readings(item: Evidence) -> Iterator[tuple[Decimal | str, str, tuple[Fact, ...]]]:
    if item.tool != "lookup":
        return
    match item.observation:
        case Scalar(value=value, period=period, facts=facts) if period:
            yield value, period, facts
        case Table(measures=measures):
            for measure in measures:
                yield from _reading(measure)
        case _:
            return


def _reading(measure: Measure) -> Iterator[tuple[Decimal | str, str, tuple[Fact, ...]]]:
    if measure.period:
        yield measure.value, measure.period, measure.facts


def _grouped(
    facts: Iterable[Fact], chosen: Mapping[tuple[str, str, str], Decimal | str]
) -> dict[tuple[str, str], Group]:
    shelves: dict[tuple[str, str], dict[str, list[Fact]]] = {}
    for fact in facts:
        shelf = shelves.setdefault((fact.entity.id, fact.field), {})
        shelf.setdefault(fact.period, []).append(fact)
    return {
        key: Group(
            next(iter(periods.values()))[0].entity,
            key[1],
            {
                period: _best_first(shelf, chosen.get((*key, period)))
                for period, shelf in periods.items()
            },
        )
        for key, periods in shelves.items()
    }


def _best_first(shelf: Sequence[Fact], chosen: Decimal | str | None) -> tuple[Fact, ...]:
    def worth(fact: Fact) -> tuple[bool, int]:
        return (chosen is None or chosen not in (fact.number, fact.value), rank(fact.source))

    return tuple(sorted(shelf, key=worth))


def agree(left: Fact, right: Fact) -> bool:
    """Whether two readings say the same, allowing for one of them being rounded further."""
    if left.number is None or right.number is None:
        return left.value.casefold() == right.value.casefold()
    if left.number == right.number:
        return True
    if left.number == 0 or right.number == 0:
        return False
    precision = min(_significant(left.number), _significant(right.number))
    near = abs(left.number - right.number) <= abs(left.number) * _SAME_WITHIN
    return near and _to_significant(left.number, precision) == _to_significant(
        right.number, precision
    )


def _significant(number: Decimal) -> int:
    return len(number.normalize().as_tuple().digits)


def _to_significant(number: Decimal, n: int) -> Decimal:
    return Decimal(f"{number:.{n - 1}E}")
