"""The active block as the rules of `decode` and `remask` see it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True)
class View:
    """The active block as a rule sees it before the reveals of one denoise step.

    Each tensor is (cells,), over the block. `confidence` is the snapshot at the reveal (0 where masked),
    `region` the number of the cell's slot in canvas order (-1 for fixed text). `start` is the place of the
    block's first cell on the canvas of `n_canvas` cells; steps count from 1 in each block.
    """

    ids: Tensor
    masked: Tensor
    open: Tensor
    confidence: Tensor
    region: Tensor
    start: int
    n_canvas: int
    step: int
    n_steps: int

    @property
    def steps_left(self) -> int:
        """How many denoise steps the block has, this one included."""
        return max(1, self.n_steps - self.step + 1)
