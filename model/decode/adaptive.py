"""Confidence-adaptive decoding, CAD (CD4LM; yihao-liang/CDLM at bb8db45): as many as are sure, within limits."""

from __future__ import annotations

from torch import Tensor

from model.decode.ending import without_early_stops
from model.decode.rank import best
from model.decode.select import Select
from model.kernels.confidence import Scores
from model.spec import Count, Share
from model.view import View


class ConfidenceAdaptive(Select):
    """Reveal the k surest cells: k counts those at the threshold, but lies between `low` and `high`.

    A proposed stop token counts as not sure at all until the share `until` of the canvas is revealed. The
    defaults are those of the code; its quality claims rest on weights distilled for it.
    """

    def __init__(
        self, threshold: Share = 0.95, low: Count = 1, high: Count = 32, until: Share = 0.5
    ) -> None:
        self.threshold = threshold
        self.low, self.high = low, high
        self.until = until

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """The surest cells, between the limits."""
        sure = without_early_stops(view, scores, self.until).confidence
        n_sure = int((sure >= self.threshold).sum())
        return best(sure, max(self.low, min(self.high, n_sure)))
