"""Deferred Commitment Decoding (arXiv 2601.02076): a sliding window of masks holds back what lies ahead."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from model.decode.threshold import Threshold
from model.kernels.confidence import Scores
from model.spec import Count, Share, Within
from model.view import View


class DeferredCommitment(Threshold):
    """The threshold rule inside a window that starts at the leftmost mask.

    The window reaches as far as it holds at most `max_masks` masks and `max_cells` cells. Where it reaches the
    end of its block and the weakest cell to reveal is less sure than `weak`, nothing is revealed: the block
    grows by `growth` cells instead, up to `extend` cells in all, so that what is doubtful at its end is decided
    with more context. The defaults are those published for models with a causal context, where extension is
    off (0); the paper's NBDiff runs extend by 16.
    """

    def __init__(
        self,
        threshold: Share = 0.9,
        max_masks: Count = 8,
        max_cells: Count = 128,
        extend: Annotated[int, Within(0)] = 0,
        growth: Count = 4,
        weak: Share = 0.3,
    ) -> None:
        super().__init__(threshold)
        self.max_masks, self.max_cells = max_masks, max_cells
        self.extend, self.growth, self.weak = extend, growth, weak
        self._grown, self._seen = 0, (-1, 0)

    def eligible(self, view: View) -> Tensor:
        """The masked cells inside the window."""
        masked = view.masked
        n_masks = masked.cumsum(0)
        start = (n_masks == 0).sum()
        reach = torch.arange(len(masked), device=masked.device) - start
        return masked & (n_masks <= self.max_masks) & (reach < self.max_cells)

    def extends(self, view: View, eligible: Tensor, scores: Scores) -> int:
        """By how many cells the block grows, because its end is in sight and in doubt."""
        if not self.extend or len(eligible) < int(view.masked.sum()):
            return 0
        self._follow(view)
        weakest = scores.confidence[self.reveal(view, eligible, scores)].min()
        n_more = min(self.growth, self.extend - self._grown) if float(weakest) < self.weak else 0
        self._grown += n_more
        return n_more

    def _follow(self, view: View) -> None:
        """Begin to count anew where a block begins."""
        start, step = self._seen
        if view.start != start or view.step <= step:
            self._grown = 0
        self._seen = (view.start, view.step)
