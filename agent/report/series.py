"""What the charts show: the recent history of each value, and one value over the members of a set."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from agent.report.figures import key
from agent.report.labels import Namer, is_measured
from agent.report.numerals import is_percent
from agent.report.subjects import Subject, latest_of_each, window
from agent.report.types import Point, Series
from tools.types import Fact, Table

_LEAST_POINTS = 3
_MOST_CHARTS = 8
_MOST_BARS = 16
_MOST_MEMBERS = 15


def histories(subjects: Sequence[Subject], namer: Namer) -> tuple[Series, ...]:
    """A chart for every subject with a history, in the order of the figures table."""
    numeric = [one for one in latest_of_each(subjects) if one.group.numeric()]
    found = (_history(subject, namer) for subject in numeric)
    return tuple(series for series in found if series is not None)[:_MOST_CHARTS]


def _history(subject: Subject, namer: Namer) -> Series | None:
    line = window(subject)
    if len(line) < _LEAST_POINTS:
        return None
    return Series(
        title=namer.topic(subject.group.entity, subject.group.field),
        entity=namer.entity(subject.group.entity),
        field=subject.group.field,
        unit=subject.fact().unit,
        over="periods",
        form=_form(line),
        points=tuple(_point(fact, fact.period) for fact in line),
        focus=subject.period,
    )


def _form(line: Sequence[Fact]) -> Literal["bars", "line"]:
    return "line" if is_percent(line[0].unit) or len(line) > _MOST_BARS else "bars"


def _point(fact: Fact, name: str) -> Point:
    return Point(period=name, value=fact.number or Decimal(0), citation=key(fact))


def over_members(table: Table, namer: Namer) -> Series | None:
    """A table's largest values side by side; None where they are no numbers of one unit."""
    facts = [(namer.entity(m.entity), m.facts[0]) for m in table.measures if m.facts]
    facts = [(name, fact) for name, fact in facts if fact.number is not None]
    if len(facts) < 2 or len({fact.unit for _, fact in facts}) > 1 or not is_measured(table.field):
        return None
    largest = sorted(facts, key=lambda item: item[1].number or Decimal(0), reverse=True)
    return Series(
        title=namer.heading(table.field),
        entity="",
        field=table.field,
        unit=facts[0][1].unit,
        over="members",
        form="bars",
        points=tuple(_point(fact, name) for name, fact in largest[:_MOST_MEMBERS]),
    )
