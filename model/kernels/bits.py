"""Sets of words as bits: a thirty-second of what written logits take, and what grammar libraries give."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

BITS = 32


def pack(mask: Tensor) -> Tensor:
    """A bool mask (rows, words) as bits (rows, ⌈words / 32⌉) int32, the lowest word in the lowest bit."""
    n_rows, n_words = mask.shape
    padded = mask.new_zeros(n_rows, -(-n_words // BITS) * BITS)
    padded[:, :n_words] = mask
    weights = 1 << torch.arange(BITS, device=mask.device)
    return (padded.view(n_rows, -1, BITS) * weights).sum(-1).to(torch.int32)


def unpack(bits: Tensor, words: slice) -> Tensor:
    """The bool mask (rows, words) of a range of words that begins at a multiple of 32."""
    some = bits[:, words.start // BITS : -(-words.stop // BITS)].contiguous()
    eights = _eights(bits.device).take(some.view(torch.uint8).long())  # a byte becomes eight
    return eights.view(torch.bool)[:, : words.stop - words.start]


@cache
def _eights(device: torch.device) -> Tensor:
    """For each byte its bits as eight bools in one int64, the lowest first."""
    bits = torch.arange(256, dtype=torch.uint8)[:, None] >> torch.arange(8, dtype=torch.uint8) & 1
    return bits.view(torch.int64).squeeze(1).to(device)
