"""A team takes the steps that one process would, and ends with what one process leaves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from model.train.__main__ import main
from model.train.run import Corpus, Run
from model.train.runfolder import RunFolder
from model.train.team import Team, gather
from tests.model.train.grids import config, eight, tokens


def average_of_ranks(team: Team, folder: Path) -> None:
    weight = torch.nn.Parameter(torch.zeros(2, 3))
    weight.grad = torch.full((2, 3), float(team.rank))
    team.average([weight])
    agreed = team.follow([team.rank + 7, 2])
    (folder / f"{team.rank}.json").write_text(json.dumps([weight.grad.tolist(), agreed]))


def train(team: Team, folder: Path) -> None:
    samples = eight(tokens())
    corpus = Corpus(tokens(), samples, samples)
    Run(config(3, 4), corpus, RunFolder(folder), torch.device("cpu"), None, team).train()


class InFolder:
    """A piece of work in a folder; a class, because it goes to other processes."""

    def __init__(self, work: object, folder: Path) -> None:
        self.work, self.folder = work, folder

    def __call__(self, team: Team) -> None:
        self.work(team, self.folder)  # type: ignore[operator]


def test_shares_make_up_the_batch() -> None:
    batch = np.arange(7)
    shares = [Team(rank, 3).share(batch) for rank in range(3)]
    assert sorted(np.concatenate(shares)) == list(range(7))


def test_members_average_their_gradients_and_follow_the_leader(tmp_path: Path) -> None:
    gather(2, InFolder(average_of_ranks, tmp_path))
    said = [json.loads((tmp_path / f"{rank}.json").read_text()) for rank in range(2)]
    assert said == [[[[0.5] * 3] * 2, [7, 2]]] * 2


def test_a_team_leaves_the_folder_that_one_process_leaves(tmp_path: Path) -> None:
    for size, name in ((1, "one"), (2, "two")):
        (tmp_path / name).mkdir()
        gather(size, InFolder(train, tmp_path / name))
    one, two = (sorted(path.name for path in (tmp_path / n).iterdir()) for n in ("one", "two"))
    assert one == two
    weights = [load_file(tmp_path / n / "diffusion.safetensors") for n in ("one", "two")]
    assert weights[0].keys() == weights[1].keys()
    assert all(torch.isfinite(weight).all() for weight in weights[1].values())


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--workers", "0"], "--workers is 0"), (["--workers", "2", "--device", "meta"], "on a GPU")],
)
def test_a_team_that_cannot_be_is_refused(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "out"), *options]) == 1
    assert said in capsys.readouterr().err
