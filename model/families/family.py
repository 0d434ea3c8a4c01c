"""What a checkpoint family is: how to recognise it, its shape, its tensors, its conventions."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from model.backbone.decoder import Decoder
from model.families.conventions import Conventions
from model.families.facts import Facts
from model.families.keys import Keys


@dataclass(frozen=True, slots=True)
class Source:
    """A stored tensor, or `rows` of one, and the place `into` which it goes within a weight."""

    name: str
    rows: slice = field(default_factory=lambda: slice(None))
    into: tuple[int | slice, ...] = ()


def same_name(weight: str, shape: Any) -> tuple[Source, ...]:
    """Checkpoints whose tensors are named as the network's weights."""
    return (Source(weight),)


@dataclass(frozen=True, slots=True)
class Family:
    """One row of the family table.

    `shape` makes the network's config from config.json and the names of the stored tensors; `sources` says
    for each weight of the network which stored tensors it is made of. Stored tensors whose name matches one
    of the `ignorable` patterns are reported and not read; any other that is not used is refused. Weights
    that match `precise` stay in single precision. `kv_width` counts the numbers that are kept per token.
    `arm` is the one to look at where a folder holds the weights of several networks.
    """

    name: str
    model_types: frozenset[str]
    architectures: frozenset[str]
    shape: Callable[[Keys, Set[str]], Any]
    conventions: Callable[[Facts], Conventions]
    sources: Callable[[str, Any], tuple[Source, ...]] = same_name
    network: Callable[[Any], nn.Module] = Decoder
    ignorable: tuple[str, ...] = (r"\.rotary_emb\.inv_freq$",)
    precise: str = r"\.router\."
    kv_width: Callable[[Any], int] = field(
        default=lambda shape: 2 * shape.n_layers * shape.n_kv_heads * shape.d_head
    )
    arm: str | None = None
