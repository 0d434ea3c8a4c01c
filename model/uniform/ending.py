"""Where a completion ends, and how much of it can be told before it does."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from model.completion import Finish
from model.errors import ModelError
from model.stopping import n_until_stop, start_of_stop, tellable
from model.tokens import IdsOnly, Vocabulary


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
    stop_ids: tuple[int, ...]
    stop_texts: tuple[str, ...]
    tokens: Vocabulary

    def __post_init__(self) -> None:
        if self.stop_texts and isinstance(self.tokens, IdsOnly):
            raise ModelError(
                f"stop_texts is {self.stop_texts!r}; this checkpoint has no tokenizer, give stop_ids"
            )

    def said(self, cells: Sequence[int]) -> Said:
        """What final cells say."""
        ids = tuple(cells[: self.n_new])
        n_ids = n_until_stop(ids, self.stop_ids)
        ids = ids[:n_ids]
        text = self.tokens.decode(ids if n_ids is None else ids[:-1])
        start = start_of_stop(text, self.stop_texts)
        if start is not None:
            n_ids = bisect_left(range(len(ids)), True, key=lambda n: self._stops(ids[:n]))
            return Said(ids[:n_ids], text[:start], Finish.STOP_TEXT)
        if n_ids is not None:
            return Said(ids, text, Finish.STOP_ID)
        if len(ids) == self.n_new:
            return Said(ids, text, Finish.LENGTH)
        return Said(ids, tellable(text, self.stop_texts), None)

    def _stops(self, ids: Sequence[int]) -> bool:
        return start_of_stop(self.tokens.decode(ids), self.stop_texts) is not None
