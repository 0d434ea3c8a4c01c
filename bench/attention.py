"""Attention on a processor: torch's fused form against plain products, for the heads of the planner and of 0.6 B."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from bench.steps import PLANNER, SMALL
from bench.timing import Stopwatch, table
from model.backbone.decoder import DecoderConfig
from model.backbone.grouped import attend
from model.backbone.precision import fast_dtype

SIZES = ((1, 128), (16, 128), (64, 128), (16, 2048), (64, 2048), (16, 8192))


@torch.inference_mode()
def measure(watch: Stopwatch) -> str:
    """One layer's attention: milliseconds of both ways."""
    rows = []
    for name, config in (("planner", PLANNER), ("0.6 B", SMALL)):
        for n_rows, n_attended in SIZES:
            times = watch.medians(_ways(config, n_rows, n_attended))
            fused, ours = times["fused"], times["ours"]
            label = f"{name}, {n_rows} row{'s' * (n_rows > 1)} over {n_attended:,}"
            rows.append((label, fused, ours, fused / ours))
    return table("Attention of one layer", ("", "torch's, ms", "ours", "x torch's"), rows)


def _ways(config: DecoderConfig, n_rows: int, n_attended: int) -> dict[str, Callable[[], object]]:
    dtype, n_kv = fast_dtype(torch.device("cpu")), config.n_kv_heads
    q = torch.randn(1, n_rows, config.n_heads, config.d_head).to(dtype)
    stored = torch.randn(2, 1, n_kv, n_attended + 64, config.d_head).to(dtype)
    k, v = stored[:, :, :, :n_attended].unbind(0)  # as they lie in the cache
    return {"fused": partial(_fused, q, k, v), "ours": partial(attend, q, k, v, None)}


def _fused(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    n_groups = q.shape[2] // k.shape[1]
    folded = q.view(1, q.shape[1], k.shape[1], n_groups, -1).permute(0, 2, 3, 1, 4)
    return scaled_dot_product_attention(folded.flatten(2, 3), k, v, scale=1.0)
