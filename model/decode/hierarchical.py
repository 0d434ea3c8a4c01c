"""Divide and conquer (dInfer at fce4e32): reveal where later steps then see context on both sides."""

from __future__ import annotations

import torch
from torch import Tensor

from model.decode.rank import best
from model.decode.select import Select
from model.kernels.confidence import Scores
from model.spec import Share
from model.view import View


class Hierarchical(Select):
    """In every run of neighbouring masks the surest cell above `floor`, and every cell at the threshold.

    The surest cell of all is always among them.
    """

    def __init__(self, threshold: Share = 0.9, floor: Share = 0.4) -> None:
        self.threshold, self.floor = threshold, floor

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """The best of each run, and all that are sure."""
        sure = scores.confidence
        leads = _best_of_each(_runs(eligible), sure) & (sure > self.floor)
        return leads | (sure >= self.threshold) | best(sure, 1)


def _runs(eligible: Tensor) -> Tensor:
    """The number of the run of neighbours that each cell belongs to, (scored,)."""
    return (eligible.diff(prepend=eligible[:1]) > 1).cumsum(0)


def _best_of_each(runs: Tensor, values: Tensor) -> Tensor:
    """The largest value of each run, the leftmost among equals: bool."""
    most = values.new_full((int(runs[-1]) + 1,), -torch.inf).scatter_reduce_(
        0, runs, values, "amax"
    )
    is_most = values == most[runs]
    n_before = is_most.cumsum(0) - is_most.long()
    first = n_before.new_full(most.shape, len(runs)).scatter_reduce_(
        0, runs[is_most], n_before[is_most], "amin"
    )
    return is_most & (n_before == first[runs])
