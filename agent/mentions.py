"""Phrases that a question may mention, found by longest match over folded tokens.

One index serves both languages: a Latin word is a token, a Chinese character is a token. Hyphens and the dots
between parts of foreign names part words and are no tokens themselves.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from tools.facts.names import ascii_only

T = TypeVar("T")
_LETTERS = "A-Za-zÀ-ɏḀ-ỿ"
_TOKEN = re.compile(
    rf"[{_LETTERS}]+(?:[.&'’][{_LETTERS}]+)*\.?|\d[\d,.]*\d|\d|[一-鿿𠀀-𮯯]|[^\s\w·•・‧\-–—]"
)
_LONGEST = 14
_WORDS_KEPT = 1 << 16
_PHRASE, _PHRASES_KEPT = 40, 1 << 17
_APOSTROPHES = frozenset("'’")


class Token(NamedTuple):
    """A folded token and its place in the text."""

    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The folded tokens of a text, a possessive split from its word, the full stop of a sentence left out."""
    return list(_tokens(text) if len(text) <= _PHRASE else _read(text))


def _read(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        word, start = match[0], match.start()
        if word[-1] == "." and "." not in word[:-1]:
            word = word[:-1] or word
        if word[-1] in "sS" and word[-2:-1] in _APOSTROPHES:
            word = word[:-2]
        yield Token(fold(word), start, start + len(word))


@lru_cache(_PHRASES_KEPT)
def _tokens(phrase: str) -> tuple[Token, ...]:
    """Those of a phrase: a lexicon meets each of its own several times while it is built."""
    return tuple(_read(phrase))


@lru_cache(_WORDS_KEPT)
def fold(text: str) -> str:
    """Lower case without diacritics or final dots; `Türkiye` → `turkiye`, `Inc.` → `inc`."""
    kept = ascii_only(text).lower()
    return kept.rstrip(".") if len(kept) > 1 else kept


def stem(word: str) -> str:
    """A crude singular: good enough to match `countries` with `country`."""
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 5 and word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@dataclass(frozen=True, slots=True)
class Mention(Generic[T]):
    """A phrase found in the text, with everything it may mean; `first` is its first token's number."""

    start: int
    end: int
    n_tokens: int
    phrase: str
    meanings: tuple[T, ...]
    first: int = 0


@dataclass(slots=True)
class PhraseIndex(Generic[T]):
    """Phrases and what they mean; `stemmed` folds plurals on both sides."""

    stemmed: bool = False
    _meanings: dict[str, list[T]] = field(default_factory=lambda: defaultdict(list))
    _openings: dict[str, int] = field(default_factory=dict)

    def add(self, phrase: str, meaning: T) -> None:
        """Teach one phrase; the same phrase may be taught several meanings."""
        self.add_words(tokens(phrase), meaning)

    def add_words(self, words_of_phrase: Iterable[Token], meaning: T) -> None:
        """Teach one phrase that is in tokens already."""
        words = self._words(words_of_phrase)
        if not words:
            return
        key = " ".join(words)
        if meaning not in self._meanings[key]:
            self._meanings[key].append(meaning)
        self._openings[words[0]] = max(len(words), self._openings.get(words[0], 0))

    def find(self, text_tokens: list[Token]) -> Iterator[Mention[T]]:
        """Every phrase at every place, longest first at each place."""
        words = self._words(text_tokens)
        for i, word in enumerate(words):
            longest = min(self._openings.get(word, 0), _LONGEST, len(words) - i)
            for n in range(longest, 0, -1):
                key = " ".join(words[i : i + n])
                if meanings := self._meanings.get(key):
                    start, end = text_tokens[i].start, text_tokens[i + n - 1].end
                    yield Mention(start, end, n, key, tuple(meanings), i)

    def phrases(self) -> Iterator[tuple[str, tuple[T, ...]]]:
        """Every phrase that was taught, in folded words, and what it may mean."""
        for phrase, meanings in self._meanings.items():
            if meanings:
                yield phrase, tuple(meanings)

    def _words(self, text_tokens: Iterable[Token]) -> list[str]:
        return [stem(t.text) if self.stemmed else t.text for t in text_tokens]
