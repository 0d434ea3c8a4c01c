"""Where a completion ends, and how much of its text can no longer change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model.completion import Finish
from model.errors import ModelError
from model.tokens import IdsOnly, Vocabulary

HALF_CHARACTER = "\ufffd"  # what a tokenizer shows for bytes whose character is not complete


@dataclass(frozen=True, slots=True)
class Said:
    """What the cells so far say: ids, their text, and why they end; `finish` is None while they do not.

    An id that ends the completion is the last of `ids`; `text` ends before what ended it.
    """

    ids: tuple[int, ...]
    text: str
    finish: Finish | None


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends a completion: a number of tokens, a stop id or a stop text, whichever comes first."""

    n_new: int
    stop_ids: frozenset[int]
    stop_texts: tuple[str, ...]
    tokens: Vocabulary

    def __post_init__(self) -> None:
        if self.stop_texts and isinstance(self.tokens, IdsOnly):
            raise ModelError(
                f"stop_texts is {self.stop_texts!r}; this checkpoint has no tokenizer, give stop_ids"
            )

    def n_until_stop(self, cells: Sequence[int]) -> int | None:
        """How many cells there are up to the first stop id, it included."""
        stops = (n for n, word in enumerate(cells, 1) if word in self.stop_ids)
        return next(stops, None)

    def said(self, cells: Sequence[int]) -> Said:
        """What final cells say."""
        n_until_stop = self.n_until_stop(cells) or self.n_new + 1
        is_stopped = n_until_stop <= self.n_new
        ids = tuple(cells[: min(n_until_stop, self.n_new)])
        text = self.tokens.decode(ids[:-1] if is_stopped else ids)
        if (start := self._stop_in(text)) is not None:
            return Said(self._until_stop_text(ids), text[:start], Finish.STOP_TEXT)
        if is_stopped:
            return Said(ids, text, Finish.STOP_ID)
        if len(ids) == self.n_new:
            return Said(ids, text, Finish.LENGTH)
        return Said(ids, self._settled(text), None)

    def _stop_in(self, text: str) -> int | None:
        return min((text.find(stop) for stop in self.stop_texts if stop in text), default=None)

    def _until_stop_text(self, ids: tuple[int, ...]) -> tuple[int, ...]:
        n = next(
            n
            for n in range(1, len(ids) + 1)
            if self._stop_in(self.tokens.decode(ids[:n])) is not None
        )
        return ids[:n]

    def _settled(self, text: str) -> str:
        """The text without an end that may still become a character or a stop text."""
        text = text.rstrip(HALF_CHARACTER)
        begun = (
            n
            for stop in self.stop_texts
            for n in range(len(stop) - 1, 0, -1)
            if text.endswith(stop[:n])
        )
        return text[: len(text) - max(begun, default=0)]
