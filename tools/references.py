"""Argument texts: the symbols in them, and what those are bound to.

A text is a sequence of terms: a symbol (`#1`, `@2`, `%3`) stands for its binding, the words between
symbols stand for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tools.failures import CallFailed
from tools.types import Binding, Period, Quantity, Reason, Scalar, Text, Verdict

SYMBOL = re.compile(r"[#@%]\d+")
MAX_CHARS = 500


def terms(text: str, bindings: Mapping[str, Binding]) -> tuple[Binding, ...]:
    """The terms of a text in order."""
    if len(text) > MAX_CHARS:
        raise CallFailed(
            Reason.TOO_COSTLY, f"{len(text)} characters are too many; {MAX_CHARS} is the limit"
        )
    found: list[Binding] = []
    at = 0
    for match in SYMBOL.finditer(text):
        found += _words(text[at : match.start()])
        found.append(bound(match[0], bindings))
        at = match.end()
    return (*found, *_words(text[at:]))


def term(text: str, bindings: Mapping[str, Binding], name: str) -> Binding:
    """The one term of an argument; `name` is the argument's."""
    found = terms(text, bindings)
    if len(found) != 1:
        raise CallFailed(
            Reason.BAD_EXPRESSION, f"{name} takes one symbol or one name, not {text.strip()!r}"
        )
    return found[0]


def bound(symbol: str, bindings: Mapping[str, Binding]) -> Binding:
    """What a symbol stands for."""
    if symbol not in bindings:
        known = ", ".join(bindings) or "none"
        raise CallFailed(Reason.BAD_EXPRESSION, f"{symbol} stands for nothing; known: {known}")
    return bindings[symbol]


def words_of(binding: Binding) -> str:
    """What people call the thing a symbol stands for, in a few words."""
    match binding:
        case Period() | Text():
            return binding.text
        case Quantity():
            return str(binding.number)
        case Scalar():
            return str(binding.value)
        case Verdict():
            return binding.claim
    return getattr(binding, "name", "") or getattr(binding, "label", "") or type(binding).__name__


def _words(text: str) -> list[Binding]:
    bare = text.strip().strip(",;，；、").strip()
    return [Text(bare)] if bare else []
