"""Which cells of a canvas a view hides: the mask mix of training, drawn per sample.

View one hides everything (as the first denoise step sees it) or a uniform share of the slots. View two
hides whole records, all slots from one on (as a draft behind what has been read sees them), or exactly what
view one showed, so that each slot is supervised; for a repair sample it is the draft with the reopened cells
masked (as a revision sees it).
"""

from __future__ import annotations

import numpy as np

from model.train.config import MaskMix
from model.train.layout import View
from model.train.samples import Flags, Ids, SampleBatch, Weights

Rng = np.random.Generator


def mask_prompt(batch: SampleBatch, mask_id: int, share: float, rng: Rng) -> Ids:
    """The prompt with a share of its tokens masked, so that the mask is no stranger to the base."""
    hidden = rng.random(batch.prompt.shape) < share
    return np.where(hidden, mask_id, batch.prompt)


def all_masked(batch: SampleBatch, mask_id: int) -> View:
    """Every slot masked."""
    return _view(batch.canvas, batch.maskable, mask_id)


def training_views(batch: SampleBatch, mask_id: int, mix: MaskMix, rng: Rng) -> list[View]:
    """The two views of each sample."""
    whole = rng.random((batch.size, 1)) < mix.all_masked
    first = batch.maskable & (whole | _uniform(batch, mix, rng))
    rest = np.where(whole, _uniform(batch, mix, rng), ~first)
    drawn = rng.random((batch.size, 1))
    by_record, by_tail = drawn < mix.records, drawn >= 1 - mix.tails
    rest = np.where(by_tail, _tails(batch, rng), rest)
    second = batch.maskable & np.where(by_record, _records(batch, rng), rest)
    return [
        _view(batch.canvas, first, mask_id),
        repaired(batch, _view(batch.canvas, second, mask_id), mask_id),
    ]


def repaired(batch: SampleBatch, view: View, mask_id: int) -> View:
    """The view, except that repair samples show their draft with the reopened cells masked."""
    is_repair = batch.reopened.any(1, keepdims=True)
    repair = _view(batch.draft, batch.reopened, mask_id)
    return View(
        np.where(is_repair, repair.ids, view.ids),
        np.where(is_repair, repair.predicted, view.predicted),
    )


def self_draft(
    batch: SampleBatch, proposals: Ids, confidence: Weights, mask_id: int, rng: Rng
) -> View:
    """What the model's own first step leaves masked: cells below a drawn threshold, and wrong ones."""
    threshold = rng.uniform(0.5, 0.95, (batch.size, 1))
    drafted = np.where(batch.maskable, proposals, batch.canvas)
    doubtful = (confidence < threshold) | (drafted != batch.canvas)
    return _view(drafted, batch.maskable & doubtful, mask_id)


def block_lengths(
    progress: float, sizes: tuple[int, ...], mix: MaskMix, count: int, rng: Rng
) -> Ids:
    """The block length of each sample: growing at first, then mostly the whole canvas."""
    if progress < mix.growth:
        stage = int(progress / mix.growth * len(sizes))
        return np.full(count, sizes[stage], np.int64)
    smaller = rng.choice(np.array(sizes[:-1] or sizes, np.int64), count)
    return np.where(rng.random(count) < mix.whole_canvas, sizes[-1], smaller)


def _view(ids: Ids, hidden: Flags, mask_id: int) -> View:
    return View(np.where(hidden, mask_id, ids), hidden)


def _uniform(batch: SampleBatch, mix: MaskMix, rng: Rng) -> Flags:
    rate = rng.uniform(mix.least_rate, 1.0, (batch.size, 1))
    hidden: Flags = rng.random(batch.canvas.shape) < rate
    return hidden


def _tails(batch: SampleBatch, rng: Rng) -> Flags:
    """All slots from one of them on, each as likely as any other."""
    n_before = batch.maskable.cumsum(1) - batch.maskable
    first = (rng.random((batch.size, 1)) * batch.maskable.sum(1, keepdims=True)).astype(np.int64)
    hidden: Flags = n_before >= first
    return hidden


def _records(batch: SampleBatch, rng: Rng) -> Flags:
    n_records = int(batch.record.max()) + 1
    count = rng.integers(1, n_records + 1, (batch.size, 1))
    order = rng.random((batch.size, n_records)).argsort(1)
    hidden: Flags = np.take_along_axis(order < count, batch.record, 1)
    return hidden
