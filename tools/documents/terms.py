"""Words as the index keeps them: folded, Chinese sign by sign, so that both languages are found the same way."""

from __future__ import annotations

import re
from itertools import pairwise

from tools.facts.names import fold

_WORD = re.compile(r"[一-鿿㐀-䶿]+|[^\W一-鿿㐀-䶿]+")
_CHINESE = re.compile(r"[一-鿿㐀-䶿]")
_FILLERS = frozenset((
    "a", "an", "and", "are", "as", "at", "be", "by", "did", "do", "does", "for", "from", "had", "has", "have", "how",
    "in", "is", "it", "its", "many", "much", "of", "on", "or", "say", "says", "tell", "that", "the", "their", "there",
    "this", "to", "was", "were", "what", "when", "where", "which", "who", "whose", "why", "will", "with",
    "的", "了", "是", "在", "和", "与", "多少", "什么", "哪", "吗", "呢",
))  # fmt: skip
MAX_TERMS = 24


def indexed(text: str) -> str:
    """The text as the index holds it: folded words, Chinese signs apart."""
    return " ".join(_spread(word) for word in _words(text))


def terms(query: str) -> tuple[str, ...]:
    """What to look for: the telling words of a query, Chinese ones as pairs of signs, each once."""
    found: list[str] = []
    for word in _words(query):
        found += _pairs(word) if _CHINESE.match(word) else [word]
    telling = [term for term in found if not _FILLERS & {term, *term.split()}]
    return tuple(dict.fromkeys(telling or found))[:MAX_TERMS]


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def _spread(word: str) -> str:
    return " ".join(word) if _CHINESE.match(word) else word


def _pairs(word: str) -> list[str]:
    """Neighbouring signs, since Chinese does not say where words end."""
    if len(word) < 3:
        return [_spread(word)]
    return [f"{one} {other}" for one, other in pairwise(word)]
