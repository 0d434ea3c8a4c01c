"""KLASS against its definition."""

from __future__ import annotations

import math

import pytest
import torch

from model.decode.stable import Stable, divergence
from tests.model.scored import revealed, scores_of
from tests.model.views import view_of


def test_the_divergence_is_kullbacks() -> None:
    now, before = torch.tensor([[0.5, 0.5, 0.0]]), torch.tensor([[0.25, 0.5, 0.25]])
    assert divergence(now.log(), before.log()).item() == pytest.approx(0.5 * math.log(2))
    assert divergence(before.log(), now.log()).item() == math.inf
    assert divergence(now.log(), now.log()).item() == 0


def test_cells_at_rest_and_sure_are_revealed_together() -> None:
    rule = Stable(threshold=0.9, divergence=0.01, steps=2)
    still, moving = [5.0, 0.0, 0.0], [[5.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 5.0]]
    masks, taken = [True] * 6, []
    for step in (1, 2, 3):
        cells = [n for n in range(6) if masks[n]]
        # The last cell's distribution moves, the one before it is not sure.
        rows = [moving[step - 1] if n == 5 else still for n in cells]
        sure = [0.5 if n == 4 else 0.95 for n in cells]
        view = view_of(masks, steps_left=7 - step, step=step)
        taken.append(revealed(rule, view, scores_of(sure, logits=torch.tensor(rows))))
        masks = [masks[n] and n not in taken[-1] for n in range(6)]
    assert taken == [[0], [1], [2, 3]]


def test_a_pause_begins_the_count_anew() -> None:
    rule = Stable(steps=1)
    scores = scores_of([0.95, 0.96], logits=torch.zeros(2, 3))
    assert revealed(rule, view_of([True] * 2, 3, step=1), scores) == [1]
    assert revealed(rule, view_of([True] * 2, 2, step=3), scores) == [1]
    assert revealed(rule, view_of([True] * 2, 1, step=4), scores) == [0, 1]
