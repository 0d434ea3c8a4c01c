"""Matrices in 8 bits with a scale for each row."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import Tensor, nn

from model.checkpoints.files import read_header
from model.checkpoints.layout import arrange
from model.checkpoints.reading import Target, read_weights
from model.checkpoints.scaled import SUFFIX, grown, shrunk
from model.errors import CheckpointError
from model.families.family import same_name

CPU = Target(torch.device("cpu"), torch.float32)


class Small(nn.Module):
    """One matrix, one vector."""

    config = None

    def __init__(self) -> None:
        super().__init__()
        self.matrix = nn.Parameter(torch.zeros(3, 5))
        self.norm = nn.Parameter(torch.zeros(5))


def weights() -> dict[str, Tensor]:
    noise = torch.Generator().manual_seed(4)
    return {"matrix": torch.randn(3, 5, generator=noise), "norm": torch.ones(5)}


@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=6, max_size=6))
def test_no_weight_moves_by_more_than_half_its_rows_scale(values: list[float]) -> None:
    matrix = torch.tensor(values).view(2, 3)
    kept = shrunk({"m": matrix})
    back = grown(kept["m"], kept["m" + SUFFIX])
    assert ((back - matrix).abs() <= kept["m" + SUFFIX][:, None] * 0.5001).all()
    assert (back.abs().amax(1) - matrix.abs().amax(1)).abs().le(kept["m" + SUFFIX] * 0.01).all()


def test_a_file_in_eight_bits_is_read_as_the_weights_it_was_made_of(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    save_file(shrunk(weights()), path)
    stored = read_header(path)
    found = read_weights(arrange(Small(), same_name, stored), stored, CPU)
    assert found.keys() == {"matrix", "norm"}
    torch.testing.assert_close(found["matrix"], weights()["matrix"], atol=0.02, rtol=0)
    assert torch.equal(found["norm"], weights()["norm"])
    assert path.stat().st_size < 3 * 5 * 2 + 1000


@pytest.mark.parametrize("scale", [None, torch.ones(4)])
def test_integers_without_a_scale_for_each_row_are_refused(
    tmp_path: Path, scale: Tensor | None
) -> None:
    kept = shrunk(weights())
    del kept["matrix" + SUFFIX]
    path = tmp_path / "small.safetensors"
    save_file(kept | ({} if scale is None else {"matrix" + SUFFIX: scale}), path)
    with pytest.raises(
        CheckpointError, match=r"'matrix' in 'small.safetensors' is I8 without a scale"
    ):
        arrange(Small(), same_name, read_header(path))
