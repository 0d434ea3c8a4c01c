"""Full attention with a frozen context: what stands outside the block is taken to stay as it was seen."""

from __future__ import annotations

from torch import Tensor

from model.caching.keep import FULL, Here, Keeping, Read


class Prefix(Keeping):
    """Fast-dLLM's prefix cache (arXiv 2505.22618).

    The first forward of a block reads everything; the following ones read from the block on, and see what
    stands before it as it was then.
    """

    visibilities = FULL

    def __init__(self, here: Here) -> None:
        self.here = here
        self._is_fresh = False

    def enter_block(self) -> None:
        """What was frozen is out of date."""
        self._is_fresh = False

    def n_kept(self, block: slice) -> int:
        """What stands before the block, less the row that speaks of its first cell."""
        return _before(self.here, self.here.known(block)) if self._is_fresh else 0

    def read(self, start: int, block: slice, cells: Tensor) -> Read:
        """All, or the block and what is behind it."""
        n_tokens = self.here.canvas.n_tokens
        if self._is_fresh:
            return Read(start, self._stop(block), n_tokens, cells)
        self._is_fresh = True
        return Read(0, n_tokens, n_tokens, cells, self.here.known(block))

    def _stop(self, block: slice) -> int:
        return self.here.canvas.n_tokens


class Dual(Prefix):
    """Fast-dLLM's dual cache (arXiv 2505.22618): what stands behind the block is frozen as well."""

    def _stop(self, block: slice) -> int:
        stop: int = self.here.canvas.n_prompt + block.stop
        return stop


class Free(Keeping):
    """FreeCache (FlashDLM, arXiv 2505.21467): what is finished is read once more and never again.

    Only the first forward of all reads the prompt. A later block's first forward reads from the block before
    it on, and freezes that.
    """

    visibilities = FULL

    def __init__(self, here: Here) -> None:
        self.here = here
        self._n_frozen = 0

    def n_kept(self, block: slice) -> int:
        """What was frozen, less the row that speaks of a block's first cell."""
        return _before(self.here, self._n_frozen)

    def read(self, start: int, block: slice, cells: Tensor) -> Read:
        """From the first token that is not frozen to the last of all."""
        n_tokens = self.here.canvas.n_tokens
        known = self.here.known(block)
        n_new, self._n_frozen = known - self._n_frozen, known
        return Read(start, n_tokens, n_tokens, cells, known - start if n_new else 0)


def _before(here: Here, n_tokens: int) -> int:
    return max(0, n_tokens - here.reading.is_shifted)
