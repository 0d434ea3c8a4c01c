"""What a report is about: its main entity and period, and the values that the run looked up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agent.report.facts import FactBook, Group
from agent.report.periods import Grain, moment, shifted, year_ago
from agent.report.types import Evidence
from agent.types import RunResult
from tools.types import Answer, Entities, Fact, Failed, Scalar, Value

_REFERENCE = re.compile(r"#(\d+)")
_MOST_CITED = 24  # of a run of which only the citations were kept
_WINDOW = 35
_MULTIPLE_FROM = 3
_WINDOWS = {Grain.QUARTER: 12, Grain.MONTH: 13, Grain.FISCAL: 12}


@dataclass(frozen=True, slots=True)
class Subject:
    """A value that the report states: one field of one entity at one period."""

    group: Group
    period: str

    def fact(self) -> Fact:
        """The preferred fact."""
        return self.group.by_period[self.period][0]


def latest_of_each(subjects: Sequence[Subject]) -> tuple[Subject, ...]:
    """Where a field was looked up for several periods, only the newest; the order is kept."""
    newest: dict[tuple[str, str], Subject] = {}
    for one in subjects:
        place = (one.group.entity.id, one.group.field)
        if place not in newest or newest[place].period < one.period:
            newest[place] = one
    return tuple(one for one in subjects if one in newest.values())


def window(subject: Subject) -> tuple[Fact, ...]:
    """The recent history up to the subject's period: what a chart shows and a record is held in."""
    grain = moment(subject.period).grain
    first = shifted(subject.period, 1 - _WINDOWS.get(grain, _WINDOW)) or ""
    unit = subject.fact().unit
    line = (fact for fact in subject.group.line(grain) if first <= fact.period <= subject.period)
    return tuple(fact for fact in line if fact.unit == unit)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A fact against an earlier one: relative where the base is positive and no percentage."""

    now: Fact
    then: Fact
    difference: Decimal
    growth: Decimal | None

    @property
    def multiple(self) -> Decimal | None:
        """How many times the earlier value, where a percentage would be hard to read."""
        if self.growth is None or self.growth < _MULTIPLE_FROM:
            return None
        return self.growth + 1

    @property
    def rising(self) -> bool:
        """Whether the value went up."""
        return self.difference > 0


def compare(now: Fact, then: Fact | None, percent: bool) -> Comparison | None:
    """Compare two numeric facts of one unit."""
    if then is None or now.number is None or then.number is None or now.unit != then.unit:
        return None
    growth = None if percent or then.number <= 0 else now.number / then.number - 1
    return Comparison(now, then, now.number - then.number, growth)


def focus_of(evidence: Sequence[Evidence], book: FactBook) -> tuple[str, str]:
    """The entity most looked up and the period most asked for; empty where there is none."""
    lookups = [item.observation for item in evidence if item.tool == "lookup" and item.row > 0]
    scalars = [value for value in lookups if isinstance(value, Scalar) and value.facts]
    if not scalars:
        return _most_grouped(book), ""
    entities = Counter(value.facts[0].entity.id for value in scalars)
    entity = max(entities, key=lambda key: entities[key])
    asked = Counter(value.period for value in scalars if value.period and _is_single(value))
    periods = asked or Counter(value.period for value in scalars if value.period)
    return entity, max(periods, key=lambda p: (periods[p], moment(p)[1:]), default="")


def _is_single(value: Scalar) -> bool:
    return len({fact.period for fact in value.facts}) == 1


def _most_grouped(book: FactBook) -> str:
    counts = Counter(group.entity.id for group in book.groups.values() if group.numeric())
    return max(counts, key=lambda key: counts[key], default="")


def subjects(evidence: Sequence[Evidence], book: FactBook, focus: str) -> tuple[Subject, ...]:
    """Every value looked up, once each, without those that only serve as a base of comparison."""
    asked = list(dict.fromkeys(_asked(evidence, book, focus)))
    latest: dict[tuple[str, str], list[str]] = {}
    for key, period in asked:
        latest.setdefault(key, []).append(period)
    return tuple(
        Subject(book.groups[key], period)
        for key, period in asked
        if not _is_base(period, latest[key])
    )


def _asked(
    evidence: Sequence[Evidence], book: FactBook, focus: str
) -> Iterator[tuple[tuple[str, str], str]]:
    lookups = [item.observation for item in evidence if item.tool == "lookup" and item.row > 0]
    for value in lookups:
        if isinstance(value, Scalar | Entities) and value.facts:
            first = value.facts[0]
            key = (first.entity.id, first.field)
            period = value.period if isinstance(value, Scalar) else first.period
            yield key, _settled(book.groups[key], period, focus, value)
    if not evidence:
        found = list(book.groups.items())[:_MOST_CITED]
        yield from ((key, group.latest()) for key, group in found)


def _settled(group: Group, period: str, focus: str, value: Scalar | Entities) -> str:
    """The focus period where the run asked for no period of its own and the facts have it."""
    single = isinstance(value, Scalar) and _is_single(value)
    if not single and focus in group.by_period:
        return focus
    return period if period in group.by_period else group.latest()


def _is_base(period: str, others: Sequence[str]) -> bool:
    return any(
        period in {shifted(other, -1), year_ago(other)} for other in others if other != period
    )


def answer_value(result: RunResult, evidence: Sequence[Evidence]) -> Value | None:
    """What the run finished with: the value of `finish`, or of the first row that it names."""
    if result.status != "answered":
        return None
    observed = {item.row: item.observation for item in evidence if item.row > 0}
    given = [value.value for value in observed.values() if isinstance(value, Answer)]
    endings = [" ".join(row.args) for row in result.plan if row.tool == "finish"]
    named = [observed.get(int(n)) for text in endings[-1:] for n in _REFERENCE.findall(text)]
    return next((v for v in (*given, *named) if not isinstance(v, Answer | Failed | None)), None)
