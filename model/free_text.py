"""Words without a grammar: in every cell every word is possible."""

from __future__ import annotations

from torch import Tensor

from model.constrain import Noise
from model.kernels.confidence import Masks, Scores, score


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
