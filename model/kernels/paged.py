"""Attention over keys and values where they lie in the paged storage, without copying them together first.

A gather reads and writes everything that is attended to before attention reads it once more: three times the
bytes. On CUDA one Triton kernel follows the row numbers instead; elsewhere rows are gathered. A program serves
one head of keys of one sequence, so a kernel needs enough of both to fill a device.
"""

from __future__ import annotations

from types import ModuleType

from torch import Tensor

from model.kernels.confidence import HAS_TRITON

MIN_PROGRAMS = 64
D_HEADS = (16, 32, 64, 128, 256)


def serves(q: Tensor, n_kv_heads: int) -> bool:
    """Whether the kernel is the better way for these queries (batch, rows, heads, d_head)."""
    n_batch, _, _, d_head = q.shape
    is_wide = n_batch * n_kv_heads >= MIN_PROGRAMS
    return q.is_cuda and HAS_TRITON and d_head in D_HEADS and is_wide


def attend_paged(
    q: Tensor, stored: tuple[Tensor, Tensor], read: Tensor, attn_mask: Tensor | None
) -> Tensor:
    """Each scaled query's mean of the values, (batch, rows, heads x d_head).

    `stored` are keys and values (kv heads, storage rows, d_head), `read` (batch, attended) the rows that each
    sequence attends to; `attn_mask` (batch, 1, rows, attended) is true where it may.
    """
    out: Tensor = _kernels().attend_paged(q, stored, read, attn_mask)
    return out


def attend_paged_reference(
    q: Tensor, stored: tuple[Tensor, Tensor], read: Tensor, attn_mask: Tensor | None
) -> Tensor:
    """`attend_paged` in plain torch: what the kernel is tested against."""
    n_groups = q.shape[2] // stored[0].shape[0]
    keys, values = (
        part[:, read].transpose(0, 1).repeat_interleave(n_groups, 1).float() for part in stored
    )
    scores = q.transpose(1, 2).float() @ keys.transpose(2, 3)
    if attn_mask is not None:
        scores = scores.masked_fill(~attn_mask, -1e30)
    return (scores.softmax(-1) @ values).transpose(1, 2).flatten(2).to(q.dtype)


def _kernels() -> ModuleType:
    from model.kernels import paged_triton

    return paged_triton
