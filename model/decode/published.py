"""The select rules of the families' own decoders, where they are not among the others.

Confidence must lie above the threshold here, not at it: at 1 nothing ever does.
"""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from model.decode.rank import Measure, best, sureness
from model.decode.select import Select
from model.kernels.confidence import Scores
from model.schedule import decay, helping
from model.spec import Share, Within
from model.view import View


class AtLeast(Select):
    """Every cell above the threshold, or the `count` surest ones where those are fewer.

    With `count` 0 the least is the step's share of the block: SDAR's dynamic rule (JetAstra/SDAR, generate.py)
    and LLaDA 2.0's (arXiv 2512.15745). LLaDA 2.1 (arXiv 2602.08676), Fast-dLLM v2 (arXiv 2509.26328) and
    NBDiff (arXiv 2512.06776) reveal one at least. At threshold 1 the shares alone count: SDAR's static rule.
    """

    def __init__(
        self,
        threshold: Share = 0.9,
        count: Annotated[int, Within(0)] = 0,
        by: Measure = "confidence",
    ) -> None:
        self.threshold, self.count, self.by = threshold, count, by

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """The cells above the threshold if they are enough, else the surest ones."""
        sure = scores.confidence > self.threshold
        least = self.count or helping(len(view.masked), view.n_steps, view.step)
        if int(sure.sum()) >= least:
            return sure
        return best(sureness(scores, self.by), max(1, least))


class InOrder(Select):
    """The step's share of the block from the leftmost mask on: SDAR's sequential rule (JetAstra/SDAR, generate.py)."""

    follows_schedule = True

    def eligible(self, view: View) -> Tensor:
        """The masked cells that the step reveals."""
        least = max(1, helping(len(view.masked), view.n_steps, view.step))
        return view.masked & (view.masked.cumsum(0) <= least)

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """All of them."""
        return torch.ones_like(eligible, dtype=torch.bool)


class Decay(Select):
    """Dream's schedule (arXiv 2508.15487; `diffusion_generate`): masking falls evenly from 1 to `eps`.

    Each step reveals its share of what is left, the surest first; that may be none. Dream's names for `by`
    are `maskgit_plus`, `topk_margin` and `entropy`.
    """

    follows_schedule = True
    may_wait = True

    def __init__(self, by: Measure = "entropy", eps: Share = 1e-3) -> None:
        self.by, self.eps = by, eps

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """The surest cells, as many as the step's share."""
        n_cells = decay(len(eligible), view.n_steps, view.step, self.eps)
        return best(sureness(scores, self.by), n_cells)
