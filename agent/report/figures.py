"""The figures table: one line per value, with its change on the previous period and on the year."""

from __future__ import annotations

from collections.abc import Sequence

from agent.report.labels import Namer
from agent.report.numerals import cell, is_percent, percent, phrase, points, times
from agent.report.periods import brief, shifted, year_ago
from agent.report.subjects import Comparison, Subject, compare
from agent.report.types import Change, Figure
from agent.report.words import words
from tools.types import Fact

_MOST_VALUES = 60


def key(fact: Fact) -> str:
    """A fact's provisional citation, renumbered when the report is complete."""
    return f"f{fact.id}"


def figures(subjects: Sequence[Subject], namer: Namer) -> tuple[Figure, ...]:
    """A line for every subject."""
    return tuple(_figure(subject, namer) for subject in subjects)


def _figure(subject: Subject, namer: Namer) -> Figure:
    value, unit = _value(subject, namer)
    before, ago = comparisons(subject)
    return Figure(
        entity=namer.entity(subject.group.entity),
        field=subject.group.field,
        label=namer.topic(subject.group.entity, subject.group.field),
        period=brief(subject.period, namer.lang),
        value=value,
        unit=unit,
        number=subject.fact().number if subject.group.numeric() else None,
        previous=_change(before, namer),
        year_ago=_change(ago, namer),
        citations=tuple(key(fact) for fact in stated(subject)),
    )


def stated(subject: Subject) -> tuple[Fact, ...]:
    """The facts behind a subject's value: one number, or every value of a text field."""
    if subject.group.numeric():
        return (subject.fact(),)
    facts = {fact.value: fact for fact in reversed(subject.group.by_period[subject.period])}
    return tuple(reversed(facts.values()))[:_MOST_VALUES]


def _value(subject: Subject, namer: Namer) -> tuple[str, str]:
    fact = subject.fact()
    if subject.group.numeric() and fact.number is not None:
        return cell(fact.number, fact.unit, namer.lang)
    return words(namer.lang, "list").join(namer.value(one) for one in stated(subject)), ""


def comparisons(subject: Subject) -> tuple[Comparison | None, Comparison | None]:
    """The subject against the period before it, and against the same period a year before."""
    if not subject.group.numeric():
        return None, None
    return _against(subject, shifted(subject.period, -1)), _against(
        subject, year_ago(subject.period)
    )


def _against(subject: Subject, period: str | None) -> Comparison | None:
    then = subject.group.best(period) if period else None
    return compare(subject.fact(), then, is_percent(subject.fact().unit))


def _change(comparison: Comparison | None, namer: Namer) -> Change | None:
    if comparison is None:
        return None
    return Change(
        text=signed_change(comparison, namer),
        against=brief(comparison.then.period, namer.lang),
        rising=comparison.rising,
        citations=(key(comparison.now), key(comparison.then)),
    )


def signed_change(comparison: Comparison, namer: Namer) -> str:
    """A change with its sign: "+24.9%", "+0.8 pp", or the plain difference on a base below zero."""
    if comparison.multiple is not None:
        return words(namer.lang, "times", times=times(comparison.multiple))
    if comparison.growth is not None:
        return percent(comparison.growth, signed=True)
    unit = comparison.now.unit
    if is_percent(unit):
        return points(comparison.difference, namer.lang, signed=True)
    shown = phrase(comparison.difference, unit, namer.lang)
    return f"+{shown}" if comparison.rising else shown
