"""Tensors arrive whole, in the wanted format, and without a second copy."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from model.checkpoints import reading
from model.checkpoints.files import read_header
from model.checkpoints.layout import Layout, Part
from model.checkpoints.reading import Target, n_bytes_at_most, n_bytes_needed, read_weights

ALL = slice(None)
CPU = torch.device("cpu")
STORED = {
    "qkv": torch.arange(24.0).view(6, 4),
    "one.gate": torch.ones(2, 3),
    "one.up": torch.full((2, 3), 2.0),
    "two.gate": torch.full((2, 3), 3.0),
    "two.up": torch.full((2, 3), 4.0),
    "router.bias": torch.tensor([0.1, 0.2]),
    "scalar": torch.tensor(7.0),
}
LAYOUT = Layout(
    {
        "qkv": (Part("q", slice(2), ()), Part("kv", slice(2, None), ())),
        "one.gate": (Part("experts", ALL, (0, slice(2))),),
        "one.up": (Part("experts", ALL, (0, slice(2, None))),),
        "two.gate": (Part("experts", ALL, (1, slice(2))),),
        "two.up": (Part("experts", ALL, (1, slice(2, None))),),
        "router.bias": (Part("router.bias", ALL, ()),),
        "scalar": (Part("scalar", ALL, ()),),
    },
    {
        "q": torch.Size((2, 4)), "kv": torch.Size((4, 4)), "experts": torch.Size((2, 4, 3)),
        "router.bias": torch.Size((2,)), "scalar": torch.Size(()),
    },
)  # fmt: skip


def read(folder: Path, target: Target) -> dict[str, Tensor]:
    path = folder / "model.safetensors"
    save_file(STORED, path)
    return read_weights(LAYOUT, read_header(path), target)


@pytest.mark.parametrize("open_bytes", [1, 60, 2**20])
def test_fused_and_single_tensors_become_weights(
    open_bytes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_OPEN_BYTES", open_bytes)
    found = read(tmp_path, Target(CPU, torch.float32))
    assert found.keys() == LAYOUT.shapes.keys()
    assert all(found[name].shape == shape for name, shape in LAYOUT.shapes.items())
    torch.testing.assert_close(torch.cat((found["q"], found["kv"])), STORED["qkv"])
    assert found["experts"][..., 0].tolist() == [[1, 1, 2, 2], [3, 3, 4, 4]]
    assert found["scalar"] == 7


def test_weights_have_the_wanted_format_but_for_those_that_stay_precise(tmp_path: Path) -> None:
    target = Target(CPU, torch.bfloat16, precise=r"^router\.")
    found = read(tmp_path, target)
    assert found["router.bias"].dtype is torch.float32
    assert {w.dtype for name, w in found.items() if name != "router.bias"} == {torch.bfloat16}
    sizes = [w.nbytes for w in found.values()]
    assert n_bytes_needed(LAYOUT, target) == sum(sizes)
    assert n_bytes_at_most(LAYOUT, target) == sum(sizes) + max(sizes)


def test_a_tensor_in_the_wanted_format_is_not_copied(tmp_path: Path) -> None:
    found = read(tmp_path, Target(CPU, torch.float32))
    both = {found[name].untyped_storage().data_ptr() for name in ("q", "kv")}
    assert len(both) == 1
