"""The active block as the rules of `decode` and `remask` see it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True)
class View:
    """The active block as a rule sees it before the reveals of one denoise step.

    Each tensor is (cells,), over the block. `confidence` is the snapshot at the reveal (0 where masked),
    `region` the number, in canvas order, of the record that the cell belongs to, or of its slot where that
    stands alone (-1 for fixed text). `start` is the place of the block's first cell on the canvas of
    `n_canvas` cells; steps count from 1 in each block. `stop_ids` are the tokens that end a text.
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
    stop_ids: tuple[int, ...] = ()

    @property
    def steps_left(self) -> int:
        """How many denoise steps the block has, this one included."""
        return max(1, self.n_steps - self.step + 1)

    @property
    def progress(self) -> float:
        """The share of the canvas before the block's end that needs no reveal any more."""
        return (self.start + int((~self.masked).sum())) / max(1, self.n_canvas)
