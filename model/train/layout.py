"""One training sequence per sample: [prompt][clean canvas][view 1][view 2]…

The clean stream (prompt and canvas) is strictly causal, so next-token loss on it is that of an ordinary
autoregressive model, and its keys and values are what inference caches. A view repeats the canvas with
masks, at the same positions; a cell of a view sees the prompt, the clean cells of earlier blocks, and its
own block of its own view. Nothing sees a view from outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.train.samples import Flags, Ids, SampleBatch, Weights


@dataclass(frozen=True, slots=True)
class View:
    """A corrupted canvas per sample: the ids that are visible, and the cells that are predicted."""

    ids: Ids
    predicted: Flags


@dataclass(frozen=True, slots=True)
class Targets:
    """Which rows of the flattened hidden states predict which ids, and how much each counts."""

    rows: Tensor
    ids: Tensor
    weight: Tensor


@dataclass(frozen=True, slots=True)
class Sequences:
    """What one forward of the decoder reads."""

    ids: Tensor  # (batch, tokens)
    positions: Tensor  # (batch, tokens)
    attn_mask: Tensor  # (batch, 1, tokens, tokens)


def sequences(
    batch: SampleBatch, views: Sequence[View], block: Ids, device: torch.device
) -> Sequences:
    """Lay a batch out; `block` is the block length of each sample."""
    ids = np.concatenate([batch.prompt, batch.canvas, *(view.ids for view in views)], 1)
    cells = batch.prompt_length[:, None] + np.arange(batch.canvas.shape[1])
    before = np.broadcast_to(np.arange(batch.prompt.shape[1]), batch.prompt.shape)
    positions = np.concatenate([before, *[cells] * (1 + len(views))], 1)
    return Sequences(
        torch.from_numpy(ids).to(device),
        torch.from_numpy(positions).to(device),
        attention_mask(batch, len(views), block, device),
    )


def attention_mask(batch: SampleBatch, n_views: int, block: Ids, device: torch.device) -> Tensor:
    """Who may attend to whom (batch, 1, tokens, tokens)."""
    n_prompt, n_cells = batch.prompt.shape[1], batch.canvas.shape[1]
    n_clean = n_prompt + n_cells
    n_tokens = n_clean + n_views * n_cells
    allowed = torch.zeros(batch.size, n_tokens, n_tokens, dtype=torch.bool, device=device)
    allowed[:, :n_clean, :n_clean] = torch.ones(
        n_clean, n_clean, dtype=torch.bool, device=device
    ).tril()
    allowed[:, n_clean:, :n_prompt] = True
    cells = torch.arange(n_cells, device=device)
    block_of = cells // torch.from_numpy(block).to(device)[:, None]  # (batch, cells)
    earlier = block_of[:, None, :] < block_of[:, :, None]
    same = block_of[:, None, :] == block_of[:, :, None]
    for start in range(n_clean, n_tokens, n_cells):
        view = slice(start, start + n_cells)
        allowed[:, view, n_prompt:n_clean] = earlier
        allowed[:, view, view] = same
    lengths = torch.from_numpy(batch.prompt_length).to(device)[:, None]
    is_text = torch.arange(n_prompt, device=device) < lengths
    allowed[:, :, :n_prompt] &= is_text[:, None]
    return allowed[:, None]


def next_token_targets(batch: SampleBatch, n_views: int, prompt_weight: float) -> Targets:
    """The clean stream predicts each slot from the token before it, and the prompt at a small weight."""
    n_prompt, n_cells = batch.prompt.shape[1], batch.canvas.shape[1]
    columns = np.broadcast_to(n_prompt - 1 + np.arange(n_cells), batch.canvas.shape).copy()
    columns[:, 0] = batch.prompt_length - 1
    weight = batch.weight * batch.maskable
    ids = batch.canvas
    if prompt_weight:
        is_text = np.arange(1, n_prompt) < batch.prompt_length[:, None]
        columns = np.concatenate(
            [np.broadcast_to(np.arange(n_prompt - 1), is_text.shape), columns], 1
        )
        weight = np.concatenate([is_text * np.float32(prompt_weight), weight], 1)
        ids = np.concatenate([batch.prompt[:, 1:], ids], 1)
    return _targets(columns, ids, weight, n_prompt + (1 + n_views) * n_cells)


def view_targets(batch: SampleBatch, views: Sequence[View]) -> Targets:
    """A masked cell of a view predicts itself."""
    n_prompt, n_cells = batch.prompt.shape[1], batch.canvas.shape[1]
    n_clean = n_prompt + n_cells
    columns = np.arange(n_clean, n_clean + len(views) * n_cells)
    weight = np.concatenate([batch.weight * view.predicted for view in views], 1)
    ids = np.tile(batch.canvas, (1, len(views)))
    return _targets(
        np.broadcast_to(columns, ids.shape), ids, weight, n_clean + len(views) * n_cells
    )


def _targets(columns: Ids, ids: Ids, weight: Weights, n_tokens: int) -> Targets:
    counted: NDArray[np.bool_] = weight > 0
    rows = columns + n_tokens * np.arange(len(columns))[:, None]
    return Targets(*(torch.from_numpy(part[counted]) for part in (rows, ids, weight)))
