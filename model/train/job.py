"""A training run as a value: what every member of a team is given to do."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import torch

from model.errors import TrainingError
from model.tokens import Tokens
from model.train.config import TrainConfig
from model.train.origin import Origin
from model.train.run import Corpus, Run
from model.train.runfolder import RunFolder
from model.train.samples import SampleFile
from model.train.team import Team


@dataclass(frozen=True, slots=True)
class Job:
    """Train as told from the packed samples in `data`, into the folder `out`."""

    told: TrainConfig
    data: Path
    out: Path
    origin: Origin
    device: torch.device
    threads: int | None
    is_compiled: bool

    def __call__(self, team: Team) -> None:
        """One member's part."""
        log_from(logging.INFO if team.leads else logging.WARNING)
        if self.threads:
            torch.set_num_threads(self.threads)
        corpus = read_corpus(self.data, self.told.habits.held_out)
        run = Run(self.told, corpus, RunFolder(self.out), self.device, self.origin, team)
        if self.is_compiled:
            run.compile()
        run.train()


def log_from(level: int) -> None:
    """Log with the time of day."""
    logging.basicConfig(level=level, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")


def read_corpus(folder: Path, n_held_out: int) -> Corpus:
    """The files that `pack` wrote."""
    files = sorted(folder.glob("train*.npz"))
    if not files:
        raise TrainingError(
            f"no train*.npz in {str(folder)!r}; make it with `python -m model.train pack`"
        )
    held_out = SampleFile.read([folder / "dev.npz"])
    return Corpus(
        Tokens.load(folder / "tokenizer.json"),
        SampleFile.read(files),
        held_out.first(n_held_out),
    )
