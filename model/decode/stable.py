"""KLASS (arXiv 2511.05664): reveal cells whose distribution has come to rest."""

from __future__ import annotations

import torch
from torch import Tensor

from model.decode.rank import best, helping
from model.decode.select import Select
from model.kernels.confidence import Scores
from model.spec import Amount, Count, Share
from model.view import View


class Stable(Select):
    """Reveal cells at the threshold whose distribution moved less than `divergence` in the last `steps` steps.

    The movement is KL(pₜ ‖ pₜ₋₁) in nats, over the whole vocabulary and before any grammar. Where no cell
    qualifies, the schedule's share of the surest. Remembers the distributions of one step.
    """

    needs_logits = True

    def __init__(self, threshold: Share = 0.9, divergence: Amount = 0.01, steps: Count = 2) -> None:
        self.threshold, self.divergence, self.steps = threshold, divergence, steps
        self._before, self._rested = torch.empty(0), torch.empty(0)
        self._seen = (-1, 0)

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """The cells that are sure and at rest, else the schedule's share."""
        if scores.logits is None:
            raise AssertionError("this rule declares that it needs logits")
        self._follow(view, eligible, scores.logits.float().log_softmax(1))
        is_rested = self._rested[eligible] >= self.steps
        taken = is_rested & (scores.confidence >= self.threshold)
        return taken if bool(taken.any()) else best(scores.confidence, helping(view, len(eligible)))

    def _follow(self, view: View, eligible: Tensor, now: Tensor) -> None:
        """Count, for each cell, the steps for which it has been at rest."""
        if self._seen != (view.start, view.step - 1):
            n_cells = len(view.masked)
            self._before = now.new_full((n_cells, now.shape[1]), -torch.inf)
            self._rested = torch.zeros(n_cells, dtype=torch.long, device=now.device)
        is_still = divergence(now, self._before[eligible]) < self.divergence
        self._rested[eligible] = torch.where(is_still, self._rested[eligible] + 1, 0)
        self._before[eligible] = now
        self._seen = (view.start, view.step)


def divergence(now: Tensor, before: Tensor) -> Tensor:
    """KL(now ‖ before) of distributions given by their logs (cells, words), in nats: (cells,).

    Infinite where nothing was possible before; a word that is impossible now adds nothing.
    """
    return (now.exp() * (now - before)).nansum(1)
