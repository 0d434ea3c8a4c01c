"""Where the randomness of a canvas comes from: a generator for each request, or what was recorded of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class StepNoise:
    """The randomness of one denoise step, each tensor (cells,).

    `words` stand where nothing is accepted. `points` in [0, 1) say where in its distribution a cell's draw
    falls; `draws` are the drawn words themselves, where they are known from elsewhere.
    """

    words: Tensor
    points: Tensor
    draws: Tensor | None = None


class NoiseSource(Protocol):
    """The randomness of one request, in the order in which it is asked for."""

    def canvas(self, n_cells: int) -> Tensor:
        """The words (cells,) that a canvas starts from."""
        ...

    def step(self, n_cells: int) -> StepNoise:
        """What the next denoise step of that canvas needs."""
        ...


class SeededNoise:
    """Uniform words of a vocabulary, and draws in double precision, on the CPU: the same on every device."""

    def __init__(self, seed: int, n_words: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)
        self._n_words = n_words

    def canvas(self, n_cells: int) -> Tensor:
        """The words (cells,) that a canvas starts from."""
        return torch.randint(self._n_words, (n_cells,), generator=self._generator)

    def step(self, n_cells: int) -> StepNoise:
        """What the next denoise step of that canvas needs."""
        words = self.canvas(n_cells)
        return StepNoise(words, torch.rand(n_cells, dtype=torch.double, generator=self._generator))


def draw(probability: Tensor, points: Tensor) -> Tensor:
    """The word (rows,) at which each row's summed probability (rows, words) passes its point.

    Sums are in double precision; a word without probability is never drawn.
    """
    summed = probability.double().cumsum(1)
    total = summed[:, -1]
    targets = torch.minimum(points * total, total.nextafter(torch.zeros_like(total)))
    return torch.searchsorted(summed, targets[:, None], right=True).squeeze(1)
