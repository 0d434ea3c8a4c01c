"""The select rules against their definitions."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from model.decode.deferred import DeferredCommitment
from model.decode.registry import SELECT, select_rule
from model.decode.select import Select
from model.decode.threshold import Threshold
from model.decode.top_k import TopK
from model.kernels.confidence import Scores
from model.types import DecodeParams
from tests.model.views import view_of

VALUES = st.lists(st.integers(0, 100), min_size=1, max_size=20)
MASKS = st.lists(st.booleans(), min_size=1, max_size=40).filter(any)


def scores_of(confidence: list[int], entropy: list[int] | None = None) -> Scores:
    values = torch.tensor(confidence) / 100
    return Scores(
        torch.zeros(len(values)), values, values - 0.5, torch.tensor(entropy or confidence)
    )


def taken_by(rule: Select, scores: Scores, steps_left: int = 1) -> list[int]:
    n_cells = len(scores.token)
    return indices(
        rule.reveal(view_of([True] * n_cells, steps_left), torch.arange(n_cells), scores)
    )


def indices(taken: Tensor) -> list[int]:
    return taken.nonzero().squeeze(1).tolist()


@given(VALUES, st.integers(0, 101))
def test_threshold_reveals_all_that_are_sure_and_never_none(values: list[int], bar: int) -> None:
    taken = taken_by(Threshold(bar / 100 - 0.001), scores_of(values))
    sure = [i for i, value in enumerate(values) if value >= bar]
    assert taken == (sure or [values.index(max(values))])


@given(st.integers(1, 40), st.integers(1, 12))
def test_top_k_spreads_the_cells_evenly_with_the_remainder_first(n: int, n_steps: int) -> None:
    left, helpings = n, []
    for step in range(n_steps):
        if left:
            helpings.append(len(taken_by(TopK(), scores_of([50] * left), n_steps - step)))
            left -= helpings[-1]
    whole, rest = divmod(n, n_steps)
    expected = [whole + (step < rest) for step in range(n_steps)]
    assert left == 0
    assert helpings == [k for k in expected if k]


def test_top_k_ranks_by_its_measure() -> None:
    scores = scores_of([90, 10, 50], entropy=[3, 2, 1])
    assert taken_by(TopK("confidence"), scores, 3) == [0]
    assert taken_by(TopK("margin"), scores, 3) == [0]
    assert taken_by(TopK("entropy"), scores, 3) == [2]


@given(MASKS, st.integers(1, 9), st.integers(1, 12))
def test_the_deferred_window_starts_at_the_first_mask_and_reaches_as_far_as_its_limits(
    masks: list[bool], max_masks: int, max_cells: int
) -> None:
    rule = DeferredCommitment(0.9, max_masks, max_cells)
    start = masks.index(True)
    stop = start
    while (
        stop < len(masks) and stop - start < max_cells and sum(masks[start : stop + 1]) <= max_masks
    ):
        stop += 1
    expected = [i for i in range(start, stop) if masks[i]]
    assert indices(rule.eligible(view_of(masks))) == expected


@given(MASKS, VALUES, st.sampled_from(sorted(SELECT)), st.integers(1, 5))
def test_every_rule_reveals_some_of_the_masked_cells(
    masks: list[bool], values: list[int], name: str, steps_left: int
) -> None:
    rule = select_rule(DecodeParams(select=name))
    view = view_of(masks, steps_left)
    eligible = rule.eligible(view)
    assert eligible.any()
    assert not (eligible & ~view.masked).any()
    cells = eligible.nonzero().squeeze(1)
    drawn = scores_of([values[cell % len(values)] for cell in cells.tolist()])
    assert rule.reveal(view, cells, drawn).sum() >= 1


@pytest.mark.parametrize("name", sorted(SELECT))
def test_ties_go_to_the_leftmost_cell(name: str) -> None:
    rule = select_rule(DecodeParams(select=name, threshold=0.9))
    assert taken_by(rule, scores_of([50] * 4), 4) == [0]
