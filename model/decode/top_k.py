"""The fixed schedule of LLaDA and Dream: as many cells in each step, the best first."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from model.kernels.confidence import Scores

Measure = Literal["confidence", "margin", "entropy"]


class TopK:
    """Reveal the masked cells in `max_steps` equal helpings, earlier ones taking the remainder.

    The best are those of highest confidence, of highest margin, or of lowest entropy.
    """

    def __init__(self, measure: Measure = "confidence") -> None:
        self.measure = measure

    def eligible(self, masked: Tensor) -> Tensor:
        """Every masked cell."""
        return masked

    def reveal(self, scores: Scores, steps_left: int) -> Tensor:
        """The best ⌈masked / steps left⌉ cells."""
        ranks: Tensor = getattr(scores, self.measure)
        order = ranks.argsort(descending=self.measure != "entropy", stable=True)
        n_reveal = -(-len(order) // max(1, steps_left))
        return torch.zeros_like(ranks, dtype=torch.bool).index_fill_(0, order[:n_reveal], True)
