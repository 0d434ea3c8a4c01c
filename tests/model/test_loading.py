"""A sound model folder loads; every way of being unsound is refused in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from model.backbone.decoder import Decoder, DecoderConfig, initialise
from model.checkpoints.reading import Target
from model.errors import CheckpointError, ModelError
from model.families.planner import config_of, decoder_config
from model.loading import load_model, read_weights
from model.tokens import Tokens
from model.types import DecodeParams, Slot, Template

CONFIG = DecoderConfig(300, 16, 2, 4, 2, 8, 24)
TOKENS = Tokens.train(["any words"], ["#1", "yes", "no"], vocab_size=300)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    decoder = Decoder(CONFIG)
    initialise(decoder, 0)
    halved = {name: w.bfloat16() for name, w in decoder.state_dict().items()}
    for arm in ("diffusion", "ar"):
        save_file(halved, tmp_path / f"{arm}.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(config_of(CONFIG)), encoding="utf-8")
    TOKENS.save(tmp_path / "tokenizer.json")
    return tmp_path


@pytest.mark.parametrize("arm", ["diffusion", "ar"])
def test_a_sound_folder_fills_templates(folder: Path, arm: str) -> None:
    lm = load_model(folder, arm, device="cpu")
    answer = Slot("answer", allowed=frozenset({"yes", "no"}))
    block = 1 if arm == "ar" else None
    filling = lm.fill(Template("any words", ("#1", answer)), DecodeParams(block_length=block))
    assert filling.values["answer"] in {"yes", "no"}
    assert arm in lm.name


def test_every_tensor_of_the_file_is_in_the_network(folder: Path) -> None:
    stored = load_file(folder / "diffusion.safetensors")
    target = Target(torch.device("cpu"), torch.bfloat16)
    weights = read_weights(folder / "diffusion.safetensors", CONFIG, target)
    assert weights.keys() == stored.keys()
    assert all(torch.equal(weights[name], stored[name]) for name in stored)


def test_config_survives_its_file() -> None:
    assert decoder_config(json.loads(json.dumps(config_of(CONFIG)))) == CONFIG


def edit(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    stored = json.loads(path.read_text(encoding="utf-8")) | changes
    kept = {key: value for key, value in stored.items() if value != "gone"}
    path.write_text(json.dumps(kept), encoding="utf-8")


def rewrite(folder: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> None:
    path = folder / "diffusion.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


def truncate(folder: Path, n_bytes: int) -> None:
    path = folder / "diffusion.safetensors"
    path.write_bytes(path.read_bytes()[:n_bytes])


def narrow(tensors: dict[str, torch.Tensor]) -> None:
    tensors["model.norm.weight"] = torch.ones(8)


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no config": (lambda f: (f / "config.json").unlink(), "config.json.* is missing"),
    "no weights": (lambda f: (f / "diffusion.safetensors").unlink(), "weights in that folder: ar"),
    "no tokenizer": (lambda f: (f / "tokenizer.json").unlink(), "no tokenizer at"),
    "config no json": (lambda f: (f / "config.json").write_text("{"), "is not readable JSON"),
    "config a list": (lambda f: (f / "config.json").write_text("[]"), "unknown architecture None"),
    "foreign": (
        lambda f: edit(f, model_type="bert"),
        "unknown architecture 'bert'.*known: planner",
    ),
    "key gone": (lambda f: edit(f, head_dim="gone"), "config.json lacks head_dim"),
    "negative": (
        lambda f: edit(f, hidden_size=-16),
        "hidden_size=-16; it must be a positive whole",
    ),
    "text": (lambda f: edit(f, vocab_size="300"), "vocab_size='300'; it must be a positive whole"),
    "odd head": (lambda f: edit(f, head_dim=7), "head_dim=7; it must be an even"),
    "many layers": (lambda f: edit(f, num_hidden_layers=10**9), "it must be from 1 to 512"),
    "heads": (
        lambda f: edit(f, num_key_value_heads=3),
        "must be a multiple of num_key_value_heads=3",
    ),
    "flag": (lambda f: edit(f, use_qk_norm=1), "use_qk_norm=1; it must be true or false"),
    "other width": (lambda f: edit(f, hidden_size=32), r"is \(.*\), config.json asks for \(.*32"),
    "more layers": (
        lambda f: edit(f, num_hidden_layers=3),
        r"lacks 'model.layers.2.* and \d+ more",
    ),
    "fewer layers": (lambda f: edit(f, num_hidden_layers=1), "which config.json has no place for"),
    "small vocabulary": (lambda f: edit(f, vocab_size=100), "ids, the network only 100"),
    "wrong shape": (lambda f: rewrite(f, narrow), r"'model.norm.weight'.* is \(8,\)"),
    "empty": (lambda f: truncate(f, 0), "is damaged or truncated"),
    "cut header": (lambda f: truncate(f, 50), "is damaged or truncated"),
    "cut weights": (lambda f: truncate(f, 8000), "is damaged or truncated"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_unsound_folder_is_refused_in_one_line(folder: Path, damage: str) -> None:
    inflict, said = DAMAGES[damage]
    inflict(folder)
    with pytest.raises(ModelError, match=said) as refusal:
        load_model(folder, device="cpu")
    assert "\n" not in str(refusal.value)


def test_an_unknown_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"no model folder .*nowhere"):
        load_model(tmp_path / "nowhere")


def test_an_unknown_arm_is_refused(folder: Path) -> None:
    with pytest.raises(CheckpointError, match="unknown arm 'left'; choose diffusion or ar"):
        load_model(folder, "left")
