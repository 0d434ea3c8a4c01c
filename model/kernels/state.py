"""What `update` changes and is told, apart from any way to do it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Blocks:
    """The active blocks of several canvases, each (blocks, cells); `update` changes them in place.

    `confidence` is the snapshot at the reveal, 0 where masked; `open` cells are those a fill may write.
    """

    ids: Tensor
    masked: Tensor
    open: Tensor
    confidence: Tensor


@dataclass(frozen=True, slots=True)
class Proposals:
    """A word, its confidence, and whether it may be revealed now, each (blocks, cells)."""

    token: Tensor
    confidence: Tensor
    eligible: Tensor


@dataclass(frozen=True, slots=True)
class Step:
    """What one update does: cells from `threshold` on are revealed, and the best `n_least` in any case.

    An infinite threshold leaves top-k. Of the revealed open cells the surest `n_stay` stay, the others are
    masked again; None keeps all. Both numbers are int32 (blocks,).
    """

    threshold: float
    n_least: Tensor
    n_stay: Tensor | None = None
