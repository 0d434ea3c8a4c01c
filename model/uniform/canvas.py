"""One canvas on its way from noise to words."""

from __future__ import annotations

import torch
from torch import Tensor

from model.uniform.noise import NoiseSource, StepNoise
from model.uniform.proposals import Proposals, Scorer, propose
from model.uniform.rules import Sampling, Settling, accept


class NoisyCanvas:
    """The cells that the next forward reads, and the likeliest words so far, which are what is committed.

    There is no mask: at every step each cell holds a word, accepted or random. `expected` is what the last
    step expected of each cell (cells, d_model), None before the first.
    """

    def __init__(
        self, n_cells: int, sampling: Sampling, source: NoiseSource, device: torch.device
    ) -> None:
        self.ids = source.canvas(n_cells).to(device)
        self.likeliest = self.ids
        self.confidence = torch.zeros(n_cells, device=device)
        self.expected: Tensor | None = None
        self.n_steps = 0
        self.is_done = False
        self._sampling, self._source = sampling, source
        self._settling = Settling(sampling)

    def drafted(self) -> tuple[int | None, ...]:
        """The likeliest words so far; None where no step has been made."""
        return tuple(self.likeliest.tolist()) if self.n_steps else (None,) * len(self.ids)

    def update(self, scorer: Scorer, hidden: Tensor) -> None:
        """Propose, accept, renoise the rest; done when settled or out of steps."""
        self.n_steps += 1
        noise = self._source.step(len(self.ids))
        seen = self._propose(scorer, hidden, noise)
        accepted = accept(seen.entropy, self._sampling.entropy_bound)
        drawn = seen.drawn if noise.draws is None else noise.draws.to(self.ids.device)
        self.ids = torch.where(accepted, drawn, noise.words.to(self.ids.device))
        self.likeliest, self.confidence = seen.likeliest, seen.confidence
        self.expected = seen.expected
        settled = self._settling.has_settled(seen.likeliest, seen.entropy)
        self.is_done = settled or self.n_steps == self._sampling.n_steps

    def _propose(self, scorer: Scorer, hidden: Tensor, noise: StepNoise) -> Proposals:
        is_drawn = noise.draws is None and not self._sampling.is_greedy
        points = noise.points.to(hidden.device) if is_drawn else None
        return propose(scorer, hidden, self._sampling.temperature(self.n_steps), points)
