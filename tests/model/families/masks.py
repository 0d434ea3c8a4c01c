"""Who sees whom, written down plainly: true where a row may attend to a column."""

from __future__ import annotations

import torch
from torch import Tensor

from model.families.conventions import Visibility


def seen(visibility: Visibility, n: int, block_length: int, n_context: int) -> Tensor:
    """The mask (1, 1, n, n) of a sequence whose block begins behind `n_context` committed tokens."""
    row, column = torch.arange(n)[:, None], torch.arange(n)[None]
    match visibility:
        case Visibility.FULL:
            mask = torch.ones(n, n, dtype=torch.bool)
        case Visibility.BLOCK:
            mask = column // block_length <= row // block_length
        case Visibility.CONTEXT:
            mask = (column <= row) | ((row >= n_context) & (column >= n_context))
        case Visibility.CAUSAL:
            mask = column <= row
    return mask[None, None]
