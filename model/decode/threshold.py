"""Fast-dLLM's threshold (arXiv 2505.22618): reveal every cell that is sure enough."""

from __future__ import annotations

from torch import Tensor

from model.kernels.confidence import Scores, take_confident


class Threshold:
    """Reveal all cells whose confidence reaches the threshold, else the surest one."""

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    def eligible(self, masked: Tensor) -> Tensor:
        """Every masked cell."""
        return masked

    def reveal(self, scores: Scores, steps_left: int) -> Tensor:
        """The cells at or above the threshold; never none."""
        rows = scores.confidence.unsqueeze(0)
        return take_confident(rows, rows.new_ones(rows.shape).bool(), self.threshold).squeeze(0)
