"""Triton kernel of `paged.attend_paged`: online softmax over the rows that a sequence attends to.

The query heads that share a head of keys are rows of one product, so each key is read once for all of them.
"""

# mypy: disable-error-code="no-untyped-def, untyped-decorator"

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

MIN_ROWS, MAX_ROWS = 16, 128
TILE = 64  # attended tokens


@triton.jit
def paged_kernel(
    p_q,
    p_k,
    p_v,
    p_read,
    p_attn_mask,
    p_out,
    n_rows,
    n_groups,
    n_attended,
    n_stored,
    HAS_MASK: tl.constexpr,
    IS_WIDE: tl.constexpr,
    ROWS: tl.constexpr,
    TILE: tl.constexpr,
    D_HEAD: tl.constexpr,
) -> None:
    """Some rows of one sequence and one head of keys a program."""
    head, sequence = tl.program_id(1), tl.program_id(2).to(tl.int64)
    n_kv_heads = tl.num_programs(1)
    o_folded = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    has_row = o_folded < n_rows * n_groups
    row, group = o_folded // n_groups, o_folded % n_groups
    o_dim = tl.arange(0, D_HEAD)
    query_head = head * n_groups + group
    o_query = (sequence * n_rows + row) * (n_kv_heads * n_groups) + query_head
    o_query = o_query[:, None] * D_HEAD + o_dim[None, :]
    q = tl.load(p_q + o_query, mask=has_row[:, None], other=0.0)
    if IS_WIDE:
        q = q.to(tl.float32)

    best = tl.full((ROWS,), -1e30, tl.float32)
    total = tl.zeros((ROWS,), tl.float32)
    mean = tl.zeros((ROWS, D_HEAD), tl.float32)
    for first in range(0, n_attended, TILE):
        o_token = first + tl.arange(0, TILE)
        valid = o_token < n_attended
        slot = tl.load(p_read + sequence * n_attended + o_token, mask=valid, other=0)
        o_stored = (head.to(tl.int64) * n_stored + slot)[:, None] * D_HEAD + o_dim[None, :]
        k = tl.load(p_k + o_stored, mask=valid[:, None], other=0.0)
        v = tl.load(p_v + o_stored, mask=valid[:, None], other=0.0)
        if IS_WIDE:
            k, v = k.to(tl.float32), v.to(tl.float32)
        score = tl.dot(q, tl.trans(k), input_precision="ieee")
        sees = has_row[:, None] & valid[None, :]
        if HAS_MASK:
            o_mask = (sequence * n_rows + row)[:, None] * n_attended + o_token[None, :]
            sees = sees & (tl.load(p_attn_mask + o_mask, mask=sees, other=0) != 0)
        score = tl.where(sees, score, -1e30)
        new_best = tl.maximum(best, tl.max(score, 1))
        share = tl.where(sees, tl.exp(score - new_best[:, None]), 0.0)
        shrink = tl.exp(best - new_best)
        total = total * shrink + tl.sum(share, 1)
        mean = mean * shrink[:, None] + tl.dot(share.to(v.dtype), v, input_precision="ieee")
        best = new_best

    mean = mean / tl.maximum(total, 1e-30)[:, None]  # a row that sees nothing gives zeros
    tl.store(p_out + o_query, mean.to(p_out.dtype.element_ty), mask=has_row[:, None])


def attend_paged(
    q: Tensor, stored: tuple[Tensor, Tensor], read: Tensor, attn_mask: Tensor | None
) -> Tensor:
    """`paged.attend_paged` on the device of the queries."""
    n_batch, n_rows, n_heads, d_head = q.shape
    keys, values = stored
    if not (keys.is_contiguous() and values.is_contiguous()):
        raise ValueError("stored keys and values must be contiguous")
    n_groups = n_heads // keys.shape[0]
    rows = min(MAX_ROWS, max(MIN_ROWS, triton.next_power_of_2(n_rows * n_groups)))
    out = torch.empty(n_batch, n_rows, n_heads, d_head, dtype=q.dtype, device=q.device)
    paged_kernel[(triton.cdiv(n_rows * n_groups, rows), keys.shape[0], n_batch)](
        q.contiguous(),
        keys,
        values,
        read.contiguous(),
        q if attn_mask is None else attn_mask.contiguous().view(torch.uint8),
        out,
        n_rows,
        n_groups,
        read.shape[1],
        keys.shape[1],
        attn_mask is not None,
        not q.is_cuda,  # the interpreter multiplies bfloat16 as if it were whole numbers
        rows,
        TILE,
        d_head,
    )
    return out.flatten(2)
