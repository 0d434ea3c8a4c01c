"""The best of some cells: ties go to the leftmost, so that equal seeds give equal fillings everywhere."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from model.kernels.confidence import Scores
from model.view import View

Measure = Literal["confidence", "margin", "entropy"]


def sureness(scores: Scores, by: Measure) -> Tensor:
    """What to rank by, (scored,): the surer a cell, the larger."""
    values: Tensor = getattr(scores, by)
    return -values if by == "entropy" else values


def order(values: Tensor) -> Tensor:
    """Indices from the largest value down, the leftmost first among equals: (scored,)."""
    return values.argsort(descending=True, stable=True)


def best(values: Tensor, n_cells: int) -> Tensor:
    """The `n_cells` largest, bool (scored,); none where `n_cells` is 0."""
    return torch.zeros_like(values, dtype=torch.bool).index_fill_(0, order(values)[:n_cells], True)


def helping(view: View, n_masked: int) -> int:
    """An even share of the masked cells: the steps that are left, earlier ones taking the remainder."""
    return -(-n_masked // view.steps_left)
