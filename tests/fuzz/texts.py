"""Texts that are nearly right: pieces of a language strung together, known texts bent, and letters from anywhere."""

from __future__ import annotations

import random
from collections.abc import Sequence

STRANGE: tuple[str, ...] = (
    *"\0\t\n\r\x0b\x1f\x7f\x85\xa0\u200b\u200d\u202e\u2028\u2029\ufeff\ufffd\u0301",
    *"ſıİKΩ²³½٣๓一〇亿万％＃＠｛", "😀", "𝟙", "e\u0301", "ß", "ǆ",
    "((((", "))))", "9" * 40, "0" * 40, "1e99", "-1e-99", "  " * 20, "\\", "'", '"', "`", "${x}", "<b>", "%s", "{0}",
)  # fmt: skip


class Writer:
    """Writes texts from the pieces of a language and from texts known to be right."""

    def __init__(self, rng: random.Random, pieces: Sequence[str], known: Sequence[str]) -> None:
        self._rng, self._pieces, self._known = rng, pieces, known

    def text(self) -> str:
        """One text; most are short, some are longer than is allowed."""
        make = self._rng.choice((self._strung, self._bent, self._bent, self._joined, self._wild))
        made: str = make()
        return made * self._rng.choice((2, 7, 60)) if self._rng.random() < 0.01 else made

    def _strung(self) -> str:
        n = self._rng.choice((1, 3, 6, 12, 40, 200))
        glue = self._rng.choice(("", " "))
        return glue.join(self._piece() for _ in range(self._rng.randint(0, n)))

    def _piece(self) -> str:
        if self._rng.random() < 0.03:
            return self._rng.choice(STRANGE)
        return self._rng.choice(self._pieces)

    def _bent(self) -> str:
        text = self._rng.choice(self._known)
        for _ in range(self._rng.choice((0, 1, 1, 2, 4, 9))):
            text = self._change(text)
        return text

    def _change(self, text: str) -> str:
        at, to = sorted(self._rng.randint(0, len(text)) for _ in range(2))
        middle = self._rng.choice(
            ("", self._piece(), self._piece(), text[at:to] * 2, text[at:to].swapcase(), text)
        )
        return text[:at] + middle + text[to if self._rng.random() < 0.5 else at :]

    def _joined(self) -> str:
        one, other = self._rng.choice(self._known), self._bent()
        return one[: self._rng.randint(0, len(one))] + other[self._rng.randint(0, len(other)) :]

    def _wild(self) -> str:
        letters = (*STRANGE, *(chr(self._rng.randint(1, 0x2FFF)) for _ in range(20)))
        return "".join(self._rng.choice(letters) for _ in range(self._rng.randint(0, 30)))
