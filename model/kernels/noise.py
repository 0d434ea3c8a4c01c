"""Gumbel noise that depends on nothing but its address: the same draws on any device, in any batch, in any tiling.

Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a counter goes in,
four 32-bit words come out. The key is the request's seed; the counter is (word / 4, place, step, 0), so every
word of the vocabulary has a draw of its own at every place and step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

LANES = 4  # words that one counter gives
_ROUNDS = 10
_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
_LOW = 0xFFFFFFFF
_COLUMNS = ("seed", "place", "step", "scale", "weight")


@dataclass(frozen=True, slots=True)
class Draw:
    """What makes the tokens of some rows samples, each (rows,).

    `seed` (int64) is the request's, `place` (int64) that of the cell in its sequence and `step` (int64) tells
    one draw there from the next: rows that share all three draw alike. Logits are multiplied by `scale`, which
    confidence sees, and noise by `weight` before it is added; both are float32.
    """

    seed: Tensor
    place: Tensor
    step: Tensor
    scale: Tensor
    weight: Tensor

    @classmethod
    def of(cls, seed: int, places: Tensor, step: int, scale: float, weight: float) -> Draw:
        """The draws of one request's cells at one step."""
        ones = torch.ones(places.shape, device=places.device)
        seeds, steps = torch.full_like(places, _signed(seed)), torch.full_like(places, step)
        return cls(seeds, places, steps, ones * scale, ones * weight)

    @classmethod
    def joined(cls, draws: Sequence[Draw]) -> Draw:
        """Those of several requests, one behind the other."""
        return cls(*(torch.cat([getattr(draw, name) for draw in draws]) for name in _COLUMNS))

    def of_rows(self, rows: slice) -> Draw:
        """Those of some rows only."""
        return Draw(*(getattr(self, name)[rows] for name in _COLUMNS))


def gumbel(draw: Draw, words: slice) -> Tensor:
    """Standard Gumbel noise (rows, words) for a range of the vocabulary, not weighted yet."""
    groups = torch.arange(words.start // LANES, -(-words.stop // LANES), device=draw.seed.device)
    place, step = (part[:, None] & _LOW for part in (draw.place, draw.step))
    zero = torch.zeros_like(groups)
    key = (draw.seed[:, None] & _LOW, (draw.seed[:, None] >> 32) & _LOW)
    lanes = torch.stack(philox((groups, place, step, zero), key), -1)  # (rows, groups, 4)
    skipped = words.start % LANES
    bits = lanes.flatten(1)[:, skipped : skipped + words.stop - words.start]
    # 23 bits and a half, so that float32 holds the fraction exactly and never rounds it to 0 or 1.
    return ((bits >> 9).float() + 0.5).mul_(2.0**-23).log_().neg_().log_().neg_()


def philox(counter: tuple[Tensor, ...], key: tuple[Tensor, Tensor]) -> tuple[Tensor, ...]:
    """Four words of 32 random bits for each counter, all in int64 and broadcast against each other."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(_ROUNDS):
        first, second = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0 = (second >> 32 & _LOW) ^ c1 ^ k0
        c2 = (first >> 32 & _LOW) ^ c3 ^ k1
        c1, c3 = second & _LOW, first & _LOW
        k0, k1 = k0 + _KEY_STEPS[0] & _LOW, k1 + _KEY_STEPS[1] & _LOW
    return tuple(torch.broadcast_tensors(c0, c1, c2, c3))


def _signed(seed: int) -> int:
    """The low 64 bits of a seed, as int64 holds them."""
    return (seed + 2**63) % 2**64 - 2**63
