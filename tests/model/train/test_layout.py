"""Who sees whom in a training sequence, by changing a token and looking at what moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from model.backbone.decoder import Decoder, initialise
from model.train.corrupt import all_masked
from model.train.layout import View, next_token_targets, sequences, view_targets
from model.train.samples import SampleBatch
from model.train.trainee import decoder_config
from tests.model.train.grids import N_CELLS, SIZE, batch, tokens

CPU = torch.device("cpu")
TOKENS = tokens()
BATCH = batch(TOKENS)
N_PROMPT = BATCH.prompt.shape[1]
CLEAN = slice(N_PROMPT, N_PROMPT + N_CELLS)
FIRST = slice(CLEAN.stop, CLEAN.stop + N_CELLS)
SECOND = slice(FIRST.stop, FIRST.stop + N_CELLS)


def network() -> Decoder:
    decoder = Decoder(decoder_config(SIZE, TOKENS.vocab_size))
    initialise(decoder, 0)
    for name, weight in decoder.named_parameters():
        if weight.dim() > 1:
            weight.data *= 10 if "embed" in name else 5
    return decoder.double()


NETWORK = network()


@torch.no_grad()
def read(samples: SampleBatch, views: list[View], block: int) -> torch.Tensor:
    lengths = np.full(samples.size, block)
    laid_out = sequences(samples, views, lengths, CPU)
    hidden: torch.Tensor = NETWORK(laid_out.ids, laid_out.positions, laid_out.attn_mask)
    return hidden


def two_views() -> list[View]:
    full = all_masked(BATCH, TOKENS.mask_id)
    return [full, View(BATCH.canvas, np.zeros_like(full.predicted))]


def changed(ids: NDArray[np.int64], cell: int) -> NDArray[np.int64]:
    other = ids.copy()
    other[:, cell] = TOKENS.word_id("@9")
    return other


def test_later_clean_cell_leaves_earlier_ones_alone() -> None:
    before = read(BATCH, two_views(), N_CELLS)
    after = read(replace(BATCH, canvas=changed(BATCH.canvas, 5)), two_views(), N_CELLS)
    torch.testing.assert_close(before[:, : N_PROMPT + 5], after[:, : N_PROMPT + 5])
    assert not torch.allclose(before[:, CLEAN][:, 6:], after[:, CLEAN][:, 6:])


def test_view_is_seen_by_itself_only() -> None:
    first, second = two_views()
    before = read(BATCH, [first, second], N_CELLS)
    after = read(BATCH, [View(changed(first.ids, 4), first.predicted), second], N_CELLS)
    torch.testing.assert_close(before[:, : CLEAN.stop], after[:, : CLEAN.stop])
    torch.testing.assert_close(before[:, SECOND], after[:, SECOND])
    assert not torch.allclose(before[:, FIRST][:, 0], after[:, FIRST][:, 0])


@pytest.mark.parametrize("block", [1, 3, 4])
def test_later_block_leaves_earlier_blocks_alone(block: int) -> None:
    first, second = two_views()
    cell = 2 * block
    before = read(BATCH, [first, second], block)
    after = read(BATCH, [View(changed(first.ids, cell), first.predicted), second], block)
    torch.testing.assert_close(before[:, FIRST][:, :cell], after[:, FIRST][:, :cell])
    assert not torch.allclose(before[:, FIRST][:, cell], after[:, FIRST][:, cell])


def test_view_sees_clean_cells_of_earlier_blocks_and_of_no_others() -> None:
    before = read(BATCH, two_views(), 3)
    after = read(replace(BATCH, canvas=changed(BATCH.canvas, 4)), two_views(), 3)
    torch.testing.assert_close(before[:, FIRST][:, :6], after[:, FIRST][:, :6])
    assert not torch.allclose(before[:, FIRST][:, 6:], after[:, FIRST][:, 6:])


def test_padding_changes_nothing() -> None:
    wide = np.pad(BATCH.prompt, ((0, 0), (0, 3)), constant_values=7)
    before = read(BATCH, two_views(), N_CELLS)
    after = read(replace(BATCH, prompt=wide), two_views(), N_CELLS)
    torch.testing.assert_close(before[:, N_PROMPT:], after[:, N_PROMPT + 3 :])


def test_visible_view_in_blocks_of_one_agrees_with_the_clean_stream() -> None:
    """A view that hides nothing repeats the clean stream, so both must give the same hidden states."""
    hidden = read(BATCH, two_views(), 1)
    torch.testing.assert_close(hidden[:, CLEAN], hidden[:, SECOND])


def test_clean_stream_predicts_each_slot_from_the_token_before() -> None:
    targets = next_token_targets(BATCH, 0, 0.0)
    n_tokens = N_PROMPT + N_CELLS
    read_ids = np.concatenate([BATCH.prompt, BATCH.canvas], 1)
    row, column = targets.rows // n_tokens, targets.rows % n_tokens
    assert len(targets.rows) == BATCH.maskable.sum()
    torch.testing.assert_close(torch.from_numpy(read_ids)[row, column + 1], targets.ids)


def test_first_cell_is_predicted_from_the_last_prompt_token() -> None:
    everything = replace(
        BATCH, maskable=np.ones_like(BATCH.maskable), weight=np.ones_like(BATCH.weight)
    )
    rows = next_token_targets(everything, 0, 0.0).rows.reshape(BATCH.size, N_CELLS)
    n_tokens = N_PROMPT + N_CELLS
    assert (rows[:, 0] % n_tokens).tolist() == (BATCH.prompt_length - 1).tolist()


def test_masked_cell_predicts_itself() -> None:
    view = all_masked(BATCH, TOKENS.mask_id)
    targets = view_targets(BATCH, [view])
    n_tokens = N_PROMPT + 2 * N_CELLS
    cells = targets.rows % n_tokens - CLEAN.stop
    assert (view.ids[targets.rows // n_tokens, cells] == TOKENS.mask_id).all()
    assert BATCH.canvas[targets.rows // n_tokens, cells].tolist() == targets.ids.tolist()
