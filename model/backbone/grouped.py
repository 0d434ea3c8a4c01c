"""Attention at inference: the query heads that share keys and values are rows of one product.

So keys and values are never repeated. CUDA takes torch's fused attention. A CPU takes plain matrix products:
torch's fused attention is up to three times slower there in bfloat16 (docs/performance.md).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

MAX_ROWS = 256  # query tokens whose scores are held at once
FEW_ROWS = 4
SMALL = 1 << 16  # so many keys are widened for few rows: setting up a bfloat16 product costs more


def prepare_bias(
    attn_mask: Tensor | None, shape: tuple[int, int], like: Tensor, *, is_causal: bool
) -> Tensor | None:
    """What `attend` takes for a mask (batch, 1, rows, attended), made once for all layers.

    `shape` is (rows, query heads per key head). Without a mask each row attends to the rows before it and
    itself where `is_causal`, else to everything.
    """
    n_rows, n_groups = shape
    if attn_mask is None and is_causal and n_rows > 1:
        attn_mask = torch.ones(1, 1, n_rows, n_rows, dtype=torch.bool, device=like.device).tril()
    if attn_mask is None:
        return None
    if like.is_cuda:
        return attn_mask.repeat(1, 1, n_groups, 1)
    # Half of the lowest number and not -inf: a row that sees nothing gives a mean, and not NaN.
    forbidden = torch.finfo(like.dtype).min / 2
    return like.new_zeros(attn_mask.shape).masked_fill_(~attn_mask, forbidden)


def attend(
    q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None, n_read: int | None = None
) -> Tensor:
    """Each query's mean of the values.

    Scaled queries (batch, rows, heads, d_head), keys and values (batch, kv heads, attended, d_head) and a
    prepared bias give (batch, rows, heads x d_head). `n_read` is how many rows the forward reads where these are
    a part of them: what a row gives does not depend on which others are asked for.
    """
    if q.is_cuda:
        fused = functional.scaled_dot_product_attention(_folded(q, k), k, v, bias, scale=1.0)
        return _unfolded(fused, q)
    if q.dtype is torch.bfloat16 and (n_read or q.shape[1]) <= FEW_ROWS and k.numel() <= SMALL:
        return _by_products(q.float(), k.float(), v.float(), bias).to(q.dtype)
    if q.shape[1] <= MAX_ROWS:
        return _by_products(q, k, v, bias)
    parts = range(0, q.shape[1], MAX_ROWS)
    biases = [None if bias is None else bias[:, :, at : at + MAX_ROWS] for at in parts]
    pairs = zip(q.split(MAX_ROWS, 1), biases, strict=True)
    return torch.cat([_by_products(some, k, v, their) for some, their in pairs], 1)


def _by_products(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None) -> Tensor:
    n_batch, n_rows, n_heads, _ = q.shape
    # Laid out side by side before the product, which would otherwise copy keys one number at a time.
    keys = k.flatten(0, 1).contiguous().transpose(1, 2)
    scores = torch.bmm(_folded(q, k).flatten(0, 1), keys)
    if bias is not None:
        scores.view(n_batch, n_heads, n_rows, -1).add_(bias)
    out = torch.bmm(scores.softmax(-1), v.flatten(0, 1))
    return _unfolded(out, q)


def _folded(q: Tensor, k: Tensor) -> Tensor:
    """The queries (batch, kv heads, groups x rows, d_head)."""
    n_batch, n_rows, _, d_head = q.shape
    n_kv = k.shape[1]
    grouped = q.view(n_batch, n_rows, n_kv, -1, d_head).permute(0, 2, 3, 1, 4)
    return grouped.reshape(n_batch, n_kv, -1, d_head)


def _unfolded(out: Tensor, q: Tensor) -> Tensor:
    """What the folded queries gave, as rows (batch, rows, heads x d_head)."""
    n_batch, n_rows, n_heads, d_head = q.shape
    return out.view(n_batch, n_heads, n_rows, d_head).transpose(1, 2).reshape(n_batch, n_rows, -1)
