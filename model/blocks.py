"""Where the blocks of a canvas begin and end."""

from __future__ import annotations

from bisect import bisect_right

import torch
from torch import Tensor


class Blocks:
    """A canvas of `n_cells` cells in blocks of `length`, the last one shorter where it must be.

    The text before the canvas is taken to lie in whole blocks of the same length, counted back from the
    canvas. A block may be extended; those behind it then begin later.
    """

    def __init__(self, n_cells: int, length: int) -> None:
        self.n_cells, self.length = n_cells, length
        self._starts = list(range(0, n_cells, length))
        self.is_regular = True

    def around(self, cell: int) -> slice:
        """The block of a cell."""
        number = bisect_right(self._starts, cell)
        is_last = number == len(self._starts)
        return slice(self._starts[number - 1], self.n_cells if is_last else self._starts[number])

    def extend(self, block: slice, n_cells: int) -> slice:
        """The block with up to `n_cells` more cells at its end."""
        stop = min(block.stop + n_cells, self.n_cells)
        before = self._starts[: bisect_right(self._starts, block.start)]
        self.is_regular = False
        self._starts = [*before, *range(stop, self.n_cells, self.length)]
        return slice(block.start, stop)

    def ends(self, cells: Tensor) -> Tensor:
        """The end of the block of each cell; negative cells are places before the canvas."""
        starts = torch.tensor([*self._starts, self.n_cells], device=cells.device)
        inside = starts[torch.searchsorted(starts[:-1], cells, right=True)]
        before = (cells.div(self.length, rounding_mode="floor") + 1) * self.length
        return torch.where(cells < 0, before, inside)
