"""An adapter's weights are its base's plus the product of its factors; what does not fit is refused in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from model.backbone.decoder import Decoder, DecoderConfig, initialise
from model.checkpoints.adapter import INNER, LEVELS, OUTER, base_of, weights_of
from model.checkpoints.outlook import outlook
from model.checkpoints.reading import Target
from model.checkpoints.scaled import grown, restored, shrunk
from model.checkpoints.survey import look
from model.errors import CheckpointError, ModelError
from model.families.planner import config_of
from model.loading import load_checkpoint, load_model, read_config, read_weights
from model.tokens import Tokens
from model.train.average import average

CONFIG = DecoderConfig(300, 16, 2, 4, 2, 8, 24)
TARGET = Target(torch.device("cpu"), torch.float32)
RANK = 3
MATRIX, NORM = "model.layers.0.mlp.up_proj.weight", "model.norm.weight"
Change = Callable[[dict[str, Tensor]], object]


def change_of(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Random factors for every matrix, and other norms."""
    noise = torch.Generator().manual_seed(5)
    found: dict[str, Tensor] = {}
    for name, weight in weights.items():
        if weight.dim() == 2:
            found[name + INNER] = torch.randn(RANK, weight.shape[1], generator=noise)
            found[name + OUTER] = torch.randn(RANK, weight.shape[0], generator=noise)
        else:
            found[name] = weight + 0.5
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    decoder = Decoder(CONFIG)
    initialise(decoder, 0)
    weights = dict(decoder.state_dict())
    save_file(shrunk(weights), tmp_path / "base.safetensors")
    for arm in ("diffusion", "ar"):
        save_file(shrunk(change_of(weights), LEVELS), tmp_path / f"{arm}.adapter.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(config_of(CONFIG)), encoding="utf-8")
    Tokens.train(["any words"], ["#1", "yes"], vocab_size=300).save(tmp_path / "tokenizer.json")
    return tmp_path


def edit(folder: Path, change: Change) -> None:
    path = folder / "diffusion.adapter.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


@pytest.mark.parametrize("arm", ["diffusion", "ar"])
def test_the_merged_weights_are_the_base_and_the_product_of_the_factors(
    folder: Path, arm: str
) -> None:
    base = restored(load_file(folder / "base.safetensors"))
    change = restored(load_file(folder / f"{arm}.adapter.safetensors"))
    found = read_weights(folder, CONFIG, TARGET, arm)
    assert found.keys() == base.keys()
    for name, weight in found.items():
        if weight.dim() == 2:
            product = change[name + OUTER].t() @ change[name + INNER]
            torch.testing.assert_close(weight, base[name] + product)
            assert not torch.allclose(weight, base[name], atol=0.1)
        else:
            torch.testing.assert_close(weight, change[name])


def test_weights_are_merged_before_they_are_rounded(folder: Path) -> None:
    precise = read_weights(folder, CONFIG, TARGET)
    halved = read_weights(folder, CONFIG, Target(TARGET.device, torch.bfloat16))
    assert all(torch.equal(halved[name], precise[name].bfloat16()) for name in precise)


def test_every_way_of_loading_merges(folder: Path) -> None:
    merged = read_weights(folder, CONFIG, TARGET)
    assert load_model(folder, "ar", device="cpu").name.endswith("ar")
    loaded = load_checkpoint(folder, device="cpu", dtype=torch.float32).decoder.state_dict()
    # The form for inference lays matrices out anew, but for the embedding and the norms.
    for name in ("model.embed_tokens.weight", NORM):
        if name in loaded:
            torch.testing.assert_close(loaded[name], merged[name])
    average({folder: 1.0}, folder / "mixed")
    mixed = read_weights(folder / "mixed", read_config(folder), TARGET)
    torch.testing.assert_close(mixed[MATRIX], merged[MATRIX], atol=0.05, rtol=0)


def test_the_outlook_counts_both_files(folder: Path) -> None:
    ahead = outlook(look(str(folder)), TARGET.device)
    assert ahead.n_files == 2
    assert ahead.n_parameters == sum(w.numel() for w in Decoder(CONFIG).state_dict().values())


def test_a_base_is_found_from_its_folder_or_by_itself(folder: Path, tmp_path: Path) -> None:
    assert base_of(folder) == folder / "base.safetensors"
    assert base_of(folder / "base.safetensors") == folder / "base.safetensors"
    (folder / "base.safetensors").rename(folder / "diffusion.safetensors")
    (folder / "diffusion.adapter.safetensors").unlink()
    assert base_of(folder) == weights_of(folder, "diffusion").whole
    with pytest.raises(CheckpointError, match="is missing; weights in that folder"):
        base_of(folder / "other.safetensors")


def both(folder: Path) -> None:
    save_file({NORM: torch.ones(16)}, folder / "diffusion.safetensors")


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no base": (lambda f: (f / "base.safetensors").unlink(), "changes a 'base.*lacks; copy it"),
    "both": (both, "has both 'diffusion.safetensors' and 'diffusion.adapter.safetensors'; remove"),
    "foreign": (
        lambda f: edit(f, lambda t: t.update(other=torch.ones(2))),
        "'diffusion.adapter.safetensors' has 'other', which 'base.* has no weight for; take both",
    ),
    "foreign factor": (
        lambda f: edit(f, lambda t: t.update({"x" + INNER: torch.ones(2, 2)})),
        "has 'x.lora_A', which",
    ),
    "lone factor": (
        lambda f: edit(f, lambda t: [t.pop(MATRIX + OUTER + end) for end in ("", ".scale")]),
        "has one factor of .*up_proj.* and lacks .*lora_B'; copy or train",
    ),
    "narrow factor": (
        lambda f: edit(f, lambda t: t.update({MATRIX + INNER: t[MATRIX + INNER][:, :4].clone()})),
        r"the factors of .*up_proj.* are \(3, 4\) and \(3, 24\), its weight is \(24, 16\); take",
    ),
    "other ranks": (
        lambda f: edit(
            f, lambda t: t.update({MATRIX + end: torch.ones(2, 16) for end in (INNER,)})
        ),
        r"are \(2, 16\) and \(3, 24\)",
    ),
    "narrow norm": (
        lambda f: edit(f, lambda t: t.update({NORM: torch.ones(8)})),
        r"'model.norm.weight' in 'diffusion.adapter.*is \(8,\), its weight is \(16,\); take",
    ),
    "factors of a norm": (
        lambda f: edit(f, lambda t: t.update({NORM + INNER: torch.ones(2, 2)})),
        r"'model.norm.weight.lora_A' in .* its weight is \(16,\); take",
    ),
    "truncated": (
        lambda f: (f / "diffusion.adapter.safetensors").write_bytes(b"half"),
        "is damaged or truncated",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("load", [load_model, load_checkpoint])
def test_an_unsound_adapter_is_refused_in_one_line(
    folder: Path, damage: str, load: Callable[..., object]
) -> None:
    inflict, said = DAMAGES[damage]
    inflict(folder)
    with pytest.raises(ModelError, match=said) as refusal:
        load(folder, device="cpu")
    assert "\n" not in str(refusal.value)


def test_fewer_levels_are_coarser() -> None:
    matrix = torch.randn(4, 64, generator=torch.Generator().manual_seed(1))
    kept = shrunk({"m": matrix}, LEVELS)
    assert kept["m"].abs().max() == LEVELS
    back = grown(kept["m"], kept["m.scale"])
    assert ((back - matrix).abs() <= kept["m.scale"][:, None] * 0.5001).all()
