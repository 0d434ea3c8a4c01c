"""What a checkpoint is, told from its small files and the headers of its weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from torch import nn

from model.backbone.decoder import DecoderConfig
from model.backbone.rope import Ntk, Plain
from model.checkpoints.adapter import check_change, read_change, weights_of
from model.checkpoints.files import Stored, read_header, read_json, read_optional, stored_tensors
from model.checkpoints.hub import find_folder, name_of
from model.checkpoints.layout import Layout, arrange, on_meta
from model.checkpoints.naming import read_name
from model.errors import CheckpointError
from model.families.conventions import Conventions
from model.families.facts import Facts, Told
from model.families.family import Family
from model.families.keys import Keys
from model.families.table import family_of


@dataclass(frozen=True, slots=True)
class Survey:
    """A checkpoint that was looked at and not yet read; `shape` is the config of its network.

    `change` has the tensors of an adapter (`model.checkpoints.adapter`), where there is one.
    """

    folder: Path
    family: Family
    shape: Any
    stored: Mapping[str, Stored]
    facts: Facts
    change: Mapping[str, Stored] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the checkpoint is called."""
        return self.facts.name

    @property
    def n_positions(self) -> int | None:
        """How many tokens it was made for, if its config says so."""
        config = self.facts.config
        keys = config.section("text_config") if "text_config" in config else config
        key = keys.first("max_position_embeddings", "max_sequence_length")
        return keys.count(key) if key in keys else None

    @property
    def may_stretch(self) -> bool:
        """Whether `ntk_factor` can make its positions reach further."""
        return isinstance(self.shape, DecoderConfig) and self.shape.stretch == Plain()

    def conventions(self) -> Conventions:
        """How it reads and writes; refused where neither its files nor the caller tell."""
        return self.family.conventions(self.facts)

    def network(self) -> nn.Module:
        """Its network, without memory."""
        return on_meta(partial(self.family.network, self.shape))

    def layout(self) -> Layout:
        """Where each tensor goes; refused where they are not exactly those that are needed."""
        family = self.family
        layout = arrange(self.network(), family.sources, self.stored, family.ignorable)
        check_change(self.change, layout)
        return layout


def look(written: str) -> Survey:
    """Look at a checkpoint by what a user writes for it."""
    name, told = read_name(written)
    return survey(find_folder(name), told)


def survey(folder: Path, told: Told) -> Survey:
    """Look at a checkpoint's folder."""
    path = folder / "config.json"
    config = Keys(read_json(path), str(path))
    if "quantization_config" in config:
        raise CheckpointError(
            f"{str(folder)!r} holds quantised weights, which are not supported; take the checkpoint in bf16"
        )
    family = family_of(config)
    stored, change = _tensors(folder, family.arm)
    shape = _stretched(family.shape(config, stored.keys()), told.ntk_factor)
    return Survey(folder, family, shape, stored, facts_of(folder, config, told), change)


def _tensors(folder: Path, arm: str | None) -> tuple[dict[str, Stored], dict[str, Stored]]:
    """The tensors of a folder's weights, and those of an adapter."""
    if arm is None:
        return stored_tensors(folder), {}
    files = weights_of(folder, arm)
    return read_header(files.whole), read_change(files)


def facts_of(folder: Path, config: Keys, told: Told) -> Facts:
    """What the small files say about a checkpoint's conventions."""
    generation = Keys(read_optional(folder / "generation_config.json"), "generation_config.json")
    tokenizer = read_optional(folder / "tokenizer_config.json")
    mask = tokenizer.get("mask_token")
    mask = mask.get("content") if isinstance(mask, dict) else mask
    return Facts(name_of(folder), config, generation, told, _added(folder, tokenizer), mask)


def _added(folder: Path, tokenizer: Mapping[str, Any]) -> dict[str, int]:
    """The tokenizer's added tokens, from whichever file lists them."""
    found: dict[str, int] = dict(read_optional(folder / "added_tokens.json"))
    for key, token in (tokenizer.get("added_tokens_decoder") or {}).items():
        found[token["content"]] = int(key)
    for token in read_optional(folder / "tokenizer.json").get("added_tokens") or []:
        found[token["content"]] = token["id"]
    return found


def _stretched(shape: Any, factor: float | None) -> Any:
    if factor is None or factor == 1:
        return shape
    if not isinstance(shape, DecoderConfig) or shape.stretch != Plain():
        raise CheckpointError(
            f"ntk_factor={factor}: the rotary positions of this checkpoint are already stretched or of "
            "its own kind; leave it out"
        )
    if factor < 1:
        raise CheckpointError(f"ntk_factor={factor}; it must be 1 or more")
    return replace(shape, stretch=Ntk(factor))
