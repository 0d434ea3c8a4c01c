"""What views hide."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.train.config import MaskMix
from model.train.corrupt import all_masked, block_lengths, mask_prompt, self_draft, training_views
from tests.model.train.grids import N_CELLS, ROW, batch, tokens

TOKENS = tokens()
BATCH = batch(TOKENS)
MASK = TOKENS.mask_id
DRAFT, REPAIR = slice(0, 7), 7
seeds = st.integers(0, 2**32)


@given(seeds)
def test_only_slots_are_hidden_and_the_rest_is_shown_as_it_is(seed: int) -> None:
    for view in training_views(BATCH, MASK, MaskMix(), np.random.default_rng(seed)):
        assert not (view.predicted & ~BATCH.maskable).any()
        assert (view.ids == np.where(view.predicted, MASK, BATCH.canvas)).all()


@given(seeds)
def test_without_whole_masks_records_and_tails_the_views_complement_each_other(seed: int) -> None:
    mix = MaskMix(all_masked=0.0, records=0.0, tails=0.0)
    first, second = training_views(BATCH, MASK, mix, np.random.default_rng(seed))
    union = first.predicted ^ second.predicted
    assert (union[DRAFT] == BATCH.maskable[DRAFT]).all()


@given(seeds)
def test_records_are_hidden_whole(seed: int) -> None:
    mix = MaskMix(records=1.0)
    _, second = training_views(BATCH, MASK, mix, np.random.default_rng(seed))
    by_record = second.predicted[DRAFT].reshape(7, -1, ROW)[..., 1:]
    assert (by_record.all(-1) == by_record.any(-1)).all()
    assert by_record.any((1, 2)).all()


@given(seeds)
def test_behind_a_tails_first_slot_nothing_is_shown_and_before_it_everything(seed: int) -> None:
    mix = MaskMix(records=0.0, tails=1.0)
    _, second = training_views(BATCH, MASK, mix, np.random.default_rng(seed))
    for hidden, maskable in zip(second.predicted[DRAFT], BATCH.maskable[DRAFT], strict=True):
        of_slots = hidden[maskable]
        assert of_slots[-1]
        assert (np.diff(of_slots.astype(int)) >= 0).all()


@given(seeds)
def test_second_view_of_a_repair_hides_what_is_reopened(seed: int) -> None:
    _, second = training_views(BATCH, MASK, MaskMix(), np.random.default_rng(seed))
    assert (second.predicted[REPAIR] == BATCH.reopened[REPAIR]).all()


def test_first_view_is_all_masked_as_often_as_told() -> None:
    views = (
        training_views(BATCH, MASK, MaskMix(), np.random.default_rng(n))[0] for n in range(300)
    )
    share = np.mean([(view.predicted == BATCH.maskable).all(1) for view in views])
    assert 0.38 < share < 0.52


@given(seeds)
def test_self_draft_masks_every_wrong_cell_and_keeps_confident_right_ones(seed: int) -> None:
    rng = np.random.default_rng(seed)
    proposals = np.where(rng.random(BATCH.canvas.shape) < 0.5, BATCH.canvas, TOKENS.word_id("@1"))
    sure = np.ones(BATCH.canvas.shape, np.float32)
    view = self_draft(BATCH, proposals, sure, MASK, rng)
    assert (view.predicted == (BATCH.maskable & (proposals != BATCH.canvas))).all()


def test_unsure_self_draft_is_all_masked() -> None:
    unsure = np.zeros(BATCH.canvas.shape, np.float32)
    view = self_draft(BATCH, BATCH.canvas, unsure, MASK, np.random.default_rng(0))
    assert (view.ids == all_masked(BATCH, MASK).ids).all()


@pytest.mark.parametrize(("progress", "length"), [(0.0, 1), (0.1, 3), (0.24, N_CELLS)])
def test_blocks_grow_at_first(progress: float, length: int) -> None:
    found = block_lengths(progress, (1, 3, N_CELLS), MaskMix(), 9, np.random.default_rng(0))
    assert set(found) == {length}


def test_blocks_are_mostly_the_canvas_later() -> None:
    found = block_lengths(0.5, (1, 3, N_CELLS), MaskMix(), 2000, np.random.default_rng(0))
    assert set(found) == {1, 3, N_CELLS}
    assert 0.65 < (found == N_CELLS).mean() < 0.75


@given(seeds)
def test_prompt_keeps_its_tokens_or_shows_masks(seed: int) -> None:
    read = mask_prompt(BATCH, MASK, 0.5, np.random.default_rng(seed))
    assert ((read == BATCH.prompt) | (read == MASK)).all()
