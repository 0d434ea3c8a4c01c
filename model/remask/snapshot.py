"""Diffusion in Diffusion (arXiv 2601.13599): draft, take the weakest cells back, denoise them in one view."""

from __future__ import annotations

from torch import Tensor

from model.families.conventions import Visibility
from model.remask.remask import Remask, lowest
from model.spec import Share


class Snapshot(Remask):
    """Once the draft is done, remask the share `ratio` of it that was revealed with least confidence.

    The second stage sees the whole canvas, and what it reveals is final. The snapshot is the confidence
    at the reveal; scoring a revealed word anew in place is known not to find errors. The paper finds shares
    of .25 to .5 best, with weights trained for wide blocks; block-causal weights have never seen one, and
    are revised through the prompt instead (`model.recipes.prompted`).
    """

    revises_draft = True
    visibilities = frozenset({Visibility.CONTEXT, Visibility.FULL})

    def __init__(self, ratio: Share = 0.3) -> None:
        self.ratio = ratio

    def after_draft(self, confidence: Tensor) -> Tensor:
        """The weakest cells of the draft."""
        return lowest(confidence, int(self.ratio * len(confidence)))
