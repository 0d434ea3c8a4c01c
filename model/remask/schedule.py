"""ReMDM (arXiv 2503.00307): a few revealed cells are masked again at each step, the unsure ones first."""

from __future__ import annotations

import torch
from torch import Tensor

from model.remask.remask import Remask
from model.spec import Count, Share
from model.view import View


class ConfidenceSchedule(Remask):
    """ReMDM-conf: a revealed cell is masked again with probability σ · softmax(-snapshot).

    With αₜ the share of the block revealed by a linear schedule, σ = min(1, (1 - αₛ) / αₜ), from the share
    `on` of the steps being left to the share `off`. The paper takes `steps` = 1024 of them, and the
    probabilities of a step sum to σ; with fewer steps they are raised in proportion, up to σ for a cell.
    """

    needs_schedule = True

    def __init__(
        self, on: Share = 0.55, off: Share = 0.05, steps: Count = 1024, seed: int = 0
    ) -> None:
        self.on, self.off, self.steps = on, off, steps
        self._generator = torch.Generator().manual_seed(seed)

    def after_step(self, view: View) -> Tensor:
        """The cells drawn."""
        cells = (view.open & ~view.masked).nonzero().squeeze(1)
        left = 1 - view.step / view.n_steps
        if not self.off <= left <= self.on or view.steps_left == 1:
            return cells[:0]
        draws = torch.rand(len(cells), generator=self._generator)  # one stream on any device
        return cells[draws.to(cells.device) < self.chances(view.confidence[cells], view)]

    def chances(self, confidence: Tensor, view: View) -> Tensor:
        """The probability of each revealed cell to be masked again, (cells,)."""
        highest = min(1.0, (view.n_steps - view.step) / max(1, view.step - 1))
        scale = max(1.0, self.steps / view.n_steps)
        return highest * (scale * (-confidence).softmax(0)).clamp(max=1.0)
