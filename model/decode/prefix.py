"""Longest prefix (SDLM, arXiv 2509.24007): left to right, as far as the model is sure."""

from __future__ import annotations

import torch
from torch import Tensor

from model.decode.select import Select
from model.kernels.confidence import Scores
from model.spec import Share
from model.view import View


class Prefix(Select):
    """Reveal the run of sure cells that starts at the leftmost mask; that one in any case.

    A cell is sure above the threshold, or with `product` while the run's confidences multiply to more. The
    canvas never has holes, so nothing needs to be taken back; filling in any order is given up.
    """

    relies_on_reveals = True

    def __init__(self, threshold: Share = 0.9, product: bool = False) -> None:
        self.threshold, self.product = threshold, product

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """The leftmost cells up to the first that is not sure."""
        sure = scores.confidence.cumprod(0) if self.product else scores.confidence
        run = (sure > self.threshold).long().cumprod(0).bool()
        return run | (torch.arange(len(run), device=run.device) == 0)
