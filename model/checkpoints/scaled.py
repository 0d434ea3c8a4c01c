"""Matrices as rows of 8-bit integers, each row with a scale of its own beside it: half the size of bfloat16.

A tensor `NAME` of format I8 is whole only with `NAME.scale`, one number a row: a weight is its integer times its
row's scale. The embedded planner is kept so; what a network computes with is in its usual format.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from model.checkpoints.files import Stored
from model.errors import CheckpointError

SUFFIX = ".scale"
_MOST = 127


def shrunk(weights: Mapping[str, Tensor], levels: int = _MOST) -> dict[str, Tensor]:
    """The weights with every matrix in 8 bits and the rest in bfloat16; a weight moves by at most half its row's scale.

    `levels` are the integers on either side of zero: with fewer a file stays as long, but packs smaller.
    """
    kept: dict[str, Tensor] = {}
    for name, weight in weights.items():
        if weight.dim() != 2:
            kept[name] = weight.to(torch.bfloat16).contiguous()
            continue
        precise = weight.float()
        scale = (precise.abs().amax(1) / levels).clamp_min(torch.finfo(torch.float32).tiny)
        kept[name] = (precise / scale[:, None]).round().to(torch.int8).contiguous()
        kept[name + SUFFIX] = scale
    return kept


def grown(rows: Tensor, scale: Tensor) -> Tensor:
    """The matrix (float32) of integers and their rows' scales."""
    return rows.float() * scale.float()[:, None]


def restored(kept: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights (float32) that `shrunk` kept."""
    return {
        name: grown(tensor, kept[name + SUFFIX]) if tensor.dtype is torch.int8 else tensor.float()
        for name, tensor in kept.items()
        if not name.endswith(SUFFIX)
    }


def without_scales(stored: Mapping[str, Stored]) -> dict[str, Stored]:
    """The tensors of a file without the scales that belong to others; integers without a scale are refused."""
    wanted = {name + SUFFIX for name, tensor in stored.items() if tensor.dtype == "I8"}
    for name in sorted(wanted):
        owner = stored[name.removesuffix(SUFFIX)]
        if name not in stored or stored[name].shape != owner.shape[:1]:
            raise CheckpointError(
                f"{name.removesuffix(SUFFIX)!r} in {owner.path.name!r} is I8 without a scale for each row "
                f"({name!r}); other quantised weights are not supported, take the checkpoint in bf16"
            )
    return {name: tensor for name, tensor in stored.items() if name not in wanted}
