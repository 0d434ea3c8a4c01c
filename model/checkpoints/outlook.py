"""What a checkpoint will cost on a device, told before its weights are read. Plain values only."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from model.backbone.precision import fast_dtype
from model.checkpoints.memory import available_bytes
from model.checkpoints.reading import Target, n_bytes_needed
from model.checkpoints.survey import Survey


@dataclass(frozen=True, slots=True)
class Outlook:
    """Sizes in bytes but for counts; `available` is None where the system does not say.

    `kv_bytes` are those of one token's keys and values in all layers.
    """

    device: str
    dtype: str
    n_parameters: int
    n_tensors: int
    n_files: int
    stored_bytes: int
    weight_bytes: int
    kv_bytes: int
    available: int | None
    ignored: tuple[str, ...]

    def needed(self, n_tokens: int) -> int:
        """Weights, and the keys and values of a context of `n_tokens`."""
        return self.weight_bytes + self.kv_bytes * n_tokens


def outlook(
    found: Survey, device: torch.device | None = None, dtype: torch.dtype | None = None
) -> Outlook:
    """Look ahead; refuses a checkpoint whose tensors do not fit its config."""
    place = device or torch.device("cuda" if torch.cuda.is_available() else "cpu")
    target = Target(place, dtype or fast_dtype(place), found.family.precise)
    layout = found.layout()
    tensors = [*found.stored.values(), *found.change.values()]
    return Outlook(
        device=str(place),
        dtype=str(target.dtype).removeprefix("torch."),
        n_parameters=sum(shape.numel() for shape in layout.shapes.values()),
        n_tensors=len(tensors),
        n_files=len({tensor.path for tensor in tensors}),
        stored_bytes=sum(tensor.n_bytes for tensor in tensors),
        weight_bytes=n_bytes_needed(layout, target),
        kv_bytes=found.family.kv_width(found.shape) * target.dtype.itemsize,
        available=available_bytes(place),
        ignored=layout.ignored,
    )
