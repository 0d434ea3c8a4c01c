"""Proposals by their confidences, for the tests of rules."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from model.decode.select import Select
from model.kernels.confidence import Scores
from model.view import View
from tests.model.views import view_of


def scores_of(
    confidence: Sequence[float],
    *,
    entropy: Sequence[float] | None = None,
    margin: Sequence[float] | None = None,
    token: Sequence[int] | None = None,
    logits: Tensor | None = None,
) -> Scores:
    """Scores whose margin and entropy follow from the confidence where they are not given."""
    sure = torch.tensor(confidence, dtype=torch.float)
    return Scores(
        torch.zeros(len(sure), dtype=torch.long) if token is None else torch.tensor(token),
        sure,
        2 * sure - 1 if margin is None else torch.tensor(margin, dtype=torch.float),
        1 - sure if entropy is None else torch.tensor(entropy, dtype=torch.float),
        logits=torch.zeros(len(sure), 4) if logits is None else logits,
    )


def revealed(rule: Select, view: View, scores: Scores) -> list[int]:
    """The cells that a rule reveals when `scores` speaks of its eligible ones, in order."""
    cells = rule.eligible(view).nonzero().squeeze(1)
    taken = rule.reveal(view, cells, scores)
    return [int(cell) for cell in cells[taken]]


def revealed_among(rule: Select, view: View, confidence: Sequence[float]) -> list[int]:
    """The same with a confidence for each cell of the block."""
    cells = rule.eligible(view).nonzero().squeeze(1).tolist()
    return revealed(rule, view, scores_of([confidence[cell] for cell in cells]))


def revealed_of(rule: Select, confidence: Sequence[float], steps_left: int = 1) -> list[int]:
    """The same for a block that is all masks."""
    return revealed(rule, view_of([True] * len(confidence), steps_left), scores_of(confidence))
