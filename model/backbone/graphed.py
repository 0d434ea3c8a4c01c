"""The inference form of a decoder on a device that records: short forwards are replayed."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from model.backbone.decoder import Decoder, LayerCache
from model.backbone.lean import LeanDecoder, picked
from model.cache import IndexedWindow, PagedCache, PagedWindow, Window
from model.kernels.replay import Recorder, Replayed

MAX_ROWS = 128  # longer reads keep a device busy without being recorded
Pool = tuple[PagedCache, int]
STEP = 256  # attended tokens are rounded up to it, so that few shapes are recorded


class GraphedDecoder(LeanDecoder):
    """What `LeanDecoder` computes; the hidden states of a replayed forward last until the next one.

    Experts choose their tokens with the host's help, so networks with experts are never recorded.
    """

    def __init__(self, decoder: Decoder, record: Recorder | None = None) -> None:
        super().__init__(decoder)
        self._replayed = Replayed(self._step, record)

    def forward(
        self,
        ids: Tensor,
        positions: Tensor,
        attn_mask: Tensor | None,
        cache: LayerCache | None = None,
        rows: Tensor | None = None,
    ) -> Tensor:
        """Hidden states (batch, tokens, d_model), after the final norm; see `LeanDecoder.forward`."""
        window = None
        if ids.shape[1] <= MAX_ROWS and self.config.moe is None:
            window = cache.indexed(ids.device) if isinstance(cache, Window | PagedWindow) else None
        if window is None:
            return super().forward(ids, positions, attn_mask, cache, rows)
        pool = (window.cache, window.cache.n_pages)  # once it grows it lies elsewhere
        hidden = self._replayed(pool, ids, positions, *_rounded(ids, attn_mask, window))
        return picked(hidden, rows)

    def _step(self, pool: Pool, ids: Tensor, positions: Tensor, *rest: Tensor) -> Tensor:
        attn_mask, read, write = rest
        return super().forward(ids, positions, attn_mask, IndexedWindow(pool[0], read, write))


def _rounded(
    ids: Tensor, attn_mask: Tensor | None, window: IndexedWindow
) -> tuple[Tensor, Tensor, Tensor]:
    """The mask, and the rows to read and to write, with attended tokens nobody sees up to a round number."""
    n_batch, n_attended = window.read.shape
    if attn_mask is None:
        attn_mask = ids.new_ones(n_batch, 1, ids.shape[1], n_attended, dtype=torch.bool)
    n_more = -n_attended % STEP
    mask = functional.pad(attn_mask, (0, n_more))
    return mask, functional.pad(window.read, (0, n_more), mode="constant"), window.write
