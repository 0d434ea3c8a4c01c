"""Which stored tensor becomes which weight: decided, and checked, before anything is read.

Guarantees: every weight of the network is covered, every stored tensor is used or reported, and shapes fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from model.checkpoints.files import Stored, some
from model.checkpoints.scaled import without_scales
from model.errors import CheckpointError
from model.families.family import Source

Sources = Callable[[str, Any], Sequence[Source]]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a stored tensor and the place in a weight that they fill."""

    weight: str
    rows: slice
    into: tuple[int | slice, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts that each stored tensor gives, the shape of each weight, and what is left unread."""

    parts: Mapping[str, Sequence[Part]]
    shapes: Mapping[str, torch.Size]
    ignored: tuple[str, ...] = ()


def on_meta(network: Callable[[], nn.Module]) -> nn.Module:
    """The network without memory for its weights."""
    with torch.device("meta"):
        return network()


def arrange(
    network: nn.Module,
    sources: Sources,
    stored: Mapping[str, Stored],
    ignorable: Iterable[str] = (),
) -> Layout:
    """The layout of a checkpoint whose tensors must be exactly those that the network needs."""
    stored = without_scales(stored)
    shapes = {name: weight.shape for name, weight in network.state_dict().items()}
    parts: dict[str, list[Part]] = {}
    for weight in shapes:
        for source in sources(weight, network.config):
            parts.setdefault(source.name, []).append(Part(weight, source.rows, source.into))
    ignored = tuple(sorted(_unused(parts, stored, ignorable)))
    for name, given in parts.items():
        for part in given:
            _check(name, stored[name], part, shapes[part.weight])
    return Layout(parts, shapes, ignored)


def _unused(
    parts: Mapping[str, object], stored: Mapping[str, Stored], ignorable: Iterable[str]
) -> set[str]:
    """The stored tensors that the family knows and nobody reads."""
    where = next((tensor.path.name for tensor in stored.values()), "the folder")
    if missing := [name for name in parts if name not in stored]:
        raise CheckpointError(f"{where!r} lacks {some(missing)}; config.json asks for it")
    unused = stored.keys() - parts.keys()
    known = {name for name in unused if any(re.search(rule, name) for rule in ignorable)}
    if foreign := sorted(unused - known):
        raise CheckpointError(
            f"{stored[foreign[0]].path.name!r} has {some(foreign)}, which config.json has no place for"
        )
    return known


def _check(name: str, tensor: Stored, part: Part, shape: torch.Size) -> None:
    found = _at(tensor.shape, (part.rows,) if tensor.shape else ())
    wanted = _at(shape, part.into)
    if found == wanted:
        return
    whole = part.rows == slice(None)
    detail = (
        f"is {found}" if whole else f"is {tensor.shape}, of which {part.weight!r} would be {found}"
    )
    raise CheckpointError(
        f"{name!r} in {tensor.path.name!r} {detail}, config.json asks for {wanted}; take both from "
        "one training run"
    )


def _at(shape: Sequence[int], index: tuple[int | slice, ...]) -> tuple[int, ...]:
    """The shape of what an index picks out of a tensor."""
    return tuple(torch.empty(shape, device="meta")[index].shape)
