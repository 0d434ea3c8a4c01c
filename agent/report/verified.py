"""What was verified: the run's own verdicts, identities that can be computed again, disagreements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agent.report.facts import FactBook
from agent.report.figures import comparisons, key
from agent.report.labels import Namer
from agent.report.numerals import exact, is_percent, percent, phrase
from agent.report.periods import brief
from agent.report.sources import source
from agent.report.subjects import Subject, window
from agent.report.types import Claim, Derived, Dispute, Evidence, Operation, Reading
from agent.report.words import words
from tools.types import Fact, Verdict

_MOST_DISPUTES = 12
_MOST_DECIDING = 6
_CLOSE = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Identity:
    """A field that equals an operation over other fields of the same entity and period."""

    field: str
    operation: Operation
    operands: tuple[str, ...]
    sign: str


IDENTITIES = (
    Identity("free_cash_flow", "difference", ("operating_cash_flow", "capex"), " − "),
    Identity("gross_margin", "share", ("gross_profit", "revenue"), " ÷ "),
    Identity("operating_margin", "share", ("operating_income", "revenue"), " ÷ "),
    Identity("gross_profit", "difference", ("revenue", "cost_of_revenue"), " − "),
    Identity("revenue", "sum", ("automotive_revenue", "energy_revenue", "services_revenue"), " + "),
)


def claims(
    evidence: Sequence[Evidence], subjects: Sequence[Subject], book: FactBook, namer: Namer
) -> tuple[Claim, ...]:
    """Every verdict of the run, then every identity whose parts are all in evidence."""
    verdicts = [item.observation for item in evidence if isinstance(item.observation, Verdict)]
    found = [_verdict(verdict, namer) for verdict in dict.fromkeys(verdicts)]
    places = dict.fromkeys((subject.group.entity.id, subject.period) for subject in subjects)
    return (*found, *(claim for place in places for claim in _identities(place, book, namer)))


def _verdict(verdict: Verdict, namer: Namer) -> Claim:
    text = verdict.claim
    if verdict.facts:
        text += words(namer.lang, "deciding", facts=deciding(verdict, namer))
    return Claim(text=text, truth=verdict.truth.value, citations=verdict_keys(verdict))


def verdict_keys(verdict: Verdict) -> tuple[str, ...]:
    """The citations of a verdict."""
    return tuple(dict.fromkeys(key(fact) for fact in verdict.facts[:_MOST_DECIDING]))


def deciding(verdict: Verdict, namer: Namer) -> str:
    """The facts that decide a verdict, in words."""
    is_zh = namer.lang == "zh"
    texts = [
        f"{namer.entity(fact.entity)}{'：' if is_zh else ': '}{namer.field(fact.field)}"
        f"{'' if is_zh else ' '}{_dated(fact, namer)}"
        for fact in verdict.facts[:_MOST_DECIDING]
    ]
    return ("；" if is_zh else "; ").join(texts)


def _dated(fact: Fact, namer: Namer) -> str:
    when = (
        words(namer.lang, "lead when", period=brief(fact.period, namer.lang)) if fact.period else ""
    )
    return f"{namer.value(fact)}{when}"


def _identities(place: tuple[str, str], book: FactBook, namer: Namer) -> Iterator[Claim]:
    entity_id, period = place
    for identity in IDENTITIES:
        groups = [book.group(entity_id, name) for name in (identity.field, *identity.operands)]
        facts = [group.best(period) for group in groups if group is not None]
        known = [fact for fact in facts if fact is not None and fact.number is not None]
        if len(known) == len(groups):
            yield from _identity(identity, known[0], known[1:], namer)


def _identity(
    identity: Identity, reported: Fact, operands: Sequence[Fact], namer: Namer
) -> Iterator[Claim]:
    value = _operated(identity.operation, [fact.number or Decimal(0) for fact in operands])
    if value is None or reported.number is None:
        return
    shown = (
        percent(value)
        if identity.operation == "share"
        else phrase(value, reported.unit, namer.lang)
    )
    text = words(
        namer.lang,
        "check",
        label=f"{namer.heading(identity.field)}{_when(reported.period, namer)}",
        value=phrase(reported.number, reported.unit, namer.lang),
        expression=identity.sign.join(namer.field(name) for name in identity.operands),
        computed=shown,
    )
    keys = tuple(key(fact) for fact in operands)
    yield Claim(
        text=text,
        truth="supported" if _same(reported, value) else "contradicted",
        citations=(key(reported), *keys),
        derived=(Derived(operation=identity.operation, operands=keys, value=value),),
    )


def _when(period: str, namer: Namer) -> str:
    if not period:
        return ""
    shown = brief(period, namer.lang)
    return f"（{shown}）" if namer.lang == "zh" else f", {shown},"


def _operated(operation: Operation, numbers: Sequence[Decimal]) -> Decimal | None:
    if operation == "sum":
        return sum(numbers, Decimal(0))
    if operation == "difference":
        return numbers[0] - numbers[1] if numbers[1] >= 0 else None
    return numbers[0] / numbers[1] if numbers[1] else None


def _same(reported: Fact, value: Decimal) -> bool:
    """Whether the computed value rounds to the reported one."""
    number = reported.number or Decimal(0)
    if is_percent(reported.unit):
        exponent = number.as_tuple().exponent
        places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        return abs(value * 100 - number) <= Decimal("0.5001").scaleb(-places)
    return abs(value - number) <= _CLOSE * abs(number)


def disputes(subjects: Sequence[Subject], book: FactBook, namer: Namer) -> tuple[Dispute, ...]:
    """Every stated or drawn value on which sources differ, the report's own period first."""
    facts = dict.fromkeys((*_stated(subjects), *_drawn(subjects)))
    found = (_dispute(fact, book, namer) for fact in facts)
    return tuple(dispute for dispute in found if dispute is not None)[:_MOST_DISPUTES]


def _stated(subjects: Sequence[Subject]) -> Iterator[Fact]:
    for subject in subjects:
        if subject.group.numeric():
            yield subject.fact()
            yield from (found.then for found in comparisons(subject) if found is not None)


def _drawn(subjects: Sequence[Subject]) -> Iterator[Fact]:
    for subject in subjects:
        yield from reversed(window(subject) if subject.group.numeric() else ())


def _dispute(fact: Fact, book: FactBook, namer: Namer) -> Dispute | None:
    group = book.group(fact.entity.id, fact.field)
    differing = group.against(fact) if group else ()
    if not differing:
        return None
    return Dispute(
        label=namer.topic(fact.entity, fact.field),
        period=brief(fact.period, namer.lang),
        readings=tuple(_reading(one, namer) for one in (fact, *differing)),
        kept=key(fact),
    )


def _reading(fact: Fact, namer: Namer) -> Reading:
    text = exact(fact.number or Decimal(0), fact.unit, namer.lang)
    return Reading(text=text, source=source(fact.source, namer.lang).label, citation=key(fact))
