from __future__ import annotations

from itertools import combinations, permutations
from math import comb

import numpy as np
import pytest
import torch
from torch.nn import functional

from model.backbone.decoder import Decoder, DecoderConfig, initialise
from model.errors import TrainingError
from model.train.layout import View
from model.train.nelbo import Hidden, bound, hidden_sets, left_to_right
from model.train.samples import SampleBatch, SampleFile
from tests.model.train.grids import N_CELLS, ROW, batch, sample, tokens

KNOWN = tokens()


def network() -> Decoder:
    decoder = Decoder(DecoderConfig(KNOWN.vocab_size, 32, 2, 2, 1, 16, 64))
    initialise(decoder, seed=0)
    for weight in decoder.parameters():
        weight.data *= 20 if weight.dim() > 1 else 1
    return decoder.double().eval()


def one() -> SampleBatch:
    return SampleFile.of([sample(KNOWN, "@3", "@1", "@7")]).batch(np.arange(1))


def slots_of(found: SampleBatch, block: slice) -> list[int]:
    return [cell for cell in range(N_CELLS)[block] if found.maskable[0, cell]]


def hiding(found: SampleBatch, cells: tuple[int, ...], factor: float) -> Hidden:
    hides = np.zeros(found.canvas.shape, np.bool_)
    hides[0, list(cells)] = True
    view = View(np.where(hides, KNOWN.mask_id, found.canvas), hides)
    return Hidden(view, np.where(hides, factor, 0.0).astype(np.float32))


def every_set(found: SampleBatch) -> list[Hidden]:
    """All sets of hidden cells of the first block, weighted as the bound is defined."""
    slots = slots_of(found, slice(0, ROW * 2))
    return [
        hiding(found, cells, 1 / k / comb(len(slots), k))
        for k in range(1, len(slots) + 1)
        for cells in combinations(slots, k)
    ]


def in_order(decoder: Decoder, found: SampleBatch, order: tuple[int, ...]) -> float:
    """The nats of the first block's slots when they are revealed one by one in this order."""
    nats = 0.0
    for at, cell in enumerate(order):
        told = hiding(found, order[at:], 0.0)
        only = np.zeros_like(told.factor)
        only[0, cell] = 1.0
        nats += float(bound(decoder, found, [Hidden(told.view, only)], ROW * 2)[0])
    return nats


def test_the_bound_is_the_mean_over_all_orders_of_revealing() -> None:
    decoder, found = network(), one()
    orders = list(permutations(slots_of(found, slice(0, ROW * 2))))
    mean = np.mean([in_order(decoder, found, order) for order in orders])
    assert bound(decoder, found, every_set(found), ROW * 2)[0] == pytest.approx(mean, rel=1e-6)


def test_drawn_sets_give_the_bound_in_the_mean() -> None:
    decoder, found = network(), one()
    rng = np.random.default_rng(0)
    first = np.arange(N_CELLS) < ROW * 2
    drawn = []
    for _ in range(150):
        sets = hidden_sets(found, KNOWN.mask_id, ROW * 2, 3, rng)
        only = [Hidden(s.view, s.factor * first) for s in sets]
        drawn.append(bound(decoder, found, only, ROW * 2)[0])
    exact = bound(decoder, found, every_set(found), ROW * 2)[0]
    error = np.std(drawn) / len(drawn) ** 0.5
    assert abs(np.mean(drawn) - exact) < 4 * error


@pytest.mark.parametrize(("block", "n_views"), [(1, 2), (3, 4), (6, 3), (12, 8), (12, 1)])
def test_every_slot_counts_once_in_the_mean(block: int, n_views: int) -> None:
    found = batch(KNOWN)
    sets = hidden_sets(found, KNOWN.mask_id, block, n_views, np.random.default_rng(1))
    total = sum(part.factor for part in sets)
    np.testing.assert_allclose(total.sum(1), found.maskable.sum(1), rtol=1e-5)
    for part in sets:
        assert not (part.view.predicted & ~found.maskable).any()
        assert ((part.factor > 0) == part.view.predicted).all()
        np.testing.assert_array_equal(part.view.ids == KNOWN.mask_id, part.view.predicted)


def test_blocks_of_one_cell_leave_nothing_to_chance() -> None:
    decoder, found = network(), batch(KNOWN)
    drawn = [
        bound(decoder, found, hidden_sets(found, KNOWN.mask_id, 1, n, np.random.default_rng(n)), 1)
        for n in (1, 3)
    ]
    np.testing.assert_allclose(drawn[0], drawn[1], rtol=1e-6)


def test_left_to_right_is_the_sum_over_the_slots() -> None:
    decoder, found = network(), one()
    length = int(found.prompt_length[0])
    ids = torch.from_numpy(np.concatenate([found.prompt[0, :length], found.canvas[0]]))
    hidden = decoder(ids[None], torch.arange(len(ids))[None], None)
    nats = functional.cross_entropy(decoder.logits(hidden)[0, :-1], ids[1:], reduction="none")
    counted = torch.from_numpy(found.maskable[0])
    expected = float(nats[length - 1 :][counted].detach().sum())
    assert left_to_right(decoder, found)[0] == pytest.approx(expected, rel=1e-6)


def test_blocks_that_do_not_divide_the_canvas_are_refused() -> None:
    with pytest.raises(TrainingError, match="blocks of 5 do not divide a canvas of 12 cells"):
        hidden_sets(batch(KNOWN), KNOWN.mask_id, 5, 2, np.random.default_rng(0))
