"""RCR, running-confidence remasking (MDPO, arXiv 2508.13148): fill all, then take the weakest back."""

from __future__ import annotations

from torch import Tensor

from model.remask.remask import Remask, lowest
from model.view import View


class RunningConfidence(Remask):
    """After step i of S, ⌈n·i/S⌉ of the block's n cells stay: those filled with the most confidence.

    A cell that survives keeps the confidence of its own filling. The released code also takes cells of
    earlier blocks back; this rule keeps to its block.
    """

    reveals_all = True

    def after_step(self, view: View) -> Tensor:
        """The weakest cells beyond this step's share."""
        cells = view.open.nonzero().squeeze(1)
        n_stay = -(-len(cells) * view.step // view.n_steps)
        return cells[lowest(view.confidence[cells], len(cells) - n_stay)]
