"""A checkpoint that is not whole, not known or too large is refused in one line, before its weights are read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from model import loading
from model.checkpoints.memory import gib, group_bytes, machine_bytes
from model.errors import ModelError
from model.loading import load_checkpoint
from tests.model.families.stock import STOCK, edit, save

Tensors = dict[str, Tensor]
LAYER = "model.layers.1.self_attn.k_proj.weight"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(STOCK["sdar"], tmp_path)
    return tmp_path


def shard_of(folder: Path, name: str) -> Path:
    index = json.loads((folder / "model.safetensors.index.json").read_text(encoding="utf-8"))
    return folder / str(index["weight_map"][name])


def rewrite(folder: Path, change: Callable[[Tensors], object]) -> None:
    path = shard_of(folder, LAYER)
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


def truncate(folder: Path, n_bytes: int) -> None:
    path = shard_of(folder, LAYER)
    path.write_bytes(path.read_bytes()[:n_bytes])


def pickled(folder: Path) -> None:
    for path in folder.glob("model*"):
        path.unlink()
    (folder / "pytorch_model.bin").write_bytes(b"")


def loose(folder: Path) -> None:
    """No index, and one tensor in two files."""
    (folder / "model.safetensors.index.json").unlink()
    save_file({LAYER: torch.ones(2)}, folder / "z.safetensors")


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no shard": (lambda f: shard_of(f, LAYER).unlink(), r"'model-.*' of \d+ shards missing"),
    "cut shard": (lambda f: truncate(f, 5000), "is damaged or truncated"),
    "empty shard": (lambda f: truncate(f, 0), "is damaged or truncated"),
    "no key": (lambda f: rewrite(f, lambda t: t.pop(LAYER)), f"lacks '{LAYER}'; config.json asks"),
    "wrong shape": (
        lambda f: rewrite(f, lambda t: t.update({LAYER: torch.ones(8, 32)})),
        rf"'{LAYER}' in .* is \(8, 32\), config.json asks for \(32, 32\)",
    ),
    "foreign tensor": (
        lambda f: rewrite(f, lambda t: t.update({"adapter.weight": torch.ones(2)})),
        "has 'adapter.weight', which config.json has no place for",
    ),
    "float 8": (
        lambda f: rewrite(f, lambda t: t.update({LAYER: t[LAYER].to(torch.float8_e4m3fn)})),
        "is F8_E4M3; quantised weights are not supported",
    ),
    "quantised": (lambda f: edit(f, quantization_config={"bits": 4}), "holds quantised weights"),
    "pickled": (pickled, "no safetensors file .*pytorch_model.bin.*unpickling runs code"),
    "twice": (loose, "is in 'model-.*' and in 'z.safetensors'; remove the copy"),
    "index of nothing": (
        lambda f: (f / "model.safetensors.index.json").write_text('{"metadata": {}}'),
        "has no weight_map",
    ),
    "index no json": (
        lambda f: (f / "model.safetensors.index.json").write_text("{"),
        "is not readable JSON",
    ),
    "unknown": (
        lambda f: edit(f, model_type="mamba", architectures=["MambaLM"]),
        "unknown architecture 'mamba'.*known: .*sdar",
    ),
    "other network": (lambda f: edit(f, num_hidden_layers=3), "lacks 'model.layers.2"),
    "other activation": (lambda f: edit(f, hidden_act="gelu"), "hidden_act='gelu'; only 'silu'"),
    "window": (
        lambda f: edit(f, layer_types=["sliding_attention", "full_attention"]),
        "layers of 'sliding_attention'; only 'full_attention'",
    ),
    "unknown rope": (
        lambda f: edit(f, rope_parameters={"rope_type": "longrope", "rope_theta": 1.0}),
        "says 'longrope'; supported are default, linear, llama3, yarn",
    ),
    "rope of another kind": (
        lambda f: edit(f, rope_parameters={"rope_type": "yarn", "factor": 2.0, "mscale": 1.0}),
        "has 'mscale', which 'yarn' is not supported with",
    ),
    "odd rotary": (
        lambda f: edit(f, partial_rotary_factor=0.2),
        r"partial_rotary_factor=0.2: 3 of 16 dimensions would turn; it must be an even number",
    ),
    "no mask": (lambda f: edit(f, mask_token_id=None), r"give mask_id=ID"),
    "no block": (lambda f: edit(f, block_size=None), r"give block_length=N"),
    "mask of another vocabulary": (
        lambda f: edit(f, mask_token_id=151669),
        "mask_id=151669 is no id of .*; it must be from 0 to 95",
    ),
    "tokenizer no json": (
        lambda f: (f / "tokenizer.json").write_text("{"),
        "is not readable JSON|cannot be read",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_checkpoint_is_refused_in_one_line(folder: Path, damage: str) -> None:
    inflict, said = DAMAGES[damage]
    inflict(folder)
    with pytest.raises(ModelError, match=said) as refusal:
        load_checkpoint(folder, device="cpu")
    assert "\n" not in str(refusal.value)


def test_the_sound_checkpoint_loads(folder: Path) -> None:
    found = load_checkpoint(folder, device="cpu")
    assert (found.conventions.mask_id, found.conventions.block_length) == (90, 8)
    assert found.report.ignored == ()


def test_an_option_goes_before_the_files(folder: Path) -> None:
    found = load_checkpoint(folder, device="cpu", mask_id=91, block_length=4)
    assert (found.conventions.mask_id, found.conventions.block_length) == (91, 4)
    with pytest.raises(ModelError, match="block_length=0; it must be from 1"):
        load_checkpoint(folder, device="cpu", block_length=0)


def test_known_tensors_that_nobody_needs_are_reported(folder: Path) -> None:
    name = "model.layers.0.self_attn.rotary_emb.inv_freq"
    rewrite(folder, lambda t: t.update({name: torch.ones(8)}))
    assert load_checkpoint(folder, device="cpu").report.ignored == (name,)


def test_a_checkpoint_larger_than_memory_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "available_bytes", lambda _: 1000)
    with pytest.raises(ModelError, match=r"needs 0.00 GiB on 'cpu', 0.00 GiB are free"):
        load_checkpoint(folder, device="cpu")
    monkeypatch.setattr(loading, "available_bytes", lambda _: None)
    assert load_checkpoint(folder, device="cpu").report.n_parameters > 0


def test_a_stretched_checkpoint_is_not_stretched_again(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"ntk_factor=0.5; it must be 1 or more"):
        load_checkpoint(folder, device="cpu", ntk_factor=0.5)
    edit(folder, rope_parameters={"rope_type": "linear", "factor": 2.0})
    with pytest.raises(ModelError, match=r"ntk_factor=2.0: .* already stretched"):
        load_checkpoint(folder, device="cpu", ntk_factor=2.0)


def test_what_is_free_is_read_as_linux_says_it(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:   2048 kB\n")
    assert machine_bytes(tmp_path / "meminfo") == 2 * 2**20
    assert machine_bytes(tmp_path / "elsewhere") is None
    assert group_bytes(tmp_path) is None
    for name, text in {"max": "1000", "current": "700", "stat": "anon 500\nfile 200"}.items():
        (tmp_path / f"memory.{name}").write_text(f"{text}\n")
    assert group_bytes(tmp_path) == 1000 - 700 + 200
    (tmp_path / "memory.max").write_text("max\n")
    assert group_bytes(tmp_path) is None
    assert gib(3 * 2**29) == "1.50 GiB"
