"""What a fill asks of the next forward, from where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor

from model.blocks import Blocks
from model.cells import Cells
from model.completion import Caching
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
    read by an earlier forward. `rows` are those that predict `cells`.
    """

    kind: Kind
    start: int
    stop: int
    reach: int
    n_final: int
    rows: Tensor
    cells: Tensor
    ends: Tensor | None = None

    @property
    def n_rows(self) -> int:
        """How many tokens are read."""
        return self.stop - self.start

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
    """Makes the queries of one fill.

    What it must remember: whether the active block was read as a whole, so that the approximate caches may
    leave parts of it, or of the canvas, out.
    """

    def __init__(self, reading: Reading, canvas: Cells, blocks: Blocks) -> None:
        self._reading, self._canvas, self._blocks = reading, canvas, blocks
        self._is_refreshed = False

    def enter_block(self) -> None:
        """Another block stands open."""
        self._is_refreshed = False

    def n_kept(self, block: slice) -> int:
        """How many tokens may come from the cache: those before the block, as far as they are final.

        Where the row before a cell predicts it, the row before the block is read again for its first cell.
        """
        reading = self._reading
        known: int = self._canvas.n_prompt + block.start
        if reading.is_full:
            return max(0, known - reading.is_shifted) if self._is_refreshed else 0
        if reading.is_shifted and bool(self._canvas.masked[block.start : block.start + 1].any()):
            return reading.grain(self._canvas.n_prompt).whole(known - 1)
        return known

    def next_token(self, start: int, block: slice) -> Query:
        """What is known is read on, and its last row predicts the block's first cell."""
        known = self._canvas.n_prompt + block.start
        cells = torch.tensor([block.start], device=self._canvas.ids.device)
        kind = Kind.DENOISE if self._reading.is_causal else self._kind(start)
        rows = cells + (self._canvas.n_prompt - 1 - start)
        return Query(
            kind, start, known, known, known - start, rows, cells, self._ends(start, known)
        )

    def commit(self, start: int, block: slice) -> Query:
        """What is known is read on, and nothing predicted."""
        known = self._canvas.n_prompt + block.start
        none = torch.tensor([], dtype=torch.long, device=self._canvas.ids.device)
        ends = self._ends(start, known)
        return Query(self._kind(start), start, known, known, known - start, none, none, ends)

    def denoise(self, start: int, block: slice, cells: Tensor) -> Query:
        """What is known is read on, then the block; its rows predict `cells`."""
        reading, n_prompt = self._reading, self._canvas.n_prompt
        known, stop = n_prompt + block.start, n_prompt + block.stop
        reach, n_final = stop, known - start
        is_refreshed, self._is_refreshed = self._is_refreshed, True
        if reading.is_full:
            reach = self._canvas.n_tokens
            stop = stop if reading.caching is Caching.DUAL and is_refreshed else reach
            self._is_refreshed = reading.caching is not Caching.EXACT
            n_final = known if self._is_refreshed and not is_refreshed else 0
        elif reading.caching is Caching.SUB_BLOCK and is_refreshed:
            start, stop = self._part(block, cells) or (start, stop)
        ends = self._ends(start, start + n_final) if n_final > 0 else None
        rows = (cells + (n_prompt - reading.is_shifted)).clamp(min=start) - start
        return Query(Kind.DENOISE, start, stop, reach, max(0, n_final), rows, cells, ends)

    def _kind(self, start: int) -> Kind:
        return Kind.PREFILL if start < self._canvas.n_prompt else Kind.COMMIT

    def _ends(self, start: int, stop: int) -> Tensor | None:
        """Up to where the tokens between see, if not up to themselves."""
        n_prompt, device = self._canvas.n_prompt, self._canvas.ids.device
        if self._reading.is_full:
            return torch.full((stop - start,), self._canvas.n_tokens, device=device)
        if self._reading.visibility is not Visibility.BLOCK:
            return None
        return (
            self._blocks.ends(torch.arange(start - n_prompt, stop - n_prompt, device=device))
            + n_prompt
        )

    def _part(self, block: slice, cells: Tensor) -> tuple[int, int] | None:
        """The sub-block around the cells, if it holds all of them and its first cell is known."""
        length = self._reading.sub_block
        first = block.start + (int(cells[0]) - block.start) // length * length
        stop = min(first + length, block.stop)
        if int(cells[-1]) >= stop or bool(self._canvas.masked[first]):
            return None
        return self._canvas.n_prompt + first, self._canvas.n_prompt + stop
