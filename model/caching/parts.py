"""Blocks of which only a part is read: what the rest of the block gave is taken to stay for a while."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor

from model.caching.keep import Exact, Here, Read
from model.families.conventions import Visibility
from model.spec import Count, Within


class SubBlock(Exact):
    """The sub-block cache of Fast-dLLM v2 (arXiv 2509.26328).

    The whole block is read while the first cell of its active sub-block is masked; then the sub-block alone
    is read, against the rest as it was.
    """

    is_exact = False
    visibilities = frozenset({Visibility.BLOCK})

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._is_fresh = False

    def enter_block(self) -> None:
        """Nothing of this block was read yet."""
        self._is_fresh = False

    def read(self, start: int, block: slice, cells: Tensor) -> Read:
        """The block, or its active sub-block."""
        whole = super().read(start, block, cells)
        is_fresh, self._is_fresh = self._is_fresh, True
        length, n_prompt = self.here.reading.sub_block, self.here.canvas.n_prompt
        first = block.start + (int(cells[0]) - block.start) // length * length
        stop = min(first + length, block.stop)
        if not is_fresh or int(cells[-1]) >= stop or bool(self.here.canvas.masked[first]):
            return whole
        return Read(n_prompt + first, n_prompt + stop, whole.reach, cells)


class Delay(Exact):
    """The delayed cache of Deferred Commitment Decoding (arXiv 2601.02076).

    Read are the cells that may be revealed, those that were the step before, and `around` more on either
    side: what was just revealed is seen once more before it is frozen. Everything is read again after
    `refresh` reveals. The paper takes 32 of them with full attention and 8 in blocks.
    """

    is_exact = False

    def __init__(
        self, here: Here, around: Annotated[int, Within(0)] = 2, refresh: Count = 8
    ) -> None:
        super().__init__(here)
        self.around, self.refresh = around, refresh
        self._first, self._n_masked = -1, 0

    def enter_block(self) -> None:
        """Nothing of this block was read yet."""
        self._first = -1

    def read(self, start: int, block: slice, cells: Tensor) -> Read:
        """Everything, or the window."""
        whole = super().read(start, block, cells)
        canvas, n_masked = self.here.canvas, int(self.here.canvas.masked.sum())
        before, self._first = self._first, int(cells[0])
        leftmost = min(before, self._first) - self.here.reading.is_shifted
        is_full = self.here.reading.is_full
        edge, end = (-canvas.n_prompt, canvas.n_cells) if is_full else (block.start, block.stop)
        if before < 0 or leftmost < edge or self._n_masked - n_masked >= self.refresh:
            self._n_masked = n_masked
            return whole
        first = max(leftmost - self.around, edge)
        stop = min(int(cells[-1]) + 1 + self.around, end)
        return Read(canvas.n_prompt + first, canvas.n_prompt + stop, whole.reach, cells)
