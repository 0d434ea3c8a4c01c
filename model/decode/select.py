"""Which masked cells a denoise step reveals: what every rule must offer."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from model.kernels.confidence import Scores


class Select(Protocol):
    """A rule that decides, step by step, which masked cells of a block to reveal."""

    def eligible(self, masked: Tensor) -> Tensor:
        """The masked cells (cells,) that this step may reveal; only these are scored."""
        ...

    def reveal(self, scores: Scores, steps_left: int) -> Tensor:
        """Which of the scored cells to reveal now, at least one: bool (scored,)."""
        ...
