"""The rotary position embedding (RoFormer, arXiv 2104.09864) and the ways to stretch it to longer texts.

Pairs are half-split as in Llama: dimension i of a head turns with dimension i + n/2 of the n that turn.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import torch
from torch import Tensor


class Stretch(Hashable, Protocol):
    """A change of the frequencies, so that positions beyond those of training stay meaningful."""

    @property
    def amplitude(self) -> float:
        """What cosines and sines are multiplied with."""
        ...

    def frequencies(self, theta: float, width: int) -> Tensor:
        """Radians per position of each pair (width / 2), in single precision."""
        ...


@dataclass(frozen=True, slots=True)
class Plain:
    """The frequencies as they are, or all slower by `factor` (position interpolation, arXiv 2306.15595)."""

    factor: float = 1.0
    amplitude: float = 1.0

    def frequencies(self, theta: float, width: int) -> Tensor:
        """Geometric from 1 to nearly 1 / theta, divided by the factor."""
        return theta ** (-_places(width) / width) / self.factor


@dataclass(frozen=True, slots=True)
class Ntk:
    """Theta grows with `factor`, so that slow pairs are stretched and fast ones are not.

    For diffusion models: LongLLaDA, arXiv 2506.14429.
    """

    factor: float
    amplitude: float = 1.0

    def frequencies(self, theta: float, width: int) -> Tensor:
        """Those of theta x factor ^ (width / (width - 2))."""
        return Plain().frequencies(theta * self.factor ** (width / (width - 2)), width)


@dataclass(frozen=True, slots=True)
class Llama3:
    """Slow pairs are slower by `factor`, fast ones are kept, those between are blended (Llama 3.1).

    `low` and `high` are turns within the `n_trained` positions.
    """

    factor: float
    low: float
    high: float
    n_trained: int
    amplitude: float = 1.0

    def frequencies(self, theta: float, width: int) -> Tensor:
        """A blend of both by the number of turns."""
        kept = Plain().frequencies(theta, width)
        turns = self.n_trained * kept / (2 * math.pi)
        share = ((turns - self.low) / (self.high - self.low)).clamp(0, 1)
        return kept * share + kept / self.factor * (1 - share)


@dataclass(frozen=True, slots=True)
class Yarn:
    """YaRN (arXiv 2309.00071): as Llama3, but blended by the pair's place, and sharper attention.

    `fast` and `slow` are turns within the `n_trained` positions.
    """

    factor: float
    n_trained: int
    fast: float = 32.0
    slow: float = 1.0
    scale: float | None = None

    @property
    def amplitude(self) -> float:
        """The given scale, or what the paper recommends for the factor."""
        if self.scale is not None:
            return self.scale
        return 1.0 if self.factor <= 1 else 0.1 * math.log(self.factor) + 1

    def frequencies(self, theta: float, width: int) -> Tensor:
        """A blend of both by the place between the fast and the slow pair."""
        kept = Plain().frequencies(theta, width)
        first = max(math.floor(self._place(self.fast, theta, width)), 0)
        last = min(math.ceil(self._place(self.slow, theta, width)), width - 1)
        places = torch.arange(width // 2, dtype=torch.float32)
        share = ((places - first) / max(last - first, 0.001)).clamp(0, 1)
        return kept / self.factor * share + kept * (1 - share)

    def _place(self, turns: float, theta: float, width: int) -> float:
        """Which pair turns so often within the trained positions."""
        return width * math.log(self.n_trained / (turns * 2 * math.pi)) / (2 * math.log(theta))


class Rotation:
    """The rotary position embedding of one call, computed once for all layers.

    `width` dimensions of each head turn (an even number); the rest stay.
    """

    def __init__(self, positions: Tensor, theta: float, width: int, stretch: Stretch) -> None:
        angles = positions[:, None, :, None] * _frequencies(theta, width, stretch, positions.device)
        cos, sin = angles.cos() * stretch.amplitude, angles.sin() * stretch.amplitude
        self.width = width
        self._cos = torch.cat((cos, cos), -1)  # (batch, 1, tokens, width)
        self._sin = torch.cat((-sin, sin), -1)

    def __call__(self, x: Tensor) -> Tensor:
        """Rotate heads (batch, heads, tokens, d_head)."""
        if self._cos.dtype is not x.dtype:
            self._cos, self._sin = self._cos.to(x.dtype), self._sin.to(x.dtype)
        if x.shape[-1] == self.width:
            return self._turn(x)
        return torch.cat((self._turn(x[..., : self.width]), x[..., self.width :]), -1)

    def _turn(self, x: Tensor) -> Tensor:
        return x * self._cos + x.roll(self.width // 2, -1) * self._sin


@lru_cache(maxsize=16)
def _frequencies(theta: float, width: int, stretch: Stretch, device: torch.device) -> Tensor:
    with torch.inference_mode(mode=False):  # kept for calls outside inference too
        return stretch.frequencies(theta, width).to(device)


def _places(width: int) -> Tensor:
    return torch.arange(0, width, 2, dtype=torch.float32)


def turns(positions: Tensor, theta: float, width: int, stretch: Stretch) -> Tensor:
    """By what the pairs of each token turn, as complex numbers (batch, tokens, 1, width / 2)."""
    angles = positions[:, :, None, None] * _frequencies(theta, width, stretch, positions.device)
    return torch.polar(torch.full_like(angles, stretch.amplitude), angles)
