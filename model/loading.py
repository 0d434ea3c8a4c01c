"""A model folder becomes a language model: checked, complete, or refused in one line.

Guarantees: every tensor of the file is used and every weight of the network comes from the file, in its
shape. The network is given no memory before its checkpoint has been found to fit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from model.backbone.decoder import Decoder, DecoderConfig
from model.backbone.precision import fast_dtype
from model.engine import Engine
from model.errors import CheckpointError
from model.families import planner
from model.tokens import Tokens
from model.types import LanguageModel

WEIGHTS = Path(__file__).parent / "weights"
EMBEDDED = "embedded"
ARMS = ("diffusion", "ar")
FAMILIES = {planner.MODEL_TYPE: planner.decoder_config}


def load_model(
    name: str | Path = EMBEDDED,
    arm: str = "diffusion",
    *,
    device: str | None = None,
    dtype: torch.dtype | None = None,
) -> LanguageModel:
    """Load a model by folder, or the one that comes along (`embedded`)."""
    if arm not in ARMS:
        raise CheckpointError(f"unknown arm {arm!r}; choose {' or '.join(ARMS)}")
    folder = WEIGHTS / "planner" if name == EMBEDDED else Path(name)
    place = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    config = read_config(folder)
    tokens = Tokens.load(folder / "tokenizer.json")
    if tokens.vocab_size > config.vocab_size:
        raise CheckpointError(
            f"the tokenizer in {str(folder)!r} has {tokens.vocab_size} ids, the network only "
            f"{config.vocab_size}; take both from one training run"
        )
    weights = read_weights(folder / f"{arm}.safetensors", config, place)
    decoder = build(config, weights, dtype or fast_dtype(place))
    return Engine(decoder, tokens, name=f"{folder.name}-{arm}")


def read_config(folder: Path) -> DecoderConfig:
    """The shape of the network in a model folder."""
    if not folder.is_dir():
        raise CheckpointError(f"no model folder {str(folder)!r}; give a folder, or {EMBEDDED!r}")
    path = folder / "config.json"
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError(f"{str(path)!r} is missing; a model folder needs it") from None
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{str(path)!r} is not readable JSON: {error}") from error
    kind = stored.get("model_type") if isinstance(stored, dict) else None
    if kind not in FAMILIES:
        raise CheckpointError(
            f"unknown architecture {kind!r} in {str(path)!r}; known: {', '.join(FAMILIES)}"
        )
    return FAMILIES[kind](stored)


def read_weights(path: Path, config: DecoderConfig, device: torch.device) -> dict[str, Tensor]:
    """The tensors of a file, which must be exactly those of the network."""
    if not path.is_file():
        found = ", ".join(sorted(p.name for p in path.parent.glob("*.safetensors"))) or "none"
        raise CheckpointError(f"{str(path)!r} is missing; weights in that folder: {found}")
    with torch.device("meta"):
        wanted = {name: tuple(w.shape) for name, w in Decoder(config).state_dict().items()}
    try:
        with safe_open(path, framework="pt", device=str(device)) as stored:
            names: list[str] = stored.keys()
            shapes = {name: tuple(stored.get_slice(name).get_shape()) for name in names}
            _compare(path, shapes, wanted)
            return {name: stored.get_tensor(name) for name in wanted}
    except SafetensorError as error:
        raise CheckpointError(
            f"{str(path)!r} is damaged or truncated ({error}); copy or train it again"
        ) from error


def build(config: DecoderConfig, weights: Mapping[str, Tensor], dtype: torch.dtype) -> Decoder:
    """The network with these weights, for inference."""
    with torch.device("meta"):
        decoder = Decoder(config)
    decoder.load_state_dict({name: w.to(dtype) for name, w in weights.items()}, assign=True)
    return decoder.eval().requires_grad_(False)


def _compare(path: Path, shapes: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    if missing := sorted(wanted.keys() - shapes.keys()):
        raise CheckpointError(f"{path.name!r} lacks {_some(missing)}; config.json asks for it")
    if unused := sorted(shapes.keys() - wanted.keys()):
        raise CheckpointError(
            f"{path.name!r} has {_some(unused)}, which config.json has no place for"
        )
    for name, shape in shapes.items():
        if shape != wanted[name]:
            raise CheckpointError(
                f"{name!r} in {path.name!r} is {shape}, config.json asks for {wanted[name]}; "
                "take both from one training run"
            )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names[0]!r}{more}"
