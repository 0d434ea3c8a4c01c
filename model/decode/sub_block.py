"""Sub-blocks (Fast-dLLM v2, arXiv 2509.26328; NBDiff, arXiv 2512.06776): a block is filled part by part."""

from __future__ import annotations

from torch import Tensor

from model.decode.around import Around
from model.decode.select import Select
from model.spec import Count
from model.view import View


class SubBlocks(Around):
    """Only the leftmost part of `cells` cells that has a mask is looked at; the rest of the block waits."""

    def __init__(self, inner: Select, cells: Count = 8) -> None:
        super().__init__(inner)
        self.cells = cells

    def eligible(self, view: View) -> Tensor:
        """The inner rule's cells in that part; all its masks where the inner rule looks elsewhere."""
        start = int(view.masked.int().argmax()) // self.cells * self.cells
        inside = view.masked.new_zeros(view.masked.shape)
        inside[start : start + self.cells] = True
        chosen = self.inner.eligible(view) & inside
        return chosen if bool(chosen.any()) else view.masked & inside
