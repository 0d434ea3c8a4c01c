"""Which masked cells a denoise step reveals: what every rule sees and must offer."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from model.kernels.confidence import Scores
from model.view import View


class Select(Protocol):
    """A rule that decides, step by step, which masked cells of a block to reveal.

    An instance serves one fill, so it may remember what it saw; `view.step` is 1 where a block begins.
    """

    @property
    def needs_logits(self) -> bool:
        """Whether `Scores.logits` must be given; costs the full rows of the vocabulary."""
        ...

    def eligible(self, view: View) -> Tensor:
        """The masked cells that this step may reveal, bool (cells,); only these are scored."""
        ...

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """Which of the scored cells to reveal now, at least one: bool (scored,).

        `eligible` (scored,) are the cells, as places in the block, that `scores` speaks of.
        """
        ...
