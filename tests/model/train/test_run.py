"""A run learns what it is shown, ends with both arms, and continues where it was stopped."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from model.errors import CheckpointError, TrainingError
from model.train.__main__ import main
from model.train.measure import exactness
from model.train.objective import Losses, Objective
from model.train.origin import Origin
from model.train.run import Corpus, Run
from model.train.runfolder import RunFolder
from model.train.schedule import Phase
from model.train.trainee import Trainee
from tests.model.train.grids import N_CELLS, config, eight, tokens

CPU = torch.device("cpu")
TOKENS = tokens()
N_STEPS = 220


class KilledError(Exception):
    """A run was killed."""


def start(folder: Path, base: Path | None = None) -> Run:
    folder.mkdir(exist_ok=True)
    samples = eight(TOKENS)
    return Run(config(3, 4), Corpus(TOKENS, samples, samples), RunFolder(folder), CPU, Origin(base))


def kill_after(monkeypatch: pytest.MonkeyPatch, n_steps: int) -> None:
    """Save after every step, and stop the run before the given one."""
    taken = 0
    step = Run._step

    def counted(run: Run) -> None:
        nonlocal taken
        if taken:
            run._save()
        if taken == n_steps:
            raise KilledError
        taken += 1
        step(run)

    monkeypatch.setattr(Run, "_step", counted)


@pytest.mark.parametrize("n_steps", [2, 5, 9])
def test_a_killed_run_ends_like_an_uninterrupted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_steps: int
) -> None:
    start(tmp_path / "whole").train()
    with monkeypatch.context() as patch:
        kill_after(patch, n_steps)
        with pytest.raises(KilledError):
            start(tmp_path / "killed").train()
    start(tmp_path / "killed").train()
    for arm in ("diffusion", "ar"):
        whole, killed = (
            load_file(tmp_path / name / f"{arm}.safetensors") for name in ("whole", "killed")
        )
        assert whole.keys() == killed.keys()
        assert all(torch.equal(whole[name], killed[name]) for name in whole)


def test_a_finished_run_leaves_what_a_model_folder_needs(tmp_path: Path) -> None:
    start(tmp_path / "run").train()
    left = {path.name for path in (tmp_path / "run").iterdir()}
    assert left == {
        "diffusion.safetensors", "ar.safetensors", "config.json", "tokenizer.json", "curve.jsonl",
        "training.json",
    }  # fmt: skip
    curve = (tmp_path / "run" / "curve.jsonl").read_text(encoding="utf-8")
    points = [json.loads(line) for line in curve.splitlines()]
    assert {point["phase"] for point in points} == {"diffusion", "ar"}
    assert {point["samples"] for point in points} == {32}


def test_the_arms_differ_and_come_from_one_base(tmp_path: Path) -> None:
    start(tmp_path / "run").train()
    one, other = (load_file(tmp_path / "run" / f"{arm}.safetensors") for arm in ("diffusion", "ar"))
    assert not torch.equal(one["model.embed_tokens.weight"], other["model.embed_tokens.weight"])


def test_a_second_leg_trains_both_arms_from_the_weights_of_the_first(tmp_path: Path) -> None:
    start(tmp_path / "first").train()
    start(tmp_path / "second", tmp_path / "first" / "diffusion.safetensors").train()
    curve = (tmp_path / "second" / "curve.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["step"] for line in curve.splitlines()] == [4] * 4


def test_a_first_leg_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    save_file({"other": torch.ones(1)}, tmp_path / "other.safetensors")
    for name, said in (("other", "lacks 'model.embed_tokens"), ("none", "is missing")):
        with pytest.raises(CheckpointError, match=said):
            start(tmp_path / name, tmp_path / f"{name}.safetensors").train()


def test_eight_samples_are_learnt_by_heart() -> None:
    torch.manual_seed(0)
    told = config(1, 1)
    trainee = Trainee(told, TOKENS.vocab_size, CPU)
    samples = eight(TOKENS)
    objective = Objective(told.masks, TOKENS.mask_id, N_CELLS, CPU)
    first: Losses | None = None
    index = np.arange(8)
    for step in range(N_STEPS):
        progress, rng = step / N_STEPS, np.random.default_rng(step)
        losses = objective.losses(
            trainee.decoder, samples.batch(index), Phase.DIFFUSION, progress, rng
        )
        first = first or losses
        trainee.learn(losses.total, 5e-3 * min(1.0, 3 - 3 * progress))
    found = exactness(trainee.decoder, objective, samples)
    assert first is not None
    assert losses.ar < first.ar / 10
    assert found.ar == 1.0
    assert found.diffusion == 1.0


def test_help_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["--help"])
    assert leaving.value.code == 0
    assert "--minutes" in capsys.readouterr().out


def test_missing_samples_are_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: no train*.npz in")
    assert said.count("\n") == 1


def test_damaged_state_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state.pt").write_bytes(b"half a file")
    with pytest.raises(TrainingError, match="delete it to start anew"):
        RunFolder(tmp_path).read_state("state.pt")
