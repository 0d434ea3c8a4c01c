"""Rotary positions: half-split pairs, some dimensions left alone, frequencies as transformers has them."""

from __future__ import annotations

import pytest
import torch
from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from model.backbone.rope import Llama3, Ntk, Plain, Rotation, Stretch, Yarn

LENGTHS = {"original_max_position_embeddings": 512}
STRETCHES: dict[str, tuple[Stretch, dict[str, object]]] = {
    "linear": (Plain(4.0), {"factor": 4.0}),
    "llama3": (
        Llama3(8.0, 1.0, 4.0, 512),
        {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, **LENGTHS},
    ),
    "yarn": (Yarn(4.0, 512), {"factor": 4.0, **LENGTHS}),
    "yarn of small turns": (
        Yarn(2.0, 512, 4.0, 2.0, 0.9),
        {"factor": 2.0, "beta_fast": 4.0, "beta_slow": 2.0, "attention_factor": 0.9, **LENGTHS},
    ),
}


@pytest.mark.parametrize("name", STRETCHES)
@pytest.mark.parametrize("width", [16, 128])
def test_stretched_frequencies_are_those_of_transformers(name: str, width: int) -> None:
    stretch, told = STRETCHES[name]
    kind = name.partition(" ")[0]
    rope = {"rope_type": kind, "rope_theta": 5e5, **told}
    config = LlamaConfig(head_dim=width, max_position_embeddings=2048, rope_parameters=rope)
    wanted, amplitude = ROPE_INIT_FUNCTIONS[kind](config, torch.device("cpu"))
    torch.testing.assert_close(stretch.frequencies(5e5, width), wanted)
    assert stretch.amplitude == pytest.approx(amplitude)


def test_a_pair_turns_by_its_angle() -> None:
    position, theta = 3, 100.0
    rotate = Rotation(torch.tensor([[position]]), theta, 4, Plain())
    x = torch.tensor([1.0, 2.0, 3.0, 4.0])
    found = rotate(x.view(1, 1, 1, 4)).flatten()
    for i, angle in enumerate((position * 1.0, position * theta**-0.5)):
        turned = torch.view_as_complex(torch.stack((x[i], x[i + 2]))) * torch.exp(
            torch.tensor(1j * angle)
        )
        assert found[i] == pytest.approx(turned.real.item(), abs=1e-5)
        assert found[i + 2] == pytest.approx(turned.imag.item(), abs=1e-5)


def test_dimensions_beyond_the_width_stay() -> None:
    x = torch.randn(2, 3, 5, 16)
    positions = torch.arange(5).expand(2, 5)
    found = Rotation(positions, 1e4, 8, Plain())(x)
    torch.testing.assert_close(found[..., 8:], x[..., 8:])
    torch.testing.assert_close(
        found[..., :8], Rotation(positions, 1e4, 8, Plain())(x[..., :8].contiguous())
    )


def test_a_larger_theta_slows_the_slowest_pair_by_the_factor_and_leaves_the_fastest() -> None:
    slow, plain = Ntk(8.0).frequencies(1e4, 64), Plain().frequencies(1e4, 64)
    assert slow[0] == plain[0]
    torch.testing.assert_close(slow[-1], plain[-1] / 8)


def test_one_rotation_serves_several_number_formats() -> None:
    rotate = Rotation(torch.arange(4)[None], 1e4, 8, Plain())
    x = torch.randn(1, 2, 4, 8)
    first = rotate(x)
    assert rotate(x.double()).dtype is torch.float64
    torch.testing.assert_close(rotate(x), first)
