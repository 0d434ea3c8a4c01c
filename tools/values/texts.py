"""Comparing texts as people mean it: no case, no accents, and one of several values is enough."""

from __future__ import annotations

import re
from functools import lru_cache

from tools.facts.names import fold

_SEPARATORS = re.compile(r"[;,；，、]")
_ASIDE = re.compile(r"\s*\([^)]*\)")


def says(value: str, wanted: str) -> bool:
    """Whether a value is the wanted text, or holds it as one of several values."""
    told, asked = fold(value), fold(wanted)
    if told == asked:
        return True
    return bool(asked) and bool(_SEPARATORS.search(value)) and _has_words(told, asked)


def mentions(value: str, wanted: str) -> bool:
    """Whether the wanted words stand anywhere in the value."""
    return bool(fold(wanted)) and _has_words(fold(value), fold(wanted))


def parts(value: str) -> tuple[str, ...]:
    """The several values of a text, without what stands in brackets."""
    bare = (_ASIDE.sub("", part).strip() for part in _SEPARATORS.split(value))
    return tuple(part for part in bare if part)


def _has_words(told: str, asked: str) -> bool:
    return bool(_pattern(asked).search(told))


@lru_cache(maxsize=1024)
def _pattern(asked: str) -> re.Pattern[str]:
    """Whole words in alphabets that have spaces; anywhere in Chinese, which has none."""
    literal = re.escape(asked)
    return re.compile(rf"(?<![^\W_]){literal}(?![^\W_])" if asked.isascii() else literal)
