"""Low-rank changes to weights that are there (arXiv 2106.09685): found, checked, merged.

A planner's folder holds for an arm X either `X.safetensors`, or `X.adapter.safetensors` beside a
`base.safetensors` that the arms share. For a matrix NAME (out x in) an adapter has `NAME.lora_A` (rank x in)
and `NAME.lora_B` (rank x out: transposed, so that each of its rows, too, has one scale), and the arm's matrix
is NAME + lora_B^T lora_A. What is no matrix stands whole under its own name and takes the base's place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from model.checkpoints.files import Stored, read_header
from model.checkpoints.layout import Layout, Part
from model.checkpoints.reading import Target, read_weights
from model.checkpoints.scaled import without_scales
from model.errors import CheckpointError

BASE = "base.safetensors"
INNER, OUTER = ".lora_A", ".lora_B"
LEVELS = 7  # on either side of zero, which git packs into less than half a byte


@dataclass(frozen=True, slots=True)
class Files:
    """Where the weights of an arm lie: all of them, or a base and what is added to it."""

    whole: Path
    adapter: Path | None = None


def weights_of(place: Path, arm: str) -> Files:
    """The files of an arm in a planner's folder; a place that is no folder is the file itself."""
    if not place.is_dir():
        return Files(_present(place))
    whole, adapter = place / f"{arm}.safetensors", place / f"{arm}.adapter.safetensors"
    if not adapter.is_file():
        return Files(_present(whole))
    if whole.is_file():
        raise CheckpointError(
            f"{str(place)!r} has both {whole.name!r} and {adapter.name!r}; remove the one that is not meant"
        )
    if not (place / BASE).is_file():
        raise CheckpointError(
            f"{adapter.name!r} changes a {BASE!r} that {str(place)!r} lacks; copy it there"
        )
    return Files(place / BASE, adapter)


def base_of(place: Path) -> Path:
    """The file that an adapter changes: a folder's base, else its diffusion weights, else the file itself."""
    base = place / BASE
    return base if base.is_file() else weights_of(place, "diffusion").whole


def _present(path: Path) -> Path:
    if path.is_file():
        return path
    found = ", ".join(sorted(p.name for p in path.parent.glob("*.safetensors"))) or "none"
    raise CheckpointError(f"{str(path)!r} is missing; weights in that folder: {found}")


def read_change(files: Files) -> dict[str, Stored]:
    """The tensors of an adapter, without reading them; none where the weights are whole."""
    return {} if files.adapter is None else without_scales(read_header(files.adapter))


def check_change(change: Mapping[str, Stored], layout: Layout) -> None:
    """Refuse an adapter that does not fit the network of a layout."""
    for name, tensor in change.items():
        owner, is_factor = _owner(name)
        if owner not in layout.shapes:
            raise CheckpointError(
                f"{tensor.path.name!r} has {name!r}, which {BASE!r} has no weight for; take both from one "
                "training run"
            )
        shape = tuple(layout.shapes[owner])
        if is_factor and len(shape) == 2:
            _check_pair(owner, shape, change, tensor.path.name)
        elif is_factor or tensor.shape != shape:
            raise CheckpointError(
                f"{name!r} in {tensor.path.name!r} is {tensor.shape}, its weight is {shape}; take the adapter "
                "and its base from one training run"
            )


def _check_pair(
    owner: str, shape: tuple[int, ...], change: Mapping[str, Stored], file: str
) -> None:
    if missing := [owner + end for end in (INNER, OUTER) if owner + end not in change]:
        raise CheckpointError(
            f"{file!r} has one factor of {owner!r} and lacks {missing[0]!r}; copy or train it again"
        )
    inner, outer = change[owner + INNER].shape, change[owner + OUTER].shape
    n_out, n_in = shape
    if inner[1:] != (n_in,) or outer[1:] != (n_out,) or inner[:1] != outer[:1]:
        raise CheckpointError(
            f"the factors of {owner!r} in {file!r} are {inner} and {outer}, its weight is {shape}; take the "
            "adapter and its base from one training run"
        )


def _owner(name: str) -> tuple[str, bool]:
    """The weight that a tensor of an adapter changes, and whether it is one of two factors."""
    for end in (INNER, OUTER):
        if name.endswith(end):
            return name.removesuffix(end), True
    return name, False


def read_changed(
    layout: Layout, stored: Mapping[str, Stored], change: Mapping[str, Stored], target: Target
) -> dict[str, Tensor]:
    """Every weight of the layout with an adapter's change, which is added in single precision."""
    if not change:
        return read_weights(layout, stored, target)
    check_change(change, layout)
    precise = replace(target, dtype=torch.float32)
    parts = {name: [Part(name, slice(None), ())] for name in change}
    weights = merged(
        read_weights(layout, stored, precise), read_weights(Layout(parts, {}), change, precise)
    )
    return {name: weight.to(target.dtype_of(name)) for name, weight in weights.items()}


def merged(base: Mapping[str, Tensor], change: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of a base with the tensors of an adapter merged into them."""
    weights = dict(base)
    for name, tensor in change.items():
        owner, is_factor = _owner(name)
        if not is_factor:
            weights[name] = tensor
        elif name.endswith(INNER):
            weights[owner] = torch.addmm(base[owner], change[owner + OUTER].t(), tensor)
    return weights
