"""The rules of the families' own decoders, by hand."""

from __future__ import annotations

import pytest

from model.decode.published import AtLeast, Decay, InOrder
from model.decode.registry import select_rule
from model.decode.sub_block import SubBlocks
from model.decode.threshold import Threshold
from tests.model.scored import revealed, revealed_among, revealed_of, scores_of
from tests.model.views import view_of

SURE = (0.2, 0.95, 0.9, 0.1, 0.92, 0.3)


def test_all_cells_above_the_threshold_come_if_they_are_enough() -> None:
    assert revealed_of(AtLeast(0.9, count=1), SURE) == [1, 4]
    assert revealed_of(AtLeast(0.9, count=2), SURE) == [1, 4]


def test_else_the_surest_ones_come() -> None:
    assert revealed_of(AtLeast(0.9, count=3), SURE) == [1, 2, 4]
    assert revealed_of(AtLeast(1.0, count=1), (0.5, 1.0, 1.0)) == [1]
    assert revealed_of(AtLeast(0.9, count=5), (0.1, 0.2)) == [0, 1]


def test_without_a_count_the_least_is_the_share_of_the_step() -> None:
    for step, n_cells in ((1, 2), (2, 2), (3, 1), (4, 1)):
        view = view_of([True] * 6, steps_left=4 - step + 1, step=step)
        assert len(revealed(AtLeast(1.0), view, scores_of(SURE))) == n_cells


def test_the_surest_may_be_those_of_least_entropy() -> None:
    scores = scores_of((0.5, 0.4, 0.3), entropy=(0.9, 0.2, 0.8))
    assert revealed(AtLeast(1.0, count=1, by="entropy"), view_of([True] * 3), scores) == [1]


def test_in_order_takes_the_share_from_the_left() -> None:
    view = view_of([False, True, False, True, True, True], steps_left=3)
    assert revealed_among(InOrder(), view, SURE) == [1, 3]


@pytest.mark.parametrize(
    ("step", "n_steps", "n_cells"), [(1, 4, 1), (2, 4, 1), (3, 4, 2), (4, 4, 6), (1, 32, 0)]
)
def test_a_decay_reveals_its_share_of_what_is_left_cut_off(
    step: int, n_steps: int, n_cells: int
) -> None:
    view = view_of([True] * 6, steps_left=n_steps - step + 1, step=step)
    found = revealed(Decay("confidence"), view, scores_of(SURE))
    assert found == sorted(sorted(range(6), key=lambda cell: -SURE[cell])[:n_cells])


def test_only_the_leftmost_sub_block_with_a_mask_is_looked_at() -> None:
    rule = SubBlocks(Threshold(0.5), cells=2)
    assert revealed_among(rule, view_of([False, False, False, True, True, True]), SURE) == [3]
    assert revealed_among(rule, view_of([True] * 6), (0.1, 0.2, 0.9, 0.9, 0.9, 0.9)) == [1]


def test_a_rule_that_looks_elsewhere_gets_the_sub_block_instead() -> None:
    rule = select_rule("favour+sub-blocks:cells=2")
    view = view_of([True] * 6, region=[0, 0, 1, 1, 2, 2])
    assert set(rule.eligible(view).nonzero().flatten().tolist()) <= {0, 1}
    assert rule.eligible(view).any()
