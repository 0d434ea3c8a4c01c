"""Proposals and confidences from logits, and the threshold rule: on CUDA in Triton, elsewhere in plain torch.

Guarantees: a token is proposed only where it is allowed; both implementations agree up to rounding, ties
going to the lowest word. Does not guarantee anything for a row without an allowed word.
"""

from __future__ import annotations

from importlib.util import find_spec
from types import ModuleType

import torch
from torch import Tensor

from model.kernels.scores import Masks, Scores

__all__ = [
    "Masks",
    "Scores",
    "score",
    "score_reference",
    "take_confident",
    "take_confident_reference",
]

HAS_TRITON = find_spec("triton") is not None


def score(
    logits: Tensor, masks: Masks, noise: Tensor | None = None, temperature: float = 0.0
) -> Scores:
    """Propose a token per row of `logits` (rows, words) and say how sure it is.

    With `noise` of Gumbel's distribution the token is a sample at `temperature`; its confidence stays
    the untempered probability.
    """
    if logits.is_cuda and HAS_TRITON:
        scores: Scores = _kernels().score(logits, masks, noise, temperature)
        return scores
    return score_reference(logits, masks, noise, temperature)


def take_confident(confidence: Tensor, eligible: Tensor, threshold: float) -> Tensor:
    """The eligible cells at or above the threshold, else the best one: bool (canvases, cells)."""
    if confidence.is_cuda and HAS_TRITON:
        take: Tensor = _kernels().take_confident(confidence, eligible, threshold)
        return take
    return take_confident_reference(confidence, eligible, threshold)


def score_reference(
    logits: Tensor, masks: Masks, noise: Tensor | None = None, temperature: float = 0.0
) -> Scores:
    """`score` in plain torch; what the kernel is tested against."""
    logits = logits.float()
    if masks.allowed is not None:
        logits = logits.masked_fill(~masks.allowed, -torch.inf)
    ranked = logits if noise is None else logits + temperature * noise
    if masks.choice is not None:
        ranked = ranked.masked_fill(~masks.choice, -torch.inf)
    token = ranked.argmax(-1, keepdim=True)
    probability = logits.softmax(-1)
    confidence = probability.gather(-1, token)
    rival = probability.scatter(-1, token, 0.0).amax(-1)
    entropy = -torch.xlogy(probability, probability).sum(-1)
    confidence = confidence.squeeze(-1)
    return Scores(token.squeeze(-1), confidence, confidence - rival, entropy)


def take_confident_reference(confidence: Tensor, eligible: Tensor, threshold: float) -> Tensor:
    """`take_confident` in plain torch; what the kernel is tested against."""
    take = eligible & (confidence >= threshold)
    best = confidence.masked_fill(~eligible, -torch.inf).argmax(-1, keepdim=True)
    progress = torch.zeros_like(take).scatter_(-1, best, ~take.any(-1, keepdim=True))
    return (take | progress) & eligible


def _kernels() -> ModuleType:
    from model.kernels import confidence_triton

    return confidence_triton
