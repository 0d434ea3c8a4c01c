"""The fixed schedule of LLaDA and Dream: as many cells in each step, the best first."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from model.kernels.confidence import Scores
from model.view import View

Measure = Literal["confidence", "margin", "entropy"]


class TopK:
    """Reveal the masked cells in `max_steps` equal helpings, earlier ones taking the remainder.

    The best are those of highest confidence, of highest margin, or of lowest entropy.
    """

    needs_logits = False

    def __init__(self, measure: Measure = "confidence") -> None:
        self.measure = measure

    def eligible(self, view: View) -> Tensor:
        """Every masked cell."""
        return view.masked

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """The best ⌈masked / steps left⌉ cells."""
        ranks: Tensor = getattr(scores, self.measure)
        order = ranks.argsort(descending=self.measure != "entropy", stable=True)
        n_reveal = -(-len(order) // view.steps_left)
        return torch.zeros_like(ranks, dtype=torch.bool).index_fill_(0, order[:n_reveal], True)
