"""The gate before words reach a reader: an address needs evidence that leads there, a number needs a fact.

Guarantees: no address stands in a cleared text but those of the evidence and of the question; a number that a plan
stated by itself, instead of reading it or working it out from what was read, is named. Does not guarantee: that the
evidence is right.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from agent.types import Brief, Language
from tools.evidence import behind
from tools.types import Fact, Period, Quantity, Scalar, Table, Value

_URL = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}://|www\.)[^\s<>\"'“”‘’「」《》（），。；、|\\^`{}]+", re.IGNORECASE
)
_TRAILING = ".,;:!?)]*_…"
_NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?", re.IGNORECASE)
_COUNTED = re.compile(r"\b\d[\d,]* (?:members|values|passages)\b")
_CONSTANTS = frozenset({Decimal(0), Decimal(1), Decimal(100)})
_REMOVED = {"en": "[address removed: no evidence]", "zh": "［网址已删除：无依据］"}


def addresses(text: str) -> tuple[str, ...]:
    """The addresses in a text."""
    return tuple(found[0].rstrip(_TRAILING) for found in _URL.finditer(text))


def cleared(text: str, known: Collection[str], lang: Language = "en") -> str:
    """The text without addresses that are none of the known ones."""

    def judged(found: re.Match[str]) -> str:
        url = found[0].rstrip(_TRAILING)
        rest = found[0][len(url) :]
        return found[0] if url in known else f"{_REMOVED[lang]}{rest}"

    return _URL.sub(judged, text)


def cleared_within(node: Any, known: Collection[str], lang: Language = "en") -> Any:
    """The same for every text in a tree of lists and mappings."""
    match node:
        case str():
            return cleared(node, known, lang)
        case dict():
            return {key: cleared_within(value, known, lang) for key, value in node.items()}
        case list() | tuple():
            return [cleared_within(value, known, lang) for value in node]
    return node


def evident_addresses(facts: Iterable[Fact], question: str) -> frozenset[str]:
    """Where the evidence was read, and what the user wrote."""
    read = {fact.origin.url for fact in facts if fact.origin and fact.origin.url}
    return frozenset({*read, *addresses(question)})


def stated_numbers(brief: Brief) -> frozenset[Decimal]:
    """The numbers that the question states, in digits or in words."""
    targets = [pointer.target for pointer in brief.pointers]
    periods = " ".join(target.text for target in targets if isinstance(target, Period))
    amounts = (target.number for target in targets if isinstance(target, Quantity))
    return frozenset({*_numbers(f"{brief.question} {periods}"), *amounts})


def unvouched(value: Value, rows: Iterable[Value], stated: Collection[Decimal]) -> tuple[str, ...]:
    """The numbers that a value rests on and that no fact, no row before it and no word of the question holds.

    `rows` are the values of the plan's rows in order; one that rests on such a number itself vouches for nothing.
    """
    known = {*stated, *_CONSTANTS}
    for row in rows:
        if not _missing(row, known):
            known |= {*_held(row)}
    return tuple(dict.fromkeys(_missing(value, known)))


def _missing(value: Value, known: Collection[Decimal]) -> list[str]:
    """The numbers in a scalar's derivation that nothing known holds; what was read was worked out from nothing."""
    if not isinstance(value, Scalar):
        return []
    own = {fact.number for fact in value.facts if fact.number is not None}
    rest = _without_texts(_COUNTED.sub(" ", value.derivation), value.facts)
    return [found[0] for found in _NUMBER.finditer(rest) if _read(found[0]) not in {*known, *own}]


def _without_texts(derivation: str, facts: Iterable[Fact]) -> str:
    """The derivation without the dates and other texts of its facts."""
    for text in {fact.value for fact in facts if fact.number is None} | {f.period for f in facts}:
        derivation = derivation.replace(text, " ") if text else derivation
    return derivation


def _held(value: Value) -> Iterator[Decimal]:
    """The numbers that a value brings, with those of the facts behind it."""
    if isinstance(value, Scalar) and isinstance(value.value, Decimal):
        yield value.value
    if isinstance(value, Table):
        yield from (m.value for m in value.measures if isinstance(m.value, Decimal))
    yield from (fact.number for fact in behind(value) if fact.number is not None)


def _numbers(text: str) -> Iterator[Decimal]:
    yield from (_read(found[0]) for found in _NUMBER.finditer(text))


def _read(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return Decimal("NaN")
