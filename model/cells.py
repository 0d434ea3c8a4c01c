"""The live cells of a fill: what they hold, which of them are masked, and how sure each reveal was.

Guarantees: fixed text and known values never change; a reveal touches masked cells only, a rewrite revealed
ones only; a committed cell changes only after it is reopened. Which cells are masked is kept apart from the
ids, so a mask word in a prompt is just a word. Cells are changed in place, unlike the types at the seams.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


class Cells:
    """The cells behind a prompt.

    `sequence` holds prompt and cells; `ids` is the view of the cells alone. `masked`, `open` (cells the fill
    may write) and `committed` are bitmaps over cells, and `confidence` is the snapshot at the reveal.

    The cells begin at a multiple of `grid` tokens: what the prompt has beyond it stands in the first `n_lead`
    cells and is fixed. `n_prompt` counts the tokens before the cells, `n_wanted` the cells to be filled; those
    behind them only complete the last block.
    """

    def __init__(
        self,
        prompt: Sequence[int],
        ids: Sequence[int],
        is_open: Sequence[bool],
        mask_id: int,
        *,
        device: torch.device,
        grid: int = 1,
    ) -> None:
        self.mask_id, self.n_lead = mask_id, len(prompt) % grid
        self.n_prompt, self.n_cells = len(prompt) - self.n_lead, self.n_lead + len(ids)
        self.n_wanted = self.n_cells
        self.sequence = torch.tensor([*prompt, *ids], dtype=torch.long, device=device)
        self.ids = self.sequence[self.n_prompt :]
        may_write = [False] * self.n_lead + list(is_open)
        self.open = torch.tensor(may_write, dtype=torch.bool, device=device)
        self.region = torch.full_like(self.ids, -1)
        self.masked = self.open.clone()
        self.committed = torch.zeros_like(self.open)
        self.confidence = (~self.open).float()

    @property
    def n_tokens(self) -> int:
        """How many tokens prompt and cells are."""
        return self.n_prompt + self.n_cells

    def reveal(self, cells: Tensor, ids: Tensor, confidence: Tensor) -> None:
        """Write words into the masked ones among `cells` (indices)."""
        masked = self.masked[cells]
        self.ids[cells] = torch.where(masked, ids, self.ids[cells])
        self.confidence[cells] = torch.where(masked, confidence, self.confidence[cells])
        self.masked[cells] = False

    def rewrite(self, cells: Tensor, ids: Tensor, confidence: Tensor) -> None:
        """Write other words into those of `cells` (indices) that are open, revealed and not committed."""
        may = self.open[cells] & ~self.masked[cells] & ~self.committed[cells]
        self.ids[cells] = torch.where(may, ids, self.ids[cells])
        self.confidence[cells] = torch.where(may, confidence, self.confidence[cells])

    def remask(self, cells: Tensor) -> None:
        """Mask those of `cells` (indices) again that are open and not committed."""
        cells = cells[self.open[cells] & ~self.committed[cells]]
        self.ids[cells] = self.mask_id
        self.confidence[cells] = 0.0
        self.masked[cells] = True

    def commit(self, cells: slice) -> None:
        """Make the revealed cells final."""
        self.committed[cells] |= ~self.masked[cells]

    def reopen(self) -> None:
        """Let committed cells be masked again; their keys and values are the cache's to drop."""
        self.committed.fill_(False)
