"""The exact way, and what every way of keeping keys and values must say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from model.cells import Cells
from model.families.conventions import Visibility
from model.reading import Reading

ALL = frozenset(Visibility)
FULL = frozenset({Visibility.FULL})


@dataclass(frozen=True, slots=True)
class Here:
    """The fill around a cache: how it reads, and its cells as they are."""

    reading: Reading
    canvas: Cells

    def known(self, block: slice) -> int:
        """How many tokens stand before the block."""
        n_known: int = self.canvas.n_prompt + block.start
        return n_known


@dataclass(frozen=True, slots=True)
class Read:
    """What a denoise step reads: the tokens from `start` to `stop`, or at `places` among them.

    The first `n_final` are kept. The others see all tokens before `reach`, those not read included. Only
    `cells` can be scored.
    """

    start: int
    stop: int
    reach: int
    cells: Tensor
    n_final: int = 0
    places: Tensor | None = None


class Keeping(Protocol):
    """A way to keep keys and values. An instance serves one fill, and is asked once a denoise step."""

    @property
    def visibilities(self) -> frozenset[Visibility]:
        """The families it is for, by who sees whom."""
        return ALL

    @property
    def is_exact(self) -> bool:
        """Whether the logits are those of reading everything anew."""
        return False

    def enter_block(self) -> None:
        """Another block stands open."""

    def n_kept(self, block: slice) -> int:
        """How many tokens, from the first on, the next forward may leave unread."""
        ...

    def read(self, start: int, block: slice, cells: Tensor) -> Read:
        """What to read to score `cells` of the block, where the first `start` tokens are kept."""
        ...


class Exact(Keeping):
    """Committed blocks are kept. With full attention nothing is ever final, and each forward reads all."""

    is_exact = True

    def __init__(self, here: Here) -> None:
        self.here = here

    def n_kept(self, block: slice) -> int:
        """The tokens before the block.

        Where the row before a cell predicts it, the row before the block is read again for its first cell.
        """
        reading, canvas = self.here.reading, self.here.canvas
        if reading.is_full:
            return 0
        known = self.here.known(block)
        if reading.is_shifted and bool(canvas.masked[block.start : block.start + 1].any()):
            return reading.grain(canvas.n_prompt).whole(known - 1)
        return known

    def read(self, start: int, block: slice, cells: Tensor) -> Read:
        """What is final but not kept, and the block."""
        canvas = self.here.canvas
        if self.here.reading.is_full:
            return Read(0, canvas.n_tokens, canvas.n_tokens, cells)
        stop = canvas.n_prompt + block.stop
        return Read(start, stop, stop, cells, self.here.known(block) - start)
