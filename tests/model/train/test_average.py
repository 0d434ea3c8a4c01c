"""The average of runs lies between them, and only runs of one shape and one tongue are averaged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model.checkpoints.reading import Target
from model.loading import ARMS, load_model, read_config, read_weights
from model.train.__main__ import main
from model.train.average import average
from model.train.runfolder import RunFolder
from model.train.trainee import Trainee
from tests.model.train.grids import config, tokens

CPU = torch.device("cpu")
TARGET = Target(CPU, torch.float32)


def run_of(folder: Path, seed: int, d_ff: int | None = None) -> Path:
    """A run's folder with random weights."""
    told = replace(config(3, 4), seed=seed)
    size = replace(told.size, d_ff=d_ff or told.size.d_ff)
    decoder = Trainee(replace(told, size=size), tokens().vocab_size, CPU).decoder
    folder.mkdir()
    run = RunFolder(folder)
    run.save_description(decoder.config, tokens(), {})
    for arm in ARMS:
        run.save_weights(decoder.state_dict(), arm)
    return folder


def weights_of(folder: Path, arm: str) -> torch.Tensor:
    weights = read_weights(folder / f"{arm}.safetensors", read_config(folder), TARGET)
    return torch.cat([weight.flatten() for weight in weights.values()])


def test_shares_say_how_near_the_average_is_to_each(tmp_path: Path) -> None:
    one, other = run_of(tmp_path / "one", 1), run_of(tmp_path / "other", 2)
    average({one: 3.0, other: 1.0}, tmp_path / "mixed")
    for arm in ARMS:
        expected = 0.75 * weights_of(one, arm) + 0.25 * weights_of(other, arm)
        torch.testing.assert_close(
            weights_of(tmp_path / "mixed", arm), expected, atol=2e-3, rtol=2e-2
        )
    assert not torch.allclose(weights_of(one, "ar"), weights_of(other, "ar"), atol=2e-3)
    assert load_model(str(tmp_path / "mixed")).name


def test_a_run_alone_is_its_own_average(tmp_path: Path) -> None:
    one, other = run_of(tmp_path / "one", 1), run_of(tmp_path / "other", 2)
    average({one: 1.0, other: 0.0}, tmp_path / "mixed")
    torch.testing.assert_close(
        weights_of(tmp_path / "mixed", "ar"), weights_of(one, "ar"), atol=1e-3, rtol=1e-2
    )


def test_what_cannot_be_averaged_is_refused_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = run_of(tmp_path / "one", 1), run_of(tmp_path / "other", 2)
    wide = run_of(tmp_path / "wide", 1, d_ff=96)

    def refusal(runs: list[Path], *shares: str) -> str:
        out = str(tmp_path / "mixed")
        assert main(["average", "--runs", *map(str, runs), "--shares", *shares, "--out", out]) == 1
        assert not Path(out).exists()
        return capsys.readouterr().err

    assert "2 runs and 1 shares" in refusal([one, other], "1")
    assert "none may be negative" in refusal([one, other], "2", "-1")
    assert "differ in shape" in refusal([one, wide], "1", "1")
    assert main(["average", "--runs", str(one), str(other), "--shares", "7", "3", "--out", str(tmp_path / "m")]) == 0  # fmt: skip
