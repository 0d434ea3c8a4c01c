"""Which words may stand where: what a fill asks of a grammar, and what stands where there is none."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from model.constrain import Noise
from model.kernels.confidence import Masks, Scores, score


class Words(Protocol):
    """Which words may stand where, as far as the cells are known."""

    @property
    def needs_logits(self) -> bool:
        """Whether proposals need all logits of a row; else the best word of all will do."""
        ...

    def propose(self, cells: Tensor, logits: Tensor, noise: Noise) -> Scores:
        """Words and confidences for `cells`, whose `logits` are (cells, vocabulary)."""
        ...

    def learn(self, cells: Tensor, ids: Tensor) -> None:
        """These cells hold these words now."""
        ...

    def forget(self, cells: Tensor) -> None:
        """These cells are masked again."""
        ...

    def take_forced(self, masked: Tensor) -> tuple[Tensor, Tensor]:
        """The masked cells in which only one word is possible, and those words; known from now on."""
        ...


class FreeText:
    """Stands where a fill has no grammar to obey."""

    needs_logits = False

    def propose(self, cells: Tensor, logits: Tensor, noise: Noise) -> Scores:
        """The best word of each row."""
        return score(logits, Masks(), noise.gumbel, noise.temperature)

    def learn(self, cells: Tensor, ids: Tensor) -> None:
        """Nothing follows from what is known."""

    def forget(self, cells: Tensor) -> None:
        """Nothing followed from what was known."""

    def take_forced(self, masked: Tensor) -> tuple[Tensor, Tensor]:
        """No cell is forced."""
        none = masked.nonzero().squeeze(1)[:0]
        return none, none
