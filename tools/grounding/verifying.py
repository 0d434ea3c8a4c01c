"""verify(claim) where the claim is about passages: `#1 contains @2`, `#1 %1 > @3 in @4`, or a sentence beside `#1`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tools.failures import CallFailed
from tools.grounding.figures import (
    Figure,
    Sentence,
    agree,
    in_unit,
    is_comparable,
    read_sentence,
    sentences,
)
from tools.grounding.layers import ALIKE, Entailment, Ground, conclusion, examined
from tools.grounding.words import overlap, stands_in
from tools.references import SYMBOL, words_of
from tools.types import (
    Binding,
    Call,
    Check,
    Passage,
    Passages,
    Quantity,
    Reason,
    Truth,
    Verdict,
)

_QUOTING = re.compile(
    r"(?:contains|includes?|says|=|==|包含|包括)\s*(?P<words>\S.*)", re.IGNORECASE
)
_COMPARING = re.compile(
    r"(?P<field>[^<>=!≥≤≠]+?)\s*(?P<sign>>=|<=|!=|==|[≥≤≠=<>])\s*(?P<target>[^<>=!]+?)"
    r"(?:\s+in\s+(?P<period>\S+))?"
)
_SIGNS = {"==": "=", "≥": ">=", "≤": "<=", "≠": "!="}
_COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
}
GroundsOf = Callable[[Passage], Ground]


@dataclass(frozen=True, slots=True)
class _Comparison:
    """`field sign target in period`, read from a claim over passages."""

    field: str
    sign: str
    target: str
    period: str


def is_about_passages(call: Call) -> bool:
    """Whether a verify call's claim has passages in it."""
    named = SYMBOL.findall(call.args["claim"])
    return any(isinstance(call.bindings.get(symbol), Passages) for symbol in named)


def verify_text(call: Call, ground: GroundsOf, entailment: Entailment | None = None) -> Verdict:
    """The verdict on a claim over passages, with what every layer found."""
    subjects = [
        bound
        for symbol in dict.fromkeys(SYMBOL.findall(call.args["claim"]))
        if isinstance(bound := call.bindings.get(symbol), Passages)
    ]
    grounds = [ground(passage) for subject in subjects for passage in subject.members]
    said = _in_words(call)
    if not grounds or not said:
        raise CallFailed(Reason.BAD_EXPRESSION, "the claim says nothing of the passages")
    checks = _checks(said, grounds, entailment)
    facts = tuple({fact.id: fact for subject in subjects for fact in subject.facts}.values())
    return Verdict(conclusion(checks), said, facts, checks)


def _checks(
    said: str, grounds: Sequence[Ground], entailment: Entailment | None
) -> tuple[Check, ...]:
    if quoting := _QUOTING.fullmatch(said):
        words = quoting["words"].strip('"“”「」 ')
        return examined(f"“{words}”", grounds, entailment)
    if comparing := _COMPARING.fullmatch(said):
        sign = _SIGNS.get(comparing["sign"], comparing["sign"])
        target, period = comparing["target"].strip(), comparing["period"] or ""
        return (_compared(_Comparison(comparing["field"], sign, target, period), grounds),)
    return examined(said, grounds, entailment)


def _in_words(call: Call) -> str:
    """The claim with its symbols spelled out, and without the passages it is about."""

    def spelled(symbol: re.Match[str]) -> str:
        bound = call.bindings.get(symbol[0])
        return "" if bound is None or isinstance(bound, Passages) else _said(bound)

    return " ".join(SYMBOL.sub(spelled, call.args["claim"]).split())


def _said(bound: Binding) -> str:
    if isinstance(bound, Quantity):
        return f"{bound.number:f} {bound.unit}".strip()
    return words_of(bound)


def _compared(asked: _Comparison, grounds: Sequence[Ground]) -> Check:
    """What the sentences about the field say, if they all say the same."""
    told = [sentence for ground in grounds for sentence in sentences(ground.text)]
    about = [s for s in told if overlap(asked.field, s.text) >= ALIKE and _is_of(s, asked.period)]
    wanted = read_sentence(f"{asked.target} ").figures
    if not wanted:
        return _worded(asked, about)
    values = {
        in_unit(figure, wanted[0].unit): (figure, sentence)
        for sentence in about
        for figure in sentence.figures
        if is_comparable(figure, wanted[0])
    }
    if len(values) != 1:
        found = f"{len(values)} numbers" if values else "no number"
        return Check(
            "numbers", Truth.UNKNOWN, f"the source has {found} for {asked.field.strip()!r}"
        )
    ((figure, sentence),) = values.values()
    truth = Truth.SUPPORTED if _holds(figure, asked.sign, wanted[0]) else Truth.CONTRADICTED
    return Check("numbers", truth, f"{figure.text} in “{sentence.text}”")


def _holds(stated: Figure, sign: str, wanted: Figure) -> bool:
    if sign in ("=", "!="):
        return agree(stated, wanted) == (sign == "=")
    return _COMPARE[sign](in_unit(stated, wanted.unit), wanted.number)


def _is_of(sentence: Sentence, period: str) -> bool:
    year = re.search(r"\d{4}", period)
    return year is None or year[0] in sentence.years


def _worded(asked: _Comparison, about: Sequence[Sentence]) -> Check:
    """A word as the target: it stands in a sentence about the field, or nothing is known."""
    holder = next((s for s in about if stands_in(asked.target, s.text)), None)
    if holder is None or asked.sign != "=":
        return Check("quotation", Truth.UNKNOWN, f"no sentence says it of {asked.target!r}")
    return Check("quotation", Truth.SUPPORTED, f"“{holder.text}”")
