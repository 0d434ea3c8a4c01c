"""Streams on one canvas: NAP's even budget (arXiv 2602.23225), and P-ReAct's favoured region (2602.07035)."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from model.decode.rank import best, helping, order
from model.decode.select import Select
from model.decode.top_k import TopK
from model.kernels.confidence import Scores
from model.spec import Within
from model.view import View


class Streams(Select):
    """NAP: each step's share of the schedule is split evenly over the regions that still have masks.

    Within a region the surest cells come first; what does not divide goes to the leftmost regions. With
    `late` the block's last region, the summary of the source, waits until the others are done. Regions are
    a template's records, and its slots where they stand alone. Models not trained to think in parallel
    lose by being forced to.
    """

    follows_schedule = True

    def __init__(self, late: bool = True) -> None:
        self.late = late

    def eligible(self, view: View) -> Tensor:
        """The masked cells of the live regions."""
        ahead = view.masked & (view.region != view.region.max())
        return ahead if self.late and bool(ahead.any()) else view.masked

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """The next cells of each region in turn, until the step's share is spent."""
        rounds = _place_in_region(view.region[eligible], scores.confidence)
        n_all = int(view.masked.sum())
        return best(-rounds, min(len(eligible), helping(view, n_all)))


class Favour(TopK):
    """P-ReAct: top-k, with `bias` added to the confidence from region `first` on.

    The call of a tool is decided before the thought that goes with it, and can be run meanwhile. Negative
    numbers count regions from the block's end. Needs weights trained to write the call first.
    """

    def __init__(
        self,
        bias: Annotated[float, Within(0)] = 0.5,
        first: Annotated[int, Within(-1000, 1000)] = -1,
    ) -> None:
        super().__init__()
        self.bias, self.first = bias, first

    def ranks(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """The confidence, raised in the favoured regions."""
        regions = view.region[view.open].unique()  # one where a text has no slots
        first = regions[max(-len(regions), min(self.first, len(regions) - 1))]
        return scores.confidence.add(view.region[eligible] >= first, alpha=self.bias)


def _place_in_region(regions: Tensor, confidence: Tensor) -> Tensor:
    """How many cells of its region come before each cell, the surest first: (scored,)."""
    by_sureness = order(confidence)
    ranked = regions[by_sureness]
    same = ranked[:, None] == ranked[None, :]
    places = same.tril(-1).sum(1)
    return torch.empty_like(places).index_copy_(0, by_sureness, places)
