"""How many nats a network needs for the slots of held-out canvases: exactly, or by a bound from above.

Left to right the likelihood is exact. For masked diffusion in blocks it is bounded by the NELBO of MDLM
(arXiv 2406.07524) within each block, given the clean blocks before it (BD3-LM, arXiv 2503.09573). With the
linear schedule, time can be integrated out: a block of n cells costs, over k from 1 to n, the mean over all
sets of k hidden cells of the sum of their -log p, divided by k. Sets are drawn, k is spread evenly over the
views, and both leave the estimate without bias. At block length 1 the bound is exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from model.backbone.decoder import Decoder
from model.errors import TrainingError
from model.train.corrupt import Rng
from model.train.layout import Targets, View, next_token_targets, sequences, view_targets
from model.train.samples import SampleBatch, Weights

Nats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hidden:
    """A view of the canvases and how much the -log p of each of its hidden cells counts (batch, cells)."""

    view: View
    factor: Weights


def hidden_sets(
    batch: SampleBatch, mask_id: int, block_length: int, n_views: int, rng: Rng
) -> list[Hidden]:
    """Views in which each block hides a drawn set of its slots; the factors sum up to the bound's mean."""
    n_cells = batch.canvas.shape[1]
    if n_cells % block_length:
        raise TrainingError(
            f"blocks of {block_length} do not divide a canvas of {n_cells} cells; take a divisor"
        )
    maskable = batch.maskable.reshape(batch.size, -1, block_length)
    n_slots = maskable.sum(2, keepdims=True)
    offset = rng.random(n_slots.shape)
    found = []
    for view in range(n_views):
        n_hidden = np.floor(n_slots * (view + offset) / n_views) + 1
        order = np.where(maskable, rng.random(maskable.shape), 2.0).argsort(2).argsort(2)
        is_hidden = maskable & (order < n_hidden)
        factor = np.where(is_hidden, n_slots / n_hidden / n_views, 0.0).astype(np.float32)
        hides = is_hidden.reshape(batch.canvas.shape)
        shown = View(np.where(hides, mask_id, batch.canvas), hides)
        found.append(Hidden(shown, factor.reshape(batch.canvas.shape)))
    return found


@torch.inference_mode()
def bound(decoder: Decoder, batch: SampleBatch, hidden: list[Hidden], block_length: int) -> Nats:
    """The nats (batch,) that diffusion in blocks needs at most, in the mean over the hidden sets."""
    views = [part.view for part in hidden]
    states = _read(decoder, batch, views, block_length)
    targets = view_targets(_all_alike(batch), views)
    predicted = np.concatenate([view.predicted for view in views], 1)
    factor = np.concatenate([part.factor for part in hidden], 1)[predicted]
    return _by_sample(decoder, states, targets, torch.from_numpy(factor))


@torch.inference_mode()
def left_to_right(decoder: Decoder, batch: SampleBatch) -> Nats:
    """The nats (batch,) of the slots when each is predicted from the token before it."""
    states = _read(decoder, batch, [], batch.canvas.shape[1])
    targets = next_token_targets(_all_alike(batch), 0, 0.0)
    return _by_sample(decoder, states, targets, torch.ones(len(targets.ids)))


def _all_alike(batch: SampleBatch) -> SampleBatch:
    """The batch without the weights of training: fillers count as much as words."""
    return replace(batch, weight=np.ones_like(batch.weight))


def _read(decoder: Decoder, batch: SampleBatch, views: list[View], block_length: int) -> Tensor:
    blocks = np.full(batch.size, block_length, np.int64)
    laid_out = sequences(batch, views, blocks, next(decoder.parameters()).device)
    states: Tensor = decoder(laid_out.ids, laid_out.positions, laid_out.attn_mask)
    return states


def _by_sample(decoder: Decoder, states: Tensor, targets: Targets, factor: Tensor) -> Nats:
    rows, ids = targets.rows.to(states.device), targets.ids.to(states.device)
    logits = decoder.logits(states.flatten(0, 1)[rows]).float()
    nats = functional.cross_entropy(logits, ids, reduction="none").cpu().double()
    total = torch.zeros(len(states), dtype=torch.double)
    total.index_add_(0, targets.rows // states.shape[1], nats * factor)
    return total.numpy()
