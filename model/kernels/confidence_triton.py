"""Triton kernels of `confidence.score` and `confidence.take_confident`.

Each reads its logits once, in tiles, and keeps running sums, so no probability is ever written.
"""

# mypy: disable-error-code="no-untyped-def, untyped-decorator"

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

from model.kernels.scores import Masks, Scores

MAX_TILE = 4096


@triton.jit
def score_kernel(  # noqa: PLR0915
    p_logits,
    p_allowed,
    p_choice,
    p_noise,
    p_token,
    p_confidence,
    p_margin,
    p_entropy,
    stride,
    n_words,
    temperature,
    HAS_ALLOWED: tl.constexpr,
    HAS_CHOICE: tl.constexpr,
    HAS_NOISE: tl.constexpr,
    TILE: tl.constexpr,
) -> None:
    """One row a program: online softmax sums, the two best words, and the best pick."""
    row = tl.program_id(0).to(tl.int64)
    none = float("-inf")
    best, second, best_word = none, none, -1
    total, weighted = 0.0, 0.0
    picked, picked_logit, picked_word = none, none, 0
    for first in range(0, n_words, TILE):
        o_word = first + tl.arange(0, TILE)
        valid = o_word < n_words
        o_mask = row * n_words + o_word
        logit = tl.load(p_logits + row * stride + o_word, mask=valid, other=none).to(tl.float32)
        if HAS_ALLOWED:
            allowed = tl.load(p_allowed + o_mask, mask=valid, other=0) != 0
            logit = tl.where(allowed, logit, none)

        tile_word = tl.argmax(logit, 0)
        tile_best = tl.max(logit, 0)
        is_best = tl.arange(0, TILE) == tile_word
        tile_second = tl.max(tl.where(is_best, none, logit), 0)
        new_best = tl.maximum(best, tile_best)
        # Before the first allowed word all is -inf, and -inf - -inf would poison the sums.
        origin = tl.where(new_best == none, 0.0, new_best)
        shrink = tl.where(best == none, 0.0, tl.exp(best - origin))
        weight = tl.exp(logit - origin)
        total = total * shrink + tl.sum(weight, 0)
        weighted = weighted * shrink + tl.sum(tl.where(logit == none, 0.0, logit) * weight, 0)
        second = tl.maximum(tl.minimum(best, tile_best), tl.maximum(second, tile_second))
        best_word = tl.where(tile_best > best, first + tile_word, best_word)
        best = new_best

        ranked = logit
        if HAS_NOISE:
            ranked += temperature * tl.load(p_noise + o_mask, mask=valid, other=0.0)
        if HAS_CHOICE:
            choice = tl.load(p_choice + o_mask, mask=valid, other=0) != 0
            ranked = tl.where(choice, ranked, none)
        tile_pick = tl.argmax(ranked, 0)
        tile_ranked = tl.max(ranked, 0)
        is_pick = tl.arange(0, TILE) == tile_pick
        is_better = tile_ranked > picked
        picked_word = tl.where(is_better, first + tile_pick, picked_word)
        picked_logit = tl.where(is_better, tl.max(tl.where(is_pick, logit, none), 0), picked_logit)
        picked = tl.maximum(picked, tile_ranked)

    log_total = best + tl.log(total)
    rival = tl.where(picked_word == best_word, second, best)
    confidence = tl.exp(picked_logit - log_total)
    tl.store(p_token + row, picked_word)
    tl.store(p_confidence + row, confidence)
    tl.store(p_margin + row, confidence - tl.exp(rival - log_total))
    tl.store(p_entropy + row, log_total - weighted / total)


@triton.jit
def take_kernel(p_confidence, p_eligible, p_take, threshold, n_cells, TILE: tl.constexpr) -> None:
    """One canvas a program: the cells at or above the threshold, else the best."""
    row = tl.program_id(0).to(tl.int64)
    o_cell = tl.arange(0, TILE)
    valid = o_cell < n_cells
    o_value = row * n_cells + o_cell
    none = float("-inf")
    eligible = tl.load(p_eligible + o_value, mask=valid, other=0) != 0
    confidence = tl.load(p_confidence + o_value, mask=valid, other=none)
    confidence = tl.where(eligible, confidence, none)
    passing = eligible & (confidence >= threshold)
    best = tl.argmax(confidence, 0)
    is_stuck = tl.sum(passing.to(tl.int32), 0) == 0
    take = passing | (is_stuck & eligible & (o_cell == best))
    tl.store(p_take + o_value, take.to(tl.int8), mask=valid)


def score(logits: Tensor, masks: Masks, noise: Tensor | None, temperature: float) -> Scores:
    """`confidence.score` on the device of `logits`, whose words must be contiguous."""
    if logits.dim() != 2 or logits.stride(1) != 1:
        raise ValueError(f"logits of shape {tuple(logits.shape)} are not rows of contiguous words")
    n_rows, n_words = logits.shape
    allowed, choice, noise = (
        None if given is None else given.expand(n_rows, n_words).contiguous()
        for given in (masks.allowed, masks.choice, noise)
    )
    token = torch.empty(n_rows, dtype=torch.int64, device=logits.device)
    confidence, margin, entropy = torch.empty(3, n_rows, device=logits.device).unbind(0)
    if n_rows:
        score_kernel[(n_rows,)](
            logits,
            _bytes(allowed, logits),
            _bytes(choice, logits),
            logits if noise is None else noise,
            token,
            confidence,
            margin,
            entropy,
            logits.stride(0),
            n_words,
            temperature,
            allowed is not None,
            choice is not None,
            noise is not None,
            _tile(n_words),
        )
    return Scores(token, confidence, margin, entropy)


def take_confident(confidence: Tensor, eligible: Tensor, threshold: float) -> Tensor:
    """`confidence.take_confident` on the device of `confidence`."""
    n_canvases, n_cells = confidence.shape
    take = torch.empty(n_canvases, n_cells, dtype=torch.bool, device=confidence.device)
    if take.numel():
        take_kernel[(n_canvases,)](
            confidence.contiguous(),
            eligible.contiguous().view(torch.uint8),
            take.view(torch.int8),
            threshold,
            n_cells,
            max(2, triton.next_power_of_2(n_cells)),
        )
    return take


def _bytes(mask: Tensor | None, stand_in: Tensor) -> Tensor:
    return stand_in if mask is None else mask.view(torch.uint8)


def _tile(n_words: int) -> int:
    return int(min(MAX_TILE, max(2, triton.next_power_of_2(n_words))))
