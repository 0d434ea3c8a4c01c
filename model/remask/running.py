"""RCR, running-confidence remasking (MDPO, arXiv 2508.13148): fill all, then take the weakest back."""

from __future__ import annotations

from torch import Tensor

from model.remask.remask import lowest


class RunningConfidence:
    """After step i of S, ⌈n·i/S⌉ of the block's n cells stay: those filled with the most confidence.

    A cell that survives keeps the confidence of its own filling.
    """

    is_final = False
    reveals_all = True
    revises_draft = False

    def after_step(self, confidence: Tensor, step: int, n_steps: int) -> Tensor:
        """The weakest cells beyond this step's share."""
        n_cells = len(confidence)
        return lowest(confidence, n_cells - -(-n_cells * step // n_steps))

    def after_draft(self, confidence: Tensor) -> Tensor:
        """None."""
        return lowest(confidence, 0)
