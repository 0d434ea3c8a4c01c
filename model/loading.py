"""A model folder becomes a language model: checked, complete, or refused in one line.

Guarantees: every stored tensor is used or reported and every weight of the network comes from the files, in
its shape. The network is given no memory before its checkpoint has been found to fit, in shape and in size.
Code that comes with a checkpoint is never run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypedDict, Unpack

import torch
from torch import Tensor, nn

from model.backbone.decoder import Decoder, DecoderConfig
from model.backbone.gemma import Gemma
from model.backbone.graphed import GraphedDecoder
from model.backbone.lean import LeanDecoder
from model.backbone.precision import fast_dtype
from model.checkpoints.adapter import read_change, read_changed, weights_of
from model.checkpoints.files import read_header, read_json
from model.checkpoints.hub import EMBEDDED, find_folder
from model.checkpoints.layout import arrange, on_meta
from model.checkpoints.memory import available_bytes, refuse_unless_it_fits
from model.checkpoints.naming import read_name
from model.checkpoints.reading import Target, n_bytes_at_most, n_bytes_needed
from model.checkpoints.survey import survey
from model.checkpoints.tokens import checkpoint_tokens
from model.engine import Engine
from model.errors import CheckpointError
from model.families import planner
from model.families.conventions import Conventions
from model.families.facts import Told
from model.families.family import same_name
from model.tokens import Tokens, Vocabulary
from model.types import LanguageModel
from model.uniform.engine import UniformEngine

ARMS = ("diffusion", "ar")


class Options(TypedDict, total=False):
    """What a caller may say about a checkpoint: the fields of `Told`."""

    mask_id: int | None
    block_length: int | None
    decoder: str | None
    ntk_factor: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """What was loaded: sizes, and what lay in the files and is not used."""

    name: str
    family: str
    n_parameters: int
    n_bytes: int
    device: torch.device
    dtype: torch.dtype
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A loaded checkpoint; `decoder` is the network."""

    decoder: Decoder | Gemma
    tokens: Vocabulary
    conventions: Conventions
    report: Report


def load_model(
    name: str | Path = EMBEDDED,
    arm: str = "diffusion",
    *,
    device: str | None = None,
    dtype: torch.dtype | None = None,
    is_online: bool = False,
    **told: Unpack[Options],
) -> LanguageModel:
    """Load a model by folder or Hugging Face name, or the one that comes along (`embedded`)."""
    if arm not in ARMS:
        raise CheckpointError(f"unknown arm {arm!r}; choose {' or '.join(ARMS)}")
    given, written = read_name(str(name))
    folder, place = find_folder(given, is_online=is_online), _place(device)
    if read_json(folder / "config.json").get("model_type") == planner.MODEL_TYPE:
        return _planner(folder, arm, Target(place, dtype or fast_dtype(place)))
    return engine_of(_checkpoint(folder, replace(written, **told), place, dtype))


def load_checkpoint(
    folder: str | Path,
    *,
    device: str | torch.device | None = None,
    dtype: torch.dtype | None = None,
    **told: Unpack[Options],
) -> Checkpoint:
    """Load a checkpoint of any family of the table; options go before what its files say."""
    given, written = read_name(str(folder))
    return _checkpoint(find_folder(given), replace(written, **told), _place(device), dtype)


def _checkpoint(
    folder: Path, told: Told, place: torch.device, dtype: torch.dtype | None
) -> Checkpoint:
    found = survey(folder, told)
    conventions, layout = found.conventions(), found.layout()
    target = Target(place, dtype or fast_dtype(place), found.family.precise)
    n_bytes = n_bytes_needed(layout, target)
    refuse_unless_it_fits(n_bytes_at_most(layout, target), place, available_bytes(place))
    network = _filled(found.network(), read_changed(layout, found.stored, found.change, target))
    report = Report(
        name=found.name,
        family=found.family.name,
        n_parameters=sum(shape.numel() for shape in layout.shapes.values()),
        n_bytes=n_bytes,
        device=place,
        dtype=target.dtype,
        ignored=layout.ignored,
    )
    tokens = checkpoint_tokens(found.folder, conventions.mask_id, found.shape.vocab_size)
    return Checkpoint(network, tokens, conventions, report)


def engine_of(checkpoint: Checkpoint) -> LanguageModel:
    """The engine that a checkpoint's kind of noise needs; both have the same doors."""
    name, conventions = checkpoint.report.name, checkpoint.conventions
    if isinstance(checkpoint.decoder, Gemma):
        return UniformEngine(checkpoint.decoder, checkpoint.tokens, conventions, name)
    return Engine(checkpoint.decoder, checkpoint.tokens, name, conventions=conventions)


def read_config(folder: Path) -> DecoderConfig:
    """The shape of the network in a planner's folder."""
    return planner.decoder_config(read_json(folder / "config.json"))


def read_weights(
    place: Path, config: DecoderConfig, target: Target, arm: str = "diffusion"
) -> dict[str, Tensor]:
    """The weights of an arm in a planner's folder, or of a file; they must be exactly those of its network."""
    files = weights_of(place, arm)
    stored = read_header(files.whole)
    network = on_meta(partial(Decoder, config))
    layout = arrange(network, same_name, stored)
    return read_changed(layout, stored, read_change(files), target)


def _planner(folder: Path, arm: str, target: Target) -> Engine:
    config, tokens = read_config(folder), Tokens.load(folder / "tokenizer.json")
    if tokens.vocab_size > config.vocab_size:
        raise CheckpointError(
            f"the tokenizer in {str(folder)!r} has {tokens.vocab_size} ids, the network only "
            f"{config.vocab_size}; take both from one training run"
        )
    weights = read_weights(folder, config, target, arm)
    decoder = _filled(on_meta(partial(Decoder, config)), weights)
    return Engine(decoder, tokens, name=f"{folder.name}-{arm}")


def _filled(network: nn.Module, weights: dict[str, Tensor]) -> Any:
    """The network with these weights, in its form for inference where it has one; `weights` is empty then."""
    network.load_state_dict(weights, assign=True)
    weights.clear()  # so that each tensor is freed once the inference form has laid it out anew
    network.eval().requires_grad_(False)
    if not isinstance(network, Decoder):
        return network
    records = next(network.parameters()).is_cuda
    return GraphedDecoder(network) if records else LeanDecoder(network)


def _place(device: str | torch.device | None) -> torch.device:
    return torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
