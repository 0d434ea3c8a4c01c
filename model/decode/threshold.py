"""Fast-dLLM's threshold (arXiv 2505.22618): reveal every cell that is sure enough."""

from __future__ import annotations

from torch import Tensor

from model.decode.select import Select
from model.kernels.confidence import Scores, take_confident
from model.spec import Share
from model.view import View


class Threshold(Select):
    """Reveal all cells whose confidence reaches the threshold, else the surest one."""

    def __init__(self, threshold: Share = 0.9) -> None:
        self.threshold = threshold

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """The cells at or above the threshold; never none."""
        rows = scores.confidence.unsqueeze(0)
        return take_confident(rows, rows.new_ones(rows.shape).bool(), self.threshold).squeeze(0)
