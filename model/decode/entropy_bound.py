"""EB-Sampler (arXiv 2505.24857): as many cells at once as their joint uncertainty allows."""

from __future__ import annotations

import torch
from torch import Tensor

from model.decode.rank import Measure, order, sureness
from model.decode.select import Select
from model.kernels.confidence import Scores
from model.spec import Amount
from model.view import View


class EntropyBound(Select):
    """Reveal the k surest cells, k being the largest for which ΣH - max H ≤ `bound` nats.

    That sum bounds what is lost by revealing them without looking at one another. The surest cell always
    qualifies. The default is d2Cache's setting.
    """

    def __init__(self, bound: Amount = 0.001, by: Measure = "confidence") -> None:
        self.bound = bound
        self.by = by

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """The longest prefix within the bound."""
        ranked = order(sureness(scores, self.by))
        entropy = scores.entropy[ranked].double()
        lost = entropy.cumsum(0) - entropy.cummax(0).values
        within = lost <= self.bound
        within[0] = True  # nothing is lost, up to rounding
        return torch.zeros_like(within).scatter_(0, ranked, within)
