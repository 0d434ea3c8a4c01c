"""Words that nobody has heard: a part of what surrounds the pointers is replaced, so that the pointers are trusted.

People say things in more ways than any grammar. What linking found stands in the text as pointers and marks; where
the words beside them and the fields' labels are strange, the plan still follows from those. Words that turn a
question round (`not`, `less`, 比) stay. Questions without an answer only get words added: what makes them so is in
their words.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from agent.plan import CANVAS_WORDS
from agent.types import Brief, Pointer

SHARE, SHARE_UNANSWERED = 0.5, 0.3
_MOST = 0.55  # the largest share of words that one text loses
_DROPPED, _ADDED, _INVENTED = 0.3, 0.12, 0.25
_POOL, _LEAST = 4000, 50
_POINTER = re.compile(r"@\d+")
_LATIN = re.compile(r"[a-z][a-z'-]+")
_HAN = re.compile(r"[一-鿿]")
_MARKS = frozenset(CANVAS_WORDS)
_KEPT = frozenset(
    [
        "not",
        "no",
        "neither",
        "nor",
        "than",
        "less",
        "more",
        "fewer",
        "least",
        "most",
        "before",
        "after",
        "first",
        "last",
        "oldest",
        "only",
        "or",
        "and",
        "both",
        "either",
        "when",
        "at",
        "how",
        "who",
        "which",
        "where",
        "old",
        "young",
    ]
)
_KEPT_HAN = frozenset("比更少多高低早晚不没前后大小长短深浅重轻老年或和与且除几谁哪")


@dataclass(slots=True)
class Veil:
    """Remembers words of earlier texts, and puts them where they do not belong."""

    _words: dict[str, list[str]] = field(default_factory=lambda: {"en": [], "zh": []})

    def veiled(self, brief: Brief, rng: random.Random, *, is_answered: bool) -> Brief:
        """The brief with strange words in some cases, unchanged in the others; its words are remembered."""
        wants = rng.random() < (SHARE if is_answered else SHARE_UNANSWERED)
        is_ready = len(self._words[brief.lang]) >= _LEAST
        self._remember(brief, rng)
        if not wants or not is_ready:
            return brief
        rate, mode = rng.uniform(0.05, _MOST), rng.random()
        text = brief.text
        if mode < 0.8:
            text = " ".join(self._text(brief, rate, rng, is_answered=is_answered))
        pointers = brief.pointers
        if is_answered and mode > 0.35:
            share = rng.uniform(0.2, 1)
            pointers = tuple(self._labelled(p, brief.lang, share, rng) for p in pointers)
        return replace(brief, text=text, pointers=pointers)

    def _remember(self, brief: Brief, rng: random.Random) -> None:
        pool = self._words[brief.lang]
        for word in brief.text.split():
            if word in _MARKS or not (_LATIN.fullmatch(word) or _HAN.search(word)):
                continue
            if len(pool) < _POOL:
                pool.append(word)
            else:
                pool[rng.randrange(_POOL)] = word

    def _labelled(self, pointer: Pointer, lang: str, share: float, rng: random.Random) -> Pointer:
        if not pointer.symbol.startswith("%") or rng.random() >= share:
            return pointer
        words = [self._odd(lang, rng) for _ in range(rng.randint(1, 3))]
        return replace(pointer, label=("" if lang == "zh" else " ").join(words))

    def _text(
        self, brief: Brief, rate: float, rng: random.Random, *, is_answered: bool
    ) -> Iterator[str]:
        kinds = {pointer.symbol: pointer.kind.split() for pointer in brief.pointers}
        protected: list[str] = []
        for word in brief.text.split():
            if _POINTER.fullmatch(word):
                protected = list(kinds.get(word, []))
                yield word
            elif protected and word == protected[0]:
                yield protected.pop(0)
            else:
                protected = []
                yield from self._word(word, brief.lang, rate if is_answered else 0.0, rng)
                if rng.random() < rate * _ADDED * (1 if is_answered else 2):
                    yield self._odd(brief.lang, rng)

    def _word(self, word: str, lang: str, rate: float, rng: random.Random) -> Iterator[str]:
        if word in _MARKS or word in _KEPT or word.endswith("er"):
            yield word
        elif _HAN.search(word):
            if said := "".join(self._pieces(word, rate, rng)):
                yield said
        elif _LATIN.fullmatch(word) and rng.random() < rate:
            if rng.random() >= _DROPPED:
                yield self._odd(lang, rng)
        else:
            yield word

    def _pieces(self, text: str, rate: float, rng: random.Random) -> Iterator[str]:
        """A Chinese run in pieces of one to three characters."""
        at = 0
        while at < len(text):
            piece = text[at : at + rng.randint(1, 3)]
            at += len(piece)
            if _KEPT_HAN & set(piece) or rng.random() >= rate:
                yield piece
            elif rng.random() >= _DROPPED:
                yield self._odd("zh", rng)

    def _odd(self, lang: str, rng: random.Random) -> str:
        """A word of another text, a part of a Chinese one, or a word that is none."""
        word = rng.choice(self._words[lang])
        if _HAN.search(word):
            n = rng.randint(1, 3)
            at = rng.randrange(max(1, len(word) - n + 1))
            return word[at : at + n]
        if rng.random() < _INVENTED:
            other = rng.choice(self._words[lang])
            return word[: max(2, len(word) // 2)] + other[len(other) // 2 :]
        return word
