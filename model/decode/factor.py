"""Fast-dLLM's factor (arXiv 2505.22618): the more cells at once, the surer each has to be."""

from __future__ import annotations

import torch
from torch import Tensor

from model.decode.rank import order
from model.decode.select import Select
from model.kernels.confidence import Scores
from model.spec import Amount
from model.view import View


class Factor(Select):
    """Reveal the n surest cells, n being the largest for which all of 1..n satisfy (n + 1)(1 - cₙ) < factor.

    cₙ is the n-th highest confidence. At factor 1 the cells revealed together are those that greedy decoding
    would have revealed one after the other, as the paper proves. The released loop may take one cell more
    than qualifies when it meets the last; this one does not.
    """

    def __init__(self, factor: Amount = 1.0) -> None:
        self.factor = factor

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """The longest prefix that qualifies, else the surest cell."""
        ranked = order(scores.confidence)
        n = torch.arange(1, len(ranked) + 1, device=ranked.device)
        qualifies = (n + 1) * (1 - scores.confidence[ranked]) < self.factor
        qualifies[0] = True
        return torch.zeros_like(qualifies).scatter_(0, ranked, qualifies.cumprod(0).bool())
