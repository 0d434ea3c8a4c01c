"""Deferred Commitment Decoding (arXiv 2601.02076): a sliding window of masks holds back what lies ahead."""

from __future__ import annotations

import torch
from torch import Tensor

from model.decode.threshold import Threshold
from model.spec import Count, Share
from model.view import View


class DeferredCommitment(Threshold):
    """The threshold rule inside a window that starts at the leftmost mask.

    The window reaches as far as it holds at most `max_masks` masks and `max_cells` cells, and ends at a
    revealed stop token. The defaults are the published ones for models with a causal context.
    """

    def __init__(
        self, threshold: Share = 0.9, max_masks: Count = 8, max_cells: Count = 128
    ) -> None:
        super().__init__(threshold)
        self.max_masks = max_masks
        self.max_cells = max_cells

    def eligible(self, view: View) -> Tensor:
        """The masked cells inside the window."""
        masked = view.masked
        n_masks = masked.cumsum(0)
        start = (n_masks == 0).sum()
        reach = torch.arange(len(masked), device=masked.device) - start
        return masked & (n_masks <= self.max_masks) & (reach < self.max_cells)
