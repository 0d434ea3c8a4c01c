"""What a fill asks of the next forward, from where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor

from model.blocks import Blocks
from model.caching.keep import Here
from model.caching.registry import keeping
from model.cells import Cells
from model.families.conventions import Visibility
from model.reading import Reading


class Kind(StrEnum):
    """What a forward is for: only a denoise step may reveal cells of the block that it reads."""

    PREFILL = "prefill"
    DENOISE = "denoise"
    COMMIT = "commit"


@dataclass(frozen=True, slots=True)
class Query:
    """What a fill asks of the next forward.

    The forward reads the tokens from `start` to `stop`, counted from the prompt's first one. The first
    `n_final` of them are kept: each sees what lies before its place in `ends`, or itself and what lies before
    it. The rest, the active block, see everything before `reach`: what lies between `stop` and `reach` was
    read by an earlier forward. With `places` only those of the tokens between are read. `rows` are those that
    predict `cells`.
    """

    kind: Kind
    start: int
    stop: int
    reach: int
    n_final: int
    rows: Tensor
    cells: Tensor
    ends: Tensor | None = None
    places: Tensor | None = None

    @property
    def n_rows(self) -> int:
        """How many tokens are read."""
        return self.stop - self.start if self.places is None else len(self.places)

    @property
    def sees_all(self) -> bool:
        """Whether every row sees everything before `reach`."""
        return self.n_final == 0 or (self.n_rows == 1 and self.reach == self.stop)

    def limits(self, rows: Tensor) -> Tensor:
        """How many tokens each of `rows` (rows,), counted from `start`, sees."""
        if self.ends is None:
            final = rows + (self.start + 1)
        else:
            final = self.ends.new_zeros(rows.shape).index_copy_(0, rows[: self.n_final], self.ends)
        return torch.where(rows < self.n_final, final, self.reach)


class Asker:
    """Makes the queries of one fill."""

    def __init__(self, reading: Reading, canvas: Cells, blocks: Blocks) -> None:
        self._reading, self._canvas, self._blocks = reading, canvas, blocks
        self._keeping = keeping(reading.caching, Here(reading, canvas))

    @property
    def is_exact(self) -> bool:
        """Whether what is kept is what reading everything anew would give."""
        return self._keeping.is_exact

    def enter_block(self) -> None:
        """Another block stands open."""
        self._keeping.enter_block()

    def n_kept(self, block: slice) -> int:
        """How many tokens, from the first on, the next forward may have from the cache."""
        return self._keeping.n_kept(block)

    def next_token(self, start: int, block: slice) -> Query:
        """What is known is read on, and its last row predicts the block's first cell."""
        known = self._canvas.n_prompt + block.start
        cells = torch.tensor([block.start], device=self._canvas.ids.device)
        kind = Kind.DENOISE if self._reading.is_causal else self._kind(start)
        rows = cells + (self._canvas.n_prompt - 1 - start)
        ends = self._ends(start, known, known)
        return Query(kind, start, known, known, known - start, rows, cells, ends)

    def commit(self, start: int, block: slice) -> Query:
        """What is known is read on, and nothing predicted."""
        known = self._canvas.n_prompt + block.start
        none = torch.tensor([], dtype=torch.long, device=self._canvas.ids.device)
        ends = self._ends(start, known, known)
        return Query(self._kind(start), start, known, known, known - start, none, none, ends)

    def denoise(self, start: int, block: slice, cells: Tensor) -> Query:
        """What is known is read on, then the block, as far as the cache wants; its rows predict `cells`."""
        read = self._keeping.read(start, block, cells)
        spoken = read.cells + (self._canvas.n_prompt - self._reading.is_shifted)
        if read.places is None:
            rows = spoken.clamp(min=read.start) - read.start
        else:
            rows = torch.searchsorted(read.places, spoken.clamp(min=0))
        ends = self._ends(read.start, read.start + read.n_final, read.reach)
        reads = (read.start, read.stop, read.reach, read.n_final)
        return Query(Kind.DENOISE, *reads, rows, read.cells, ends, read.places)

    def _kind(self, start: int) -> Kind:
        return Kind.PREFILL if start < self._canvas.n_prompt else Kind.COMMIT

    def _ends(self, start: int, stop: int, reach: int) -> Tensor | None:
        """Up to where the tokens between see, if not up to themselves."""
        n_prompt, device = self._canvas.n_prompt, self._canvas.ids.device
        is_blockwise = self._reading.visibility is Visibility.BLOCK
        if start >= stop or not (is_blockwise or self._reading.is_full):
            return None
        if self._reading.is_full:
            return torch.full((stop - start,), reach, device=device)
        return (
            self._blocks.ends(torch.arange(start - n_prompt, stop - n_prompt, device=device))
            + n_prompt
        )
