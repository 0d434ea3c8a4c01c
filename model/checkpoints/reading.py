"""Tensors from disk to device, one after the other.

No second copy of the whole is ever held: a tensor that already has the wanted format stays a view of the
file (on the CPU), any other is converted and let go. A file is opened anew after so many bytes, because
pages of a mapped file count as memory in use while it is open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from model.checkpoints.files import Stored, damaged
from model.checkpoints.layout import Layout, Part
from model.checkpoints.scaled import SUFFIX, grown

_OPEN_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Target:
    """Where weights go, and in which format; those that match `precise` stay in single precision."""

    device: torch.device
    dtype: torch.dtype
    precise: str = r"(?!)"  # matches nothing

    def dtype_of(self, weight: str) -> torch.dtype:
        """The format of one weight."""
        return torch.float32 if re.search(self.precise, weight) else self.dtype


def n_bytes_needed(layout: Layout, target: Target) -> int:
    """The size of all weights once they are on the device."""
    return sum(_sizes(layout, target))


def n_bytes_at_most(layout: Layout, target: Target) -> int:
    """What loading takes: all weights, and the largest once more while it is laid out."""
    return n_bytes_needed(layout, target) + max(_sizes(layout, target))


def _sizes(layout: Layout, target: Target) -> Iterator[int]:
    for weight, shape in layout.shapes.items():
        yield shape.numel() * target.dtype_of(weight).itemsize


def read_weights(layout: Layout, stored: Mapping[str, Stored], target: Target) -> dict[str, Tensor]:
    """Every weight of the layout."""
    weights: dict[str, Tensor] = {}
    for path, names in _batches({name: stored[name] for name in layout.parts}):
        try:
            with safe_open(path, framework="pt", device=str(target.device)) as opened:
                for name in names:
                    tensor = opened.get_tensor(name)
                    if stored[name].dtype == "I8":
                        tensor = grown(tensor, opened.get_tensor(name + SUFFIX))
                    for part in layout.parts[name]:
                        _put(weights, layout, part, tensor, target)
        except SafetensorError as error:
            raise damaged(path, error) from error
    return weights


def _put(
    weights: dict[str, Tensor], layout: Layout, part: Part, tensor: Tensor, target: Target
) -> None:
    dtype = target.dtype_of(part.weight)
    rows = tensor[part.rows] if tensor.dim() else tensor
    if not part.into:
        weights[part.weight] = rows.to(dtype)
        return
    if part.weight not in weights:
        shape = layout.shapes[part.weight]
        weights[part.weight] = torch.empty(shape, dtype=dtype, device=target.device)
    weights[part.weight][part.into].copy_(rows)


def _batches(stored: Mapping[str, Stored]) -> Iterator[tuple[Path, list[str]]]:
    """File by file, as many names at a time as `_OPEN_BYTES` allow, at least one."""
    for path in dict.fromkeys(tensor.path for tensor in stored.values()):
        names: list[str] = []
        n_bytes = 0
        for name, tensor in stored.items():
            if tensor.path != path:
                continue
            if names and n_bytes + tensor.n_bytes > _OPEN_BYTES:
                yield path, names
                names, n_bytes = [], 0
            names.append(name)
            n_bytes += tensor.n_bytes
        yield path, names
