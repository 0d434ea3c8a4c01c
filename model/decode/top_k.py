"""The fixed schedule of LLaDA (arXiv 2502.09992) and Dream: as many cells in each step, the best first."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from model.decode.rank import best, helping, sureness
from model.decode.select import Select
from model.kernels.confidence import Scores
from model.view import View


class TopK(Select):
    """Reveal the masked cells in `max_steps` equal helpings, earlier ones taking the remainder.

    The best are those of highest confidence (`low_confidence`, `maskgit_plus` in the sources), of highest
    margin (`topk_margin`), of lowest entropy, or any at all (`random`).
    """

    follows_schedule = True

    def __init__(
        self, by: Literal["confidence", "margin", "entropy", "random"] = "confidence", seed: int = 0
    ) -> None:
        self.by = by
        self._generator = torch.Generator().manual_seed(seed)

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """The best ⌈masked / steps left⌉ cells."""
        return best(self.ranks(view, eligible, scores), helping(view, len(eligible)))

    def ranks(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """What the cells are ordered by, (scored,)."""
        if self.by == "random":
            draws = torch.rand(len(eligible), generator=self._generator)  # one stream on any device
            return draws.to(scores.confidence.device)
        return sureness(scores, self.by)
