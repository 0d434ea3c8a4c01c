"""The governed texts of a canvas: each compiled once for its shape, and followed through a fill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from model.constraints.lexicon import Ints
from model.constraints.noise import Noise
from model.kernels.confidence import Scores


class TextRule(Protocol):
    """What a language allows on one canvas, beside what stands there; cells count from the text's first."""

    def learn(self, cells: Ints, ids: Ints) -> None:
        """These cells hold these tokens now."""
        ...

    def forget(self, cells: Ints) -> None:
        """These cells are masked again."""
        ...

    def is_completable(self) -> bool:
        """Whether a text exists beside what stands."""
        ...

    def accepts(self, ids: Ints) -> bool:
        """Whether these tokens in all its cells are a text."""
        ...

    def forced(self) -> tuple[Ints, Ints]:
        """The masked cells in which one token alone is possible, and those tokens."""
        ...

    def propose(self, cells: Ints, logits: Tensor, noise: Noise) -> Scores:
        """Tokens and confidences for masked `cells`, whose `logits` are (cells, vocabulary)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """The slots of one text, the canvas cells they take, and the way to begin following it."""

    names: tuple[str, ...]
    cells: Ints
    rule: Callable[[], TextRule]


class Texts:
    """All governed texts of one canvas.

    `is_text` (cells,) tells which cells they take.
    """

    def __init__(self, texts: Sequence[Text], n_cells: int, device: torch.device) -> None:
        self._texts = texts
        self._rules = [text.rule() for text in texts]
        self._owner, self._local = np.full(n_cells, -1), np.zeros(n_cells, dtype=np.int64)
        for number, text in enumerate(texts):
            self._owner[text.cells] = number
            self._local[text.cells] = np.arange(len(text.cells))
        self.is_text = torch.from_numpy(self._owner >= 0).to(device)

    def learn(self, cells: Tensor, ids: Tensor) -> None:
        """These canvas cells hold these tokens now; those of no text are passed over."""
        tokens = ids.cpu().numpy()
        for rule, rows, local in self._parts(cells):
            rule.learn(local, tokens[rows])

    def forget(self, cells: Tensor) -> None:
        """These canvas cells are masked again."""
        for rule, _, local in self._parts(cells):
            rule.forget(local)

    def take_forced(self) -> tuple[Ints, Ints]:
        """The masked canvas cells in which one token alone is possible, and those tokens; known from now on."""
        found = [
            (text, rule, *rule.forced())
            for text, rule in zip(self._texts, self._rules, strict=True)
        ]
        for _, rule, cells, ids in found:
            if len(cells):
                rule.learn(cells, ids)
        places = [text.cells[local] for text, _, local, _ in found]
        return np.concatenate(places), np.concatenate([ids for *_, ids in found])

    def propose(self, cells: Tensor, logits: Tensor, noise: Noise) -> list[tuple[Tensor, Scores]]:
        """For each text with some of `cells`, its rows of `logits` (cells, vocabulary) and their proposals."""
        proposals = []
        for rule, rows, local in self._parts(cells):
            some = torch.from_numpy(rows).to(logits.device)
            mine = logits if len(rows) == len(logits) else logits[some]
            proposals.append((some, rule.propose(local, mine, noise.of_rows(some))))
        return proposals

    def impossible(self) -> tuple[str, ...] | None:
        """The slots of a text that what stands leaves no way to complete, if there is one."""
        pairs = zip(self._texts, self._rules, strict=True)
        return next((text.names for text, rule in pairs if not rule.is_completable()), None)

    def n_invalid(self, ids: Tensor, masked: Tensor) -> int:
        """How many of the texts without a mask these words (cells,) would leave invalid."""
        tokens, is_masked = ids.cpu().numpy(), masked.cpu().numpy()
        return sum(
            not rule.accepts(tokens[text.cells])
            for text, rule in zip(self._texts, self._rules, strict=True)
            if not is_masked[text.cells].any()
        )

    def _parts(self, cells: Tensor) -> list[tuple[TextRule, Ints, Ints]]:
        """For each text that has some of `cells`: its rule, their rows among `cells`, and their own numbers."""
        at = cells.cpu().numpy()
        owners = self._owner[at]
        parts = []
        for number in np.unique(owners[owners >= 0]):
            rows = (owners == number).nonzero()[0]
            parts.append((self._rules[number], rows, self._local[at[rows]]))
        return parts
