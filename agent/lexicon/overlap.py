"""Fields that share words with a question where nobody says them outright: `crops` for what grows somewhere.

A field's words are those of its names, of its cues and of its unit; a word counts the more, the fewer fields have it. This
only fills places that are left: a shared word is no claim that the field is meant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from math import log, sqrt

from agent.lexicon.plain import GRAMMAR
from agent.mentions import Token, stem, tokens
from tools.facts.store import Field

_CJK = re.compile(r"[一-鿿]")
_ENDINGS = re.compile(r"(?<=\w{3})(?:ing|ings|ed|er|ers|e)$")


class WordOverlap:
    """Knows the words of every field; built once from the fields and what is said for them."""

    def __init__(self, fields: Mapping[str, Field], said: Mapping[str, Iterable[str]]) -> None:
        self._fields = fields
        self._pieces = {
            i: frozenset(p for phrase in (*said[i], field.unit) for p in _pieces(tokens(phrase)))
            for i, field in fields.items()
        }
        n_fields = Counter(piece for pieces in self._pieces.values() for piece in pieces)
        self._weights = {piece: log(len(fields) / n) for piece, n in n_fields.items()}

    def fields(self, words: list[Token], types: Iterable[str]) -> list[str]:
        """The ids of the fields of these types that share words with a text, those that share most first."""
        asked = frozenset(_pieces(words)) & self._weights.keys()
        wanted = frozenset(types)
        scores = {
            i: self._score(asked & pieces, len(pieces))
            for i, pieces in self._pieces.items()
            if self._fields[i].types & wanted and asked & pieces
        }
        return sorted(scores, key=lambda i: (-scores[i], i))

    def _score(self, shared: frozenset[str], n_pieces: int) -> float:
        return sum(self._weights[piece] for piece in shared) / sqrt(10 + n_pieces)


def _pieces(words: list[Token]) -> Iterator[str]:
    """Latin words without their endings, Chinese characters by twos; words of grammar are left out."""
    for word in words:
        if word.text.isalpha() and word.text.isascii() and word.text not in GRAMMAR:
            yield _ENDINGS.sub("", stem(word.text))
    for one, other in pairwise(words):
        if _CJK.match(one.text) and _CJK.match(other.text) and one.end == other.start:
            yield one.text + other.text
