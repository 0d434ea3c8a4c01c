"""Misspelt words brought back to words that the lexicon knows, within one or two slips of the finger.

Guarantees: no word of English is changed, known to the lexicon or not (`exceeding` is no misspelt `excluding`); the
work is bounded by the number of unknown words.
Does not guarantee: that a name nobody knows is left alone, only that nothing far from it is taken for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA
from spellchecker import SpellChecker

from agent.lexicon.plain import is_plain, plain_words
from agent.mentions import Token, stem

SHORTEST = 4
_TWO_SLIPS_FROM = 8
_MAX_UNKNOWN = 12
_CANDIDATES = 8
_KEPT = 50_000
_PLAIN_WEIGHT = 1.0


class Spelling:
    """Knows how words are written; `weights` tells likely words from unlikely ones (higher is likelier)."""

    def __init__(self, weights: Mapping[str, float], names: Container[str]) -> None:
        self._weights = dict.fromkeys(plain_words(), _PLAIN_WEIGHT)
        for word, weight in weights.items():
            self._weights[word] = max(weight, self._weights.get(word, 0.0))
        self._names = names
        self._alike: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word, weight in self._weights.items():
            if weight and len(word) >= SHORTEST and word.isalpha() and word.isascii():
                self._alike[word[0], len(word)].append(word)
        self._mended: dict[str, str] = {}

    def corrected(self, words: Iterable[Token], text: str) -> list[Token]:
        """The tokens of the text with the misspelt ones replaced; places stay as they are.

        A plural or a lost apostrophe of a name (`teslas`) loses its ending; capitals alone are an abbreviation.
        """
        left = _MAX_UNKNOWN
        made = []
        for token in words:
            if stem(token.text) in self._names and not self._is_whole_word(token.text):
                token = token._replace(text=stem(token.text))
            elif left and self._is_misspelt(token.text) and not _is_abbreviation(token, text):
                left -= 1
                token = token._replace(text=self._closest(token.text) or token.text)
            made.append(token)
        return made

    def _is_misspelt(self, word: str) -> bool:
        is_word = len(word) >= SHORTEST and word.isascii() and word.isalpha()
        if not is_word or stem(word) in self._weights or self._is_whole_word(word):
            return False
        return word not in english_words()

    def _is_whole_word(self, word: str) -> bool:
        return word in self._weights or is_plain(word)

    def _closest(self, word: str) -> str:
        """The likeliest word within reach, empty if there is none; what was found once is kept."""
        found = self._mended.get(word)
        if found is None:
            if len(self._mended) >= _KEPT:
                self._mended.clear()
            found = self._mended[word] = self._search(word)
        return found

    def _search(self, word: str) -> str:
        """Swapped letters are the commonest slip, then one left out, then one too many; everyday words are no far guess."""
        reach = 2 if len(word) >= _TWO_SLIPS_FROM else 1
        found = process.extract(
            word,
            self._choices(word, reach),
            scorer=OSA.distance,
            score_cutoff=reach,
            limit=_CANDIDATES,
        )
        ranked = (
            (distance, _slip(word, choice), -self._weights[choice], choice)
            for choice, distance, _ in found
            if distance == 1 or self._weights[choice] > _PLAIN_WEIGHT
        )
        return min(ranked, default=(0, 0, 0.0, ""))[-1]

    def _choices(self, word: str, reach: int) -> list[str]:
        """Words about as long with the same first letter, or with the first two swapped."""
        lengths = range(len(word) - reach, len(word) + reach + 1)
        same = [w for n in lengths for w in self._alike.get((word[0], n), ())]
        swapped = self._alike.get((word[1], len(word)), ())
        return same + [w for w in swapped if w[1] == word[0]]


@cache
def english_words() -> Container[str]:
    """160,000 words of English as pyspellchecker lists them, read when the first unknown word is met."""
    words: Container[str] = SpellChecker(language="en").word_frequency.dictionary
    return words


def _slip(word: str, meant: str) -> int:
    """How rare a slip it is that makes one word of the other."""
    if len(word) == len(meant):
        return 0 if sorted(word) == sorted(meant) else 3
    return 1 if len(word) < len(meant) else 2


def _is_abbreviation(token: Token, text: str) -> bool:
    return text[token.start : token.end].isupper() and not text.isupper()
