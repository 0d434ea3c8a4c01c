"""What the facts say of each value, in sentences whose every number is cited or derived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agent.report.facts import FactBook
from agent.report.figures import comparisons, key, stated
from agent.report.labels import Namer
from agent.report.numerals import is_percent, percent, phrase, points, times, unit_said
from agent.report.periods import Grain, brief, moment, pointed, said, steps_said
from agent.report.subjects import Comparison, Subject, latest_of_each, window
from agent.report.types import Derived, Finding, Sentence, SentenceKind
from agent.report.words import listed, words
from tools.types import Fact

_LEAST_FOR_RECORD = 4
_LEAST_FOR_TREND = 6
PARTS = {
    "automotive_revenue": "revenue",
    "energy_revenue": "revenue",
    "services_revenue": "revenue",
    "cost_of_revenue": "revenue",
    "gross_profit": "revenue",
    "operating_income": "revenue",
    "net_income": "revenue",
    "rnd": "revenue",
    "land_area": "area",
    "urban_population": "population",
    "eva_hours": "space_hours",
}
DEDUCTIONS = {"capex": "operating_cash_flow"}


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of a sentence with its evidence."""

    text: str
    facts: tuple[Fact, ...]
    derived: tuple[Derived, ...] = ()


def findings(subjects: Sequence[Subject], book: FactBook, namer: Namer) -> tuple[Finding, ...]:
    """One finding per subject, each of one to five sentences."""
    newest = latest_of_each(subjects)
    return tuple(
        Finding(
            topic=_topic(one, namer, is_repeated=len(newest) < len(subjects)),
            sentences=tuple(_sentences(one, book, namer, with_history=one in newest)),
        )
        for one in subjects
    )


def _topic(subject: Subject, namer: Namer, *, is_repeated: bool) -> str:
    topic = namer.topic(subject.group.entity, subject.group.field)
    if not is_repeated or not subject.period:
        return topic
    return topic + words(namer.lang, "lead when", period=brief(subject.period, namer.lang))


def _sentences(
    subject: Subject, book: FactBook, namer: Namer, *, with_history: bool
) -> Iterator[Sentence]:
    yield level(subject, namer)
    if not subject.group.numeric():
        return
    yield from _disputed(subject, namer)
    yield from _share(subject, book, namer)
    yield from _remainder(subject, book, namer)
    line = window(subject) if with_history else ()
    if len(line) >= _LEAST_FOR_RECORD and subject.fact() in line:
        yield _record(line, subject.fact(), namer)
    if len(line) >= _LEAST_FOR_TREND and moment(subject.period).grain in {Grain.YEAR, Grain.FISCAL}:
        yield from _trend(line, subject.fact(), namer)


def level(subject: Subject, namer: Namer) -> Sentence:
    """The value, and how it compares with earlier periods."""
    facts = stated(subject)
    head = words(
        namer.lang,
        _level_template(subject),
        label=namer.phrased(subject.group.entity, subject.group.field),
        value=listed(namer.lang, tuple(valued(fact, namer) for fact in facts)),
        period=said(subject.period, namer.lang),
    )
    clauses = [Clause(head, facts)]
    clauses += [_against(c, namer) for c in comparisons(subject) if c is not None]
    return _joined("growth" if len(clauses) > 1 else "level", clauses, namer)


def _level_template(subject: Subject) -> str:
    if not subject.group.numeric():
        return "level text"
    return "level" if subject.period else "level undated"


def _disputed(subject: Subject, namer: Namer) -> Iterator[Sentence]:
    """A warning wherever sources disagree on a value that the sentence before it states."""
    used = [subject.fact(), *(c.then for c in comparisons(subject) if c is not None)]
    for fact in used:
        readings = (fact, *subject.group.against(fact))
        if len(readings) == 1:
            continue
        yield Sentence(
            kind="check",
            text=words(
                namer.lang,
                "disputed",
                period=pointed(fact.period, namer.lang),
                values=listed(namer.lang, tuple(namer.value(one) for one in readings)),
            ),
            citations=tuple(key(one) for one in readings),
        )


def valued(fact: Fact, namer: Namer) -> str:
    """The value in words, without a unit that the label already says."""
    text = namer.value(fact)
    unit = unit_said(fact.unit, namer.lang)
    if namer.lang == "en" and unit and unit.rstrip("s") in namer.field(fact.field):
        return text.removesuffix(unit).rstrip()
    return text


def _joined(kind: SentenceKind, clauses: Sequence[Clause], namer: Namer) -> Sentence:
    """One sentence of clauses: the first, a comma, the rest joined by "and"."""
    rest = words(namer.lang, "and").join(clause.text for clause in clauses[1:])
    text = clauses[0].text + (words(namer.lang, "first") + rest if rest else "")
    facts = dict.fromkeys(key(fact) for clause in clauses for fact in clause.facts)
    return Sentence(
        kind=kind,
        text=text + words(namer.lang, "stop"),
        citations=tuple(facts),
        derived=tuple(derived for clause in clauses for derived in clause.derived),
    )


def _against(comparison: Comparison, namer: Namer) -> Clause:
    then = comparison.then
    values = {"period": pointed(then.period, namer.lang), "value": valued(then, namer)}
    if comparison.difference == 0:
        return Clause(words(namer.lang, "level with", **values), (then,))
    derived = change_of(comparison)
    if comparison.growth is None and not is_percent(comparison.now.unit):
        name = "up from" if comparison.rising else "down from"
        return Clause(words(namer.lang, name, **values), (then,))
    name = "above" if comparison.rising else "below"
    if comparison.multiple is not None:
        name = "times as much"
    elif comparison.growth is None:
        name += " points"
    return Clause(
        words(namer.lang, name, change=_size(comparison, namer), **values), (then,), (derived,)
    )


def change_of(comparison: Comparison) -> Derived:
    """The change as a derived number."""
    operands = (key(comparison.now), key(comparison.then))
    if comparison.multiple is not None:
        return Derived(operation="ratio", operands=operands, value=comparison.multiple)
    if comparison.growth is not None:
        return Derived(operation="growth", operands=operands, value=comparison.growth)
    return Derived(operation="difference", operands=operands, value=comparison.difference)


def _size(comparison: Comparison, namer: Namer) -> str:
    if comparison.multiple is not None:
        return times(comparison.multiple)
    if comparison.growth is not None:
        return percent(abs(comparison.growth))
    return points(abs(comparison.difference), namer.lang)


def _record(line: Sequence[Fact], now: Fact, namer: Namer) -> Sentence:
    """Where the value stands among the periods in evidence."""
    top = max(line, key=_number)
    low = min(line, key=_number)
    name = (
        "highest"
        if _number(now) == _number(top)
        else "lowest"
        if _number(now) == _number(low)
        else "range"
    )
    text = words(
        namer.lang,
        name,
        n=steps_said(now.period, len(line), namer.lang),
        first=pointed(line[0].period, namer.lang),
        last=pointed(line[-1].period, namer.lang),
        period=pointed(top.period, namer.lang),
        value=valued(top, namer),
    )
    keys = tuple(key(fact) for fact in line)
    count = Derived(operation="count", operands=keys, value=Decimal(len(line)))
    return Sentence(kind="record", text=text, citations=keys, derived=(count,))


def _number(fact: Fact) -> Decimal:
    return fact.number if fact.number is not None else Decimal(0)


def _trend(line: Sequence[Fact], now: Fact, namer: Namer) -> Iterator[Sentence]:
    """How the value moved over all the years in evidence."""
    first = line[0]
    if _number(first) <= 0 or first.period == now.period or first.unit != now.unit:
        return
    growth = _number(now) / _number(first) - 1
    percent_unit = is_percent(now.unit)
    change = Comparison(now, first, _number(now) - _number(first), None if percent_unit else growth)
    if change.difference == 0:
        return
    text = words(
        namer.lang,
        _direction(change),
        first=said(first.period, namer.lang),
        last=said(now.period, namer.lang),
        change=_size(change, namer),
        **{"from": valued(first, namer)},
    )
    yield Sentence(
        kind="trend", text=text, citations=(key(now), key(first)), derived=(change_of(change),)
    )


def _direction(change: Comparison) -> str:
    if change.multiple is not None:
        return "multiplied"
    return "rose" if change.rising else "fell"


def _remainder(subject: Subject, book: FactBook, namer: Namer) -> Iterator[Sentence]:
    """What a deduction leaves, where the facts give what it is taken from."""
    from_field = DEDUCTIONS.get(subject.group.field, "")
    group = book.group(subject.group.entity.id, from_field)
    source, part = group.best(subject.period) if group else None, subject.fact()
    if source is None or source.number is None or part.number is None or source.unit != part.unit:
        return
    left = source.number - part.number
    text = words(
        namer.lang,
        "remainder",
        whole=namer.heading(from_field),
        part=namer.field(subject.group.field),
        value=phrase(left, part.unit, namer.lang),
    )
    operands = (key(source), key(part))
    derived = Derived(operation="difference", operands=operands, value=left)
    yield Sentence(kind="comparison", text=text, citations=operands, derived=(derived,))


def _share(subject: Subject, book: FactBook, namer: Namer) -> Iterator[Sentence]:
    """What part of a whole the value makes up, where the facts give the whole."""
    whole_field = PARTS.get(subject.group.field, "")
    group = book.group(subject.group.entity.id, whole_field)
    whole, part = group.best(subject.period) if group else None, subject.fact()
    if whole is None or part.number is None or not whole.number or whole.unit != part.unit:
        return
    share = part.number / whole.number
    text = words(
        namer.lang,
        "share",
        share=percent(share),
        whole=namer.field(whole_field),
        value=phrase(whole.number, whole.unit, namer.lang),
    )
    operands = (key(part), key(whole))
    derived = Derived(operation="share", operands=operands, value=share)
    yield Sentence(kind="share", text=text, citations=operands, derived=(derived,))
