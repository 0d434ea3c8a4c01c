"""Triton kernel of `update.update`: one block a program, everything that follows a forward in one launch.

A cell's rank is counted, not sorted: blocks are short, and counting needs one comparison of every pair.
"""

# mypy: disable-error-code="no-untyped-def, untyped-decorator"

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

from model.kernels.state import Blocks, Proposals, Step


@triton.jit
def rank(value, among, CELLS: tl.constexpr) -> tl.tensor:
    """How many cells of those marked come before each: higher ones, and equal ones to the left."""
    o_cell = tl.arange(0, CELLS)
    mine, theirs = value[:, None], value[None, :]
    is_left = o_cell[None, :] < o_cell[:, None]
    is_before = among[None, :] & ((theirs > mine) | ((theirs == mine) & is_left))
    return tl.sum(is_before.to(tl.int32), 1)


@triton.jit
def update_kernel(
    p_ids,
    p_masked,
    p_open,
    p_confidence,
    p_token,
    p_proposed,
    p_eligible,
    p_least,
    p_stay,
    p_left,
    threshold,
    mask_id,
    n_cells,
    HAS_STAY: tl.constexpr,
    CELLS: tl.constexpr,
) -> None:
    """Select, reveal, snapshot and remask the cells of one block."""
    block = tl.program_id(0)
    o_cell = tl.arange(0, CELLS)
    valid = o_cell < n_cells
    o_value = block.to(tl.int64) * n_cells + o_cell
    masked = tl.load(p_masked + o_value, mask=valid, other=0) != 0
    eligible = masked & (tl.load(p_eligible + o_value, mask=valid, other=0) != 0)
    proposed = tl.load(p_proposed + o_value, mask=valid, other=0.0)
    ids = tl.load(p_ids + o_value, mask=valid, other=0)
    confidence = tl.load(p_confidence + o_value, mask=valid, other=0.0)

    is_least = rank(proposed, eligible, CELLS) < tl.load(p_least + block)
    taken = eligible & ((proposed >= threshold) | is_least)
    ids = tl.where(taken, tl.load(p_token + o_value, mask=valid, other=0), ids)
    confidence = tl.where(taken, proposed, confidence)
    masked = masked & (taken == 0)

    if HAS_STAY:
        is_open = tl.load(p_open + o_value, mask=valid, other=0) != 0
        revealed = is_open & (masked == 0)
        n_again = tl.sum(revealed.to(tl.int32), 0) - tl.load(p_stay + block)
        again = revealed & (rank(-confidence, revealed, CELLS) < n_again)
        ids = tl.where(again, mask_id, ids)
        confidence = tl.where(again, 0.0, confidence)
        masked = masked | again

    tl.store(p_ids + o_value, ids, mask=valid)
    tl.store(p_confidence + o_value, confidence, mask=valid)
    tl.store(p_masked + o_value, masked.to(tl.int8), mask=valid)
    tl.store(p_left + block, tl.sum(masked.to(tl.int32), 0))


def update(blocks: Blocks, proposals: Proposals, step: Step, mask_id: int) -> Tensor:
    """`update.update` on the device of the blocks, whose tensors must be contiguous."""
    state = (blocks.ids, blocks.masked, blocks.open, blocks.confidence)
    if not all(tensor.is_contiguous() for tensor in state):
        raise ValueError("blocks that change in place must be contiguous")
    n_blocks, n_cells = blocks.ids.shape
    left = torch.empty(n_blocks, dtype=torch.int32, device=blocks.ids.device)
    if not blocks.ids.numel():
        left.zero_()
    else:
        update_kernel[(n_blocks,)](
            blocks.ids,
            blocks.masked.view(torch.int8),
            blocks.open.view(torch.int8),
            blocks.confidence,
            proposals.token.contiguous(),
            proposals.confidence.contiguous(),
            proposals.eligible.contiguous().view(torch.int8),
            step.n_least,
            step.n_least if step.n_stay is None else step.n_stay,
            left,
            step.threshold,
            mask_id,
            n_cells,
            step.n_stay is not None,
            max(2, triton.next_power_of_2(n_cells)),
        )
    return left
