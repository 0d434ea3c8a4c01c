"""Where the randomness of a canvas comes from: a generator for each request, or what was recorded of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

_RUN = 512


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

    Sums go over runs of words first and then within the run that holds the point, in double precision; a
    word without probability is never drawn.
    """
    runs = functional.pad(probability, (0, -probability.shape[1] % _RUN)).unflatten(1, (-1, _RUN))
    upto = runs.sum(2).double().cumsum(1)
    target = points * upto[:, -1]
    run = _passing(upto, target)
    before = upto.gather(1, (run - 1).clamp(min=0)[:, None]).squeeze(1).masked_fill(run == 0, 0.0)
    within = runs[torch.arange(len(runs), device=run.device), run].double().cumsum(1)
    return run * _RUN + _passing(within, target - before)


def _passing(summed: Tensor, target: Tensor) -> Tensor:
    """The first column (rows,) whose sum (rows, columns) exceeds the row's target, or else the last that adds."""
    total = summed[:, -1]
    target = torch.minimum(target, total.nextafter(torch.zeros_like(total)))
    return torch.searchsorted(summed, target[:, None], right=True).squeeze(1)
