"""What is minimised: next-token loss on the clean stream, mask loss on the views.

The heads score only rows that count. Losses are weighted means over all counted cells of the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from model.backbone.decoder import Decoder
from model.backbone.precision import fast_dtype
from model.train.config import MaskMix
from model.train.corrupt import (
    Rng,
    all_masked,
    block_lengths,
    mask_prompt,
    repaired,
    self_draft,
    training_views,
)
from model.train.layout import Targets, View, next_token_targets, sequences, view_targets
from model.train.samples import Ids, SampleBatch
from model.train.schedule import Phase

N_VIEWS = 2


@dataclass(frozen=True, slots=True)
class Losses:
    """The loss of a step and its parts; `n_tokens` were read."""

    total: Tensor
    ar: float
    diffusion: float | None
    n_tokens: int


@dataclass(frozen=True, slots=True)
class Objective:
    """Computes the loss of each phase."""

    mix: MaskMix
    mask_id: int
    canvas_length: int
    device: torch.device

    def losses(
        self, decoder: Decoder, batch: SampleBatch, phase: Phase, progress: float, rng: Rng
    ) -> Losses:
        """The loss of a step; `progress` runs from 0 to 1 over the phase."""
        if phase is Phase.DIFFUSION:
            return self._with_views(decoder, batch, progress, rng)
        weight = 0.0
        if phase is Phase.BASE:
            weight = self.mix.prompt_weight
            read = replace(
                batch, prompt=mask_prompt(batch, self.mask_id, self.mix.masked_prompt, rng)
            )
        else:
            read = batch
        hidden = self.read(decoder, read, [], self._whole(batch))
        loss = weighted_loss(decoder, hidden, next_token_targets(batch, 0, weight))
        return Losses(loss, float(loss.detach()), None, hidden[..., 0].numel())

    def _with_views(
        self, decoder: Decoder, batch: SampleBatch, progress: float, rng: Rng
    ) -> Losses:
        views = training_views(batch, self.mask_id, self.mix, rng)
        block = block_lengths(progress, self.block_sizes(), self.mix, batch.size, rng)
        if progress > 1 - self.mix.few_step and rng.random() < self.mix.self_drafts:
            views[1] = self._self_draft(decoder, batch, rng)
            block = self._whole(batch)
        hidden = self.read(decoder, batch, views, block)
        ar = weighted_loss(decoder, hidden, next_token_targets(batch, len(views), 0.0))
        diffusion = weighted_loss(decoder, hidden, view_targets(batch, views))
        first, last = self.mix.ar_weight
        total = diffusion + (first + (last - first) * progress) * ar
        return Losses(total, float(ar.detach()), float(diffusion.detach()), hidden[..., 0].numel())

    def block_sizes(self) -> tuple[int, ...]:
        """The block lengths that fit, the canvas last."""
        return (*(n for n in self.mix.blocks if n < self.canvas_length), self.canvas_length)

    def read(
        self, decoder: Decoder, batch: SampleBatch, views: Sequence[View], block: Ids
    ) -> Tensor:
        """One forward over the batch's sequences."""
        laid_out = sequences(batch, views, block, self.device)
        with mixed_precision(self.device):
            hidden: Tensor = decoder(laid_out.ids, laid_out.positions, laid_out.attn_mask)
        return hidden

    @torch.no_grad()
    def _self_draft(self, decoder: Decoder, batch: SampleBatch, rng: Rng) -> View:
        view = all_masked(batch, self.mask_id)
        hidden = self.read(decoder, batch, [view], self._whole(batch))[:, -self.canvas_length :]
        confidence, proposals = score(decoder, hidden).softmax(-1).max(-1)
        drafted = self_draft(
            batch, proposals.cpu().numpy(), confidence.cpu().numpy(), self.mask_id, rng
        )
        return repaired(batch, drafted, self.mask_id)

    def _whole(self, batch: SampleBatch) -> Ids:
        return np.full(batch.size, self.canvas_length, np.int64)


def mixed_precision(device: torch.device) -> torch.autocast:
    """Autocast to bfloat16 where the hardware multiplies it."""
    has_bfloat16 = fast_dtype(device) is torch.bfloat16
    return torch.autocast(device.type, torch.bfloat16, enabled=has_bfloat16)


def score(decoder: Decoder, hidden: Tensor) -> Tensor:
    """Vocabulary scores in full precision."""
    with mixed_precision(hidden.device):
        return decoder.logits(hidden).float()


def weighted_loss(decoder: Decoder, hidden: Tensor, targets: Targets) -> Tensor:
    """The weighted mean cross entropy of the counted rows; zero when none counts."""
    rows, ids, weight = (
        part.to(hidden.device) for part in (targets.rows, targets.ids, targets.weight)
    )
    logits = score(decoder, hidden.flatten(0, 1)[rows])
    losses = functional.cross_entropy(logits, ids, reduction="none")
    return (losses * weight).sum() / weight.sum().clamp(min=1e-6)
