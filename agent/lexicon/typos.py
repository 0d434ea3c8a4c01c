"""Misspelt words brought back to words that the lexicon knows, within one or two slips of the finger.

Guarantees: a known or everyday word is never changed; the work is bounded by the number of unknown words.
Does not guarantee: that a name nobody knows is left alone, only that nothing far from it is taken for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.lexicon.plain import is_plain, plain_words
from agent.mentions import Token, stem

SHORTEST = 4
NAME_AT_MOST = 2.0
_TWO_SLIPS_FROM = 8
_MAX_UNKNOWN = 12
_CANDIDATES = 8
_PLAIN_WEIGHT = 1.0


class Spelling:
    """Knows how words are written; `weights` tells likely words from unlikely ones (higher is likelier)."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = dict.fromkeys(plain_words(), _PLAIN_WEIGHT)
        for word, weight in weights.items():
            self._weights[word] = max(weight, self._weights.get(word, 0.0))
        self._by_opening: dict[str, list[str]] = defaultdict(list)
        for word in self._weights:
            if len(word) >= SHORTEST and word.isalpha() and word.isascii():
                self._by_opening[word[0]].append(word)

    def corrected(self, words: Iterable[Token], text: str) -> list[Token]:
        """The tokens of the text with the misspelt ones replaced; places stay as they are.

        A plural or a lost apostrophe of a name (`teslas`) loses its ending; capitals alone are an abbreviation.
        """
        left = _MAX_UNKNOWN
        made = []
        for token in words:
            if self._is_name(stem(token.text)) and not self._is_whole_word(token.text):
                token = replace(token, text=stem(token.text))
            elif (
                left
                and self._is_unknown(token.text)
                and not text[token.start : token.end].isupper()
            ):
                left -= 1
                token = replace(token, text=self._closest(token.text) or token.text)
            made.append(token)
        return made

    def _is_name(self, word: str) -> bool:
        return 0 < self._weights.get(word, 0.0) <= NAME_AT_MOST and not is_plain(word)

    def _is_whole_word(self, word: str) -> bool:
        return word in self._weights or is_plain(word)

    def _is_unknown(self, word: str) -> bool:
        is_word = len(word) >= SHORTEST and word.isascii() and word.isalpha()
        return is_word and not self._knows(word)

    def _knows(self, word: str) -> bool:
        return stem(word) in self._weights or self._is_whole_word(word)

    def _closest(self, word: str) -> str:
        """The likeliest word within reach; swapped letters are the commonest slip."""
        reach = 2 if len(word) >= _TWO_SLIPS_FROM else 1
        found = process.extract(
            word, self._choices(word), scorer=OSA.distance, score_cutoff=reach, limit=_CANDIDATES
        )
        if not found:
            return ""
        return min(found, key=lambda f: (f[1], sorted(f[0]) != sorted(word), -self._weights[f[0]]))[
            0
        ]

    def _choices(self, word: str) -> list[str]:
        """Words with the same first letter, or with the first two swapped."""
        swapped = self._by_opening.get(word[1], ())
        return self._by_opening.get(word[0], []) + [w for w in swapped if w[1] == word[0]]
