"""Diffusion in Diffusion (arXiv 2601.13599): draft, take the weakest cells back, denoise them in one view."""

from __future__ import annotations

from torch import Tensor

from model.remask.remask import lowest
from model.view import View

RATIO = 0.3  # the paper finds .25 to .5 best


class Snapshot:
    """Once the draft is done, remask the share `ratio` of it that was revealed with least confidence.

    The second stage sees the whole canvas, and what it reveals is final. The snapshot is the confidence
    at the reveal; scoring a revealed word anew in place is known not to find errors.
    """

    is_final = False
    reveals_all = False
    revises_draft = True

    def __init__(self, ratio: float = RATIO) -> None:
        self.ratio = ratio

    def after_step(self, view: View) -> Tensor:
        """None."""
        return lowest(view.confidence, 0)

    def after_draft(self, confidence: Tensor) -> Tensor:
        """The weakest cells of the draft."""
        return lowest(confidence, int(self.ratio * len(confidence)))
