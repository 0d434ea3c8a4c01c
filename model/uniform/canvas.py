"""One canvas on its way from noise to words."""

from __future__ import annotations

import torch
from torch import Tensor

from model.uniform.noise import NoiseSource
from model.uniform.proposals import Proposer, Scorer
from model.uniform.rules import Knobs, Settling, accept


class NoisyCanvas:
    """The cells that the next forward reads, and the likeliest words so far, which are what is committed.

    There is no mask: at every step each open cell holds a word, accepted or random; the other cells keep
    theirs. `likeliest`, `confidence` and `is_accepted` have a row for each open cell. `expected` is what the
    last step expected of every cell (cells, d_model), None before the first.
    """

    def __init__(self, ids: Tensor, is_open: Tensor, knobs: Knobs, source: NoiseSource) -> None:
        self.is_open = is_open
        self.ids = torch.where(is_open, source.canvas(len(ids)).to(ids.device), ids)
        self.likeliest = self.ids[is_open]
        self.confidence = torch.zeros_like(self.likeliest, dtype=torch.float)
        self.is_accepted = torch.zeros_like(self.likeliest, dtype=torch.bool)
        self.expected: Tensor | None = None
        self.n_steps = 0
        self.is_done = False
        self._knobs, self._source = knobs, source
        self._settling = Settling(knobs)

    def drafted(self) -> tuple[int | None, ...]:
        """The likeliest words of the open cells; None where no step has been made."""
        found: list[int] = self.likeliest.tolist()
        return tuple(found) if self.n_steps else (None,) * len(found)

    def update(self, scorer: Scorer, proposer: Proposer, hidden: Tensor) -> None:
        """Propose for the open cells, accept, renoise the rest; done when settled or out of steps.

        `hidden` (open cells, d_model) is what the forward gave.
        """
        self.n_steps += 1
        noise = self._source.step(len(self.ids))
        is_drawn = noise.draws is None and not self._knobs.is_greedy
        points = noise.points.to(hidden.device)[self.is_open] if is_drawn else None
        seen = proposer.propose(hidden, self._knobs.temperature(self.n_steps), points)
        drawn = seen.drawn if noise.draws is None else noise.draws.to(hidden.device)[self.is_open]
        self.likeliest, self.confidence = seen.likeliest, seen.confidence
        self.is_accepted = accept(seen.entropy, self._knobs.entropy_bound)
        words = noise.words.to(hidden.device)[self.is_open]
        self.ids[self.is_open] = torch.where(self.is_accepted, drawn, words)
        self.expected = scorer.embeddings(self.ids)
        self.expected[self.is_open] = seen.expected
        settled = self._settling.has_settled(seen.likeliest, seen.entropy)
        self.is_done = settled or self.n_steps == self._knobs.n_steps
