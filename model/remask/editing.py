"""T2T, token editing (LLaDA 2.1, arXiv 2602.08676): what was revealed is rewritten where the network sees better."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor

from model.families.conventions import Visibility
from model.kernels.confidence import Scores
from model.remask.remask import Remask
from model.spec import Share, Within
from model.view import View


class TokenEditing(Remask):
    """Each forward also scores the block's revealed cells, and rewrites those it is sure are another word.

    A cell is rewritten if the proposal differs and its confidence is above `threshold` (0: always, 1: never).
    Once no mask is left the block goes on until a forward rewrites nothing, for at most `steps` forwards.
    Only weights trained for it find their own errors this way.
    """

    visibilities = frozenset({Visibility.BLOCK, Visibility.FULL})

    def __init__(self, threshold: Share = 0.9, steps: Annotated[int, Within(0)] = 16) -> None:
        self.threshold, self.steps = threshold, steps

    def editable(self, view: View) -> Tensor:
        """The revealed cells that may be rewritten, bool (cells,)."""
        return view.open & ~view.masked

    def rewrites(self, view: View, cells: Tensor, scores: Scores) -> Tensor:
        """Which of the revealed `cells` (places in the block) take their proposal: bool (cells,)."""
        return (scores.token != view.ids[cells]) & (scores.confidence > self.threshold)
