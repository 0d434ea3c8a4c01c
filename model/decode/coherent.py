"""Coherent contextual decoding, CCD (arXiv 2512.02044): reveal what is said again and again."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from model.decode.rank import best, helping
from model.decode.select import Select
from model.kernels.confidence import Scores
from model.spec import Count
from model.view import View


class Coherent(Select):
    """Top-k, until enough of the surest cells propose the same word as at the step before.

    For `warm_up` steps the n surest cells are revealed, n being the schedule's share. Then the V surest
    are compared with the V surest of the step before, V growing by one each step from 1 to n(1 + `breadth`);
    of those in both with the same word, all are revealed (`seek`) or the n surest (`uniform`), provided
    they are at least n. Near the end, with a tenth of the masks left, V is n again. This is the form of
    the authors' preliminary code, which remembers one step.
    """

    follows_schedule = True

    def __init__(
        self, warm_up: Count = 5, breadth: Count = 4, mode: Literal["seek", "uniform"] = "seek"
    ) -> None:
        self.warm_up, self.breadth, self.mode = warm_up, breadth, mode
        self._before: dict[int, int] = {}
        self._seen = (-1, 0)

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """The coherent cells where they are enough, else the schedule's share."""
        n_share = helping(view, len(eligible))
        n_watched = self._n_watched(view, len(eligible), n_share)
        watched = best(scores.confidence, n_watched)
        coherent = watched & self._agrees(view, eligible, scores.token)
        self._remember(view, eligible[watched], scores.token[watched])
        if view.step <= self.warm_up or int(coherent.sum()) < n_share:
            return best(scores.confidence, n_share)
        if self.mode == "seek":
            return coherent
        return best(scores.confidence.masked_fill(~coherent, -1.0), n_share)

    def _n_watched(self, view: View, n_masked: int, n_share: int) -> int:
        most = n_share * (1 + self.breadth)
        if view.step <= self.warm_up:
            return most
        is_nearly_done = 10 * n_masked <= int(view.open.sum())
        return n_share if is_nearly_done else min(most, view.step - self.warm_up)

    def _agrees(self, view: View, eligible: Tensor, tokens: Tensor) -> Tensor:
        """Which cells were watched at the step before and proposed the same word."""
        is_next = self._seen == (view.start, view.step - 1)
        before = self._before if is_next else {}
        said = zip(eligible.tolist(), tokens.tolist(), strict=True)
        return torch.tensor(
            [before.get(cell) == token for cell, token in said], device=tokens.device
        )

    def _remember(self, view: View, cells: Tensor, tokens: Tensor) -> None:
        self._seen = (view.start, view.step)
        self._before = dict(zip(cells.tolist(), tokens.tolist(), strict=True))
