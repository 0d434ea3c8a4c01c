"""The family table: which family a config.json belongs to."""

from __future__ import annotations

from model.errors import CheckpointError
from model.families import (
    a2d,
    diffusion_gemma,
    dream,
    fast_dllm,
    llada,
    llada2,
    nbdiff,
    planner,
    sdar,
)
from model.families.autoregressive import LLAMA, QWEN2, QWEN3
from model.families.family import Family
from model.families.keys import Keys

FAMILIES: tuple[Family, ...] = (
    planner.FAMILY,
    sdar.FAMILY,
    fast_dllm.FAMILY,
    llada2.FAMILY,
    nbdiff.FAMILY,
    a2d.FAMILY,
    llada.FAMILY,
    dream.FAMILY,
    diffusion_gemma.FAMILY,
    QWEN2,
    QWEN3,
    LLAMA,
)


def family_of(config: Keys) -> Family:
    """The family of a checkpoint, by its model type or architecture; `auto_map` is never followed."""
    kind, told = config.stored.get("model_type"), config.stored.get("architectures")
    named = {name for name in told if isinstance(name, str)} if isinstance(told, list) else set()
    for family in FAMILIES:
        if kind in family.model_types:
            return family
    for family in FAMILIES:
        if named & family.architectures:
            return family
    raise CheckpointError(
        f"unknown architecture {kind!r} in {config.file!r}; known: "
        f"{', '.join(family.name for family in FAMILIES)}"
    )
