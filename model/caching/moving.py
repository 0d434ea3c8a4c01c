"""Full attention with a cache that follows the masks: only what is near them is read anew."""

from __future__ import annotations

import torch
from torch import Tensor

from model.caching.keep import FULL, Here, Keeping, Read
from model.spec import Count


class Late(Keeping):
    """dKV-Cache-Decode (arXiv 2505.15781): a token is kept one step after it was revealed, not at once.

    Read are the masks, and what the step before revealed: the others stay as they were seen last. Everything
    is read again at each `refresh`-th forward and where a block begins; the paper takes 4 to 16, 8 for LLaDA.
    """

    visibilities = FULL

    def __init__(self, here: Here, refresh: Count = 8) -> None:
        self.here, self.refresh = here, refresh
        self._n_read = 0
        self._masked = torch.empty(0, dtype=torch.bool)

    def enter_block(self) -> None:
        """Everything is read again."""
        self._n_read = 0

    def n_kept(self, block: slice) -> int:
        """None from the first on: what is kept lies scattered."""
        return 0

    def read(self, start: int, block: slice, cells: Tensor) -> Read:
        """Everything, or the masks and what is no mask any more."""
        canvas = self.here.canvas
        before, self._masked = self._masked, canvas.masked.clone()
        is_due, self._n_read = self._n_read % self.refresh == 0, self._n_read + 1
        if is_due:
            return Read(0, canvas.n_tokens, canvas.n_tokens, cells)
        moving = (before | canvas.masked).nonzero().squeeze(1) + canvas.n_prompt
        if self.here.reading.is_shifted:
            moving = torch.cat((moving, (moving - 1).clamp(min=0))).unique()
        return Read(0, canvas.n_tokens, canvas.n_tokens, cells, places=moving)


class Window(Keeping):
    """Window-Diffusion (arXiv 2601.20332): masks far ahead are neither read nor seen.

    At each `refresh`-th forward everything up to the `window`-th mask is read, and what stands before the
    first mask is frozen; between, only what lies up to the `active`-th mask is. Cells behind that one wait.
    The defaults are the paper's for Dream; for LLaDA they are 16, 64 and 32.
    """

    visibilities = FULL

    def __init__(
        self, here: Here, active: Count = 32, window: Count = 128, refresh: Count = 32
    ) -> None:
        self.here = here
        self.active, self.window, self.refresh = active, max(active, window), refresh
        self._n_read, self._first, self._reach = 0, 0, 0

    def enter_block(self) -> None:
        """The window moves on."""
        self._n_read = 0

    def n_kept(self, block: slice) -> int:
        """What stood before the first mask when the window was read last."""
        return 0 if self._is_due() else max(0, self._first - self.here.reading.is_shifted)

    def read(self, start: int, block: slice, cells: Tensor) -> Read:
        """The window, or what is active of it."""
        is_due = self._is_due()
        self._n_read = 1 if is_due else self._n_read + 1
        if is_due:
            self._first, self._reach = self._nth_mask(1), self._nth_mask(self.window) + 1
        stop = min(self._nth_mask(self.active) + 1, self._reach)
        near = cells[cells + self.here.canvas.n_prompt < stop]
        if not near.numel():
            near = cells[:1]
            stop = max(stop, int(near[0]) + self.here.canvas.n_prompt + 1)
        if is_due:
            self._reach = max(stop, self._reach)
            return Read(0, self._reach, self._reach, near, self._first)
        return Read(start, stop, max(stop, self._reach), near)

    def _is_due(self) -> bool:
        return self._n_read % self.refresh == 0 or self._nth_mask(1) >= self._reach

    def _nth_mask(self, number: int) -> int:
        """The place of that mask, or of the last one where there are fewer."""
        masks = self.here.canvas.masked.nonzero()
        return self.here.canvas.n_prompt + int(masks[min(number, len(masks)) - 1])
