"""Reading a claim: `subject [field] comparator target [in period]`, in symbols or in plain words.

Guarantees: any text gives a claim or a `CallFailed` of one line; a text beyond the limit is refused unread.
Covered: `#1 %2 > @3 in @4`, `Tesla revenue > 25 billion in FY2024`, `the capital of Norway is Oslo`,
`特斯拉的营收超过 200亿`. Signs are looked for before words, and the first sign counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tools.catalogue import Catalogue, stripped
from tools.failures import CallFailed
from tools.references import MAX_CHARS, SYMBOL, bound, terms
from tools.subjects import period_of
from tools.types import Binding, FieldRef, Reason, Text
from tools.values.periods import read_period

CONTAINS = "contains"
_SIGN = re.compile(r"!=|>=|<=|==|[≥≤≠=<>]")
_SIGNS = {"==": "=", "≥": ">=", "≤": "<=", "≠": "!="}
_IS = r"(?:\b(?:is|are|was|were)\s+)?"
_WORDS = tuple(
    (comparator, re.compile(pattern, re.IGNORECASE))
    for comparator, pattern in (
        ("!=", r"\b(?:is|are|was|were) not\b|不是|不等于"),
        (">=", rf"{_IS}\b(?:at least|no less than)\b|不少于|不低于|至少"),
        ("<=", rf"{_IS}\b(?:at most|no more than)\b|不超过|不高于|至多"),
        (
            ">",
            rf"{_IS}\b(?:(?:greater|more|higher|larger) than|above|exceeds)\b|大于|超过|高于|多于",
        ),
        ("<", rf"{_IS}\b(?:(?:less|lower|smaller|fewer) than|below)\b|小于|低于|少于"),
        (CONTAINS, r"\b(?:contains|includes?)\b|包含|包括"),
        ("=", r"\b(?:is|are|was|were|equals)\b|是|等于"),
    )
)
_IN_PERIOD = re.compile(r"(?P<rest>.*\S)\s+(?:in|for)\s+(?P<period>\S.*)", re.IGNORECASE)
_OWNED = re.compile(r"(?P<subject>.+?)(?:['’]s\s+|的)(?P<field>.+)")
_OF = re.compile(r"(?P<field>.+?)\s+of\s+(?P<subject>.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with its symbols bound; `field` and `period` may be absent."""

    subject: Binding
    field: Binding | None
    comparator: str
    target: Binding
    period: str | None


def read_claim(catalogue: Catalogue, text: str, bindings: Mapping[str, Binding]) -> Claim:
    """The claim that a text makes."""
    if len(text) > MAX_CHARS:
        raise CallFailed(
            Reason.TOO_COSTLY, f"{len(text)} characters are too many; {MAX_CHARS} is the limit"
        )
    left, comparator, right = _halves(text)
    right, period = _without_period(right, bindings)
    left, earlier = _without_period(left, bindings)
    subject, field = _subject(catalogue, terms(left, bindings), text)
    targets = terms(right, bindings)
    if len(targets) != 1:
        raise _bad(text, "compare with one symbol or one value")
    return Claim(subject, field, comparator, targets[0], period or earlier)


def _halves(text: str) -> tuple[str, str, str]:
    if sign := _SIGN.search(text):
        comparator = _SIGNS.get(sign[0], sign[0])
        return text[: sign.start()], comparator, text[sign.end() :]
    for comparator, pattern in _WORDS:
        if word := pattern.search(text):
            return text[: word.start()], comparator, text[word.end() :]
    raise _bad(text, "it needs one of = != > < >= <= contains")


def _without_period(text: str, bindings: Mapping[str, Binding]) -> tuple[str, str | None]:
    """The text before a trailing `in PERIOD`, and that period."""
    found = _IN_PERIOD.fullmatch(text.strip())
    if found is None:
        return text, None
    said = found["period"].strip()
    if SYMBOL.fullmatch(said):
        return found["rest"], period_of(bound(said, bindings))
    period = read_period(said)
    return (found["rest"], period) if period else (text, None)


def _subject(
    catalogue: Catalogue, left: tuple[Binding, ...], text: str
) -> tuple[Binding, Binding | None]:
    match left:
        case (Text() as words,):
            return _named(catalogue, words)
        case (subject,):
            return subject, None
        case (Text() as words, subject) if not isinstance(subject, FieldRef):
            return subject, Text(words.text.removesuffix(" of"))
        case (subject, FieldRef() | Text() as field):
            return subject, field
    raise _bad(text, "name one subject and at most one field before the comparison")


def _named(catalogue: Catalogue, words: Text) -> tuple[Binding, Binding | None]:
    """The subject and the field in plain words; without a field the words are the subject."""
    for subject, field in _splits(words.text):
        if subject and catalogue.is_field(field):
            return Text(subject), Text(field)
    return words, None


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """Ways to part a text into subject and field, the likely ones first."""
    for pattern in (_OWNED, _OF):
        if found := pattern.fullmatch(text.strip()):
            yield found["subject"].strip(), found["field"].strip()
    words = stripped(text).split()
    yield from ((" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words)))


def _bad(text: str, why: str) -> CallFailed:
    return CallFailed(Reason.BAD_EXPRESSION, f"the claim {text.strip()!r} cannot be read: {why}")
