"""What follows a forward, for many blocks at once: select, reveal, snapshot, remask; nothing waits for the host.

On CUDA one launch in Triton, elsewhere plain torch. How many cells a step must reveal or keep comes in as
tensors, so the same launch serves every step and may lie inside a CUDA graph.

Guarantees: only eligible masked cells are revealed; a remasked cell was open; among equals the leftmost is
revealed, and the leftmost masked again.
"""

from __future__ import annotations

from types import ModuleType

import torch
from torch import Tensor

from model.kernels.confidence import HAS_TRITON
from model.kernels.state import Blocks, Proposals, Step

__all__ = ["Blocks", "Proposals", "Step", "update", "update_reference"]

MAX_CELLS = 256  # the kernel compares every pair of a block's cells


def update(blocks: Blocks, proposals: Proposals, step: Step, mask_id: int) -> Tensor:
    """Reveal and remask in place; how many masks each block has left, int32 (blocks,)."""
    if blocks.ids.is_cuda and HAS_TRITON and blocks.ids.shape[1] <= MAX_CELLS:
        left: Tensor = _kernels().update(blocks, proposals, step, mask_id)
        return left
    return update_reference(blocks, proposals, step, mask_id)


def update_reference(blocks: Blocks, proposals: Proposals, step: Step, mask_id: int) -> Tensor:
    """`update` in plain torch: what the kernel is tested against, and the way a CPU does it."""
    eligible = proposals.eligible & blocks.masked
    rank = ranks(proposals.confidence, eligible)
    passing = proposals.confidence >= step.threshold
    taken = eligible & (passing | (rank < step.n_least[:, None]))
    blocks.ids.copy_(torch.where(taken, proposals.token, blocks.ids))
    blocks.confidence.copy_(torch.where(taken, proposals.confidence, blocks.confidence))
    blocks.masked.logical_and_(~taken)
    if step.n_stay is not None:
        _remask(blocks, step.n_stay, mask_id)
    return blocks.masked.sum(1, dtype=torch.int32)


def ranks(confidence: Tensor, among: Tensor) -> Tensor:
    """The place of each cell among those marked, the surest first and the leftmost among equals."""
    order = confidence.masked_fill(~among, -torch.inf).argsort(dim=1, descending=True, stable=True)
    places = torch.arange(order.shape[1], device=order.device).expand_as(order)
    return torch.empty_like(order).scatter_(1, order, places)


def _remask(blocks: Blocks, n_stay: Tensor, mask_id: int) -> None:
    revealed = blocks.open & ~blocks.masked
    n_again = revealed.sum(1) - n_stay
    again = revealed & (ranks(-blocks.confidence, revealed) < n_again[:, None])
    blocks.ids.masked_fill_(again, mask_id)
    blocks.confidence.masked_fill_(again, 0.0)
    blocks.masked.logical_or_(again)


def _kernels() -> ModuleType:
    from model.kernels import update_triton

    return update_triton
