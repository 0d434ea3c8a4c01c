"""The gate before a sentence enters a report: every number in it must have evidence behind it.

Guarantees: the numbers are read back out of the finished text and compared with the cited facts,
and each derived number is computed again from its operands; whatever is left is marked.
Does not guarantee: that the words around the numbers are true; the templates' tests say that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, DivisionByZero, InvalidOperation

from agent.report.labels import Namer, is_measured
from agent.report.numerals import MINUS
from agent.report.periods import brief, said
from agent.report.types import Derived, Sentence
from tools.types import Fact

_NUMBER = re.compile(
    r"(?P<digits>\d+(?:,\d{3})*(?:\.\d+)?)\s?(?P<scale>trillion|billion|million|万亿|亿|万)?"
)
_SCALES = {
    "trillion": 10**12, "billion": 10**9, "million": 10**6, "万亿": 10**12, "亿": 10**8, "万": 10**4,
}  # fmt: skip
_RELATIVE = {"growth", "share"}
_TOLERANCE = Decimal("0.5")
_SAME = Decimal("1e-9")

Operate = Callable[[Sequence[Decimal]], Decimal]
_OPERATIONS: dict[str, Operate] = {
    "growth": lambda n: n[0] / n[1] - 1,
    "difference": lambda n: n[0] - sum(n[1:]),
    "ratio": lambda n: n[0] / n[1],
    "share": lambda n: n[0] / n[1],
    "sum": lambda n: sum(n, Decimal(0)),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """What a sentence may stand on beside its own words.

    `facts` resolves citations; `computed` holds what the calculate tool returned, by the expression
    that it worked out; numbers of the `question` may be repeated.
    """

    facts: Mapping[str, Fact]
    namer: Namer
    computed: Mapping[str, Decimal] = field(default_factory=dict)
    question: str = ""


def checked(sentence: Sentence, ground: Ground) -> Sentence:
    """The sentence with every number marked that its citations do not support."""
    cited = [ground.facts[key] for key in sentence.citations if key in ground.facts]
    known = [fact.number for fact in cited if fact.number is not None]
    rest = sentence.text
    for derived in sentence.derived:
        known += _derived_numbers(derived, ground)
        if ground.computed.get(derived.expression) == derived.value:
            rest = rest.replace(derived.expression, " ")
    rest = _without_names(rest, cited, ground.namer)
    asked = {_read(match) for match in _NUMBER.finditer(ground.question)}
    missing = tuple(
        match[0].strip()
        for match in _NUMBER.finditer(rest)
        if not _known(match, known) and _read(match) not in asked
    )
    return sentence.model_copy(update={"unsupported": missing})


def _derived_numbers(derived: Derived, ground: Ground) -> list[Decimal]:
    """What a derived number may be shown as; nothing where computing it again gives another."""
    if derived.operation == "calculated":
        is_known = ground.computed.get(derived.expression) == derived.value
        return [derived.value, derived.value * 100] if is_known else []
    again = recomputed(derived, ground.facts)
    if again is None or abs(again - derived.value) > _SAME * max(abs(again), Decimal(1)):
        return []
    return [again * 100] if derived.operation in _RELATIVE else [again]


def recomputed(derived: Derived, facts: Mapping[str, Fact]) -> Decimal | None:
    """The derived number computed anew from its operands, or None where that cannot be done."""
    operands = [facts[key] for key in derived.operands if key in facts]
    if len(operands) != len(derived.operands):
        return None
    if derived.operation == "count":
        return Decimal(len(set(derived.operands)))
    numbers = [fact.number for fact in operands if fact.number is not None]
    if len(numbers) != len(operands) or derived.operation not in _OPERATIONS:
        return None
    try:
        return _OPERATIONS[derived.operation](numbers)
    except (DivisionByZero, InvalidOperation, IndexError):
        return None


def _known(match: re.Match[str], known: Sequence[Decimal]) -> bool:
    """Whether some known number, rounded as this one is, reads the same; signs are in the words."""
    scale = _scale(match)
    places = len(match["digits"].partition(".")[2])
    slack = _TOLERANCE * Decimal(1).scaleb(-places)
    shown = _read(match) / scale
    return any(abs(abs(number) / scale - shown) <= slack for number in known)


def _read(match: re.Match[str]) -> Decimal:
    return Decimal(match["digits"].replace(",", "")) * _scale(match)


def _scale(match: re.Match[str]) -> Decimal:
    return Decimal(_SCALES.get(match["scale"] or "", 1))


def _without_names(text: str, cited: Sequence[Fact], namer: Namer) -> str:
    """The text without what may hold digits that are not numbers: names, periods, text values."""
    names = sorted({name for fact in cited for name in _names(fact, namer)}, key=len, reverse=True)
    for name in names:
        text = re.sub(rf"(?<![\d.,]){re.escape(name)}(?!\d|[.,]\d)", " ", text)
    return text.replace(MINUS, "-")


def _names(fact: Fact, namer: Namer) -> set[str]:
    periods = {fact.period, said(fact.period, namer.lang), brief(fact.period, namer.lang)}
    labels = {namer.field(fact.field), namer.heading(fact.field), namer.entity(fact.entity)}
    measured = fact.number is not None and is_measured(fact.field)
    values = set() if measured else {fact.value, namer.value(fact)}
    place = {fact.origin.revision} if fact.origin else set()
    return {name for name in periods | labels | values | place | {fact.entity.name} if name}
