"""Train a planner, or pack a curriculum for it.

`python -m model.train pack --source build/curriculum --out build/packed`
`python -m model.train --data build/packed --out build/planner [--config train.toml] [--minutes 60]`
"""

from __future__ import annotations

import argparse
import logging
import sys
from dataclasses import replace
from pathlib import Path

import torch

from model.errors import ModelError, TrainingError
from model.tokens import Tokens
from model.train.config import TrainConfig, read_config
from model.train.pack import Packing, pack
from model.train.run import Corpus, Run
from model.train.runfolder import RunFolder
from model.train.samples import SampleFile


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        if arguments[:1] == ["pack"]:
            _pack(arguments[1:])
        else:
            _train(arguments)
    except ModelError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


def _pack(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m model.train pack", description="Pack a curriculum."
    )
    parser.add_argument("--source", type=Path, required=True, help="folder of part-*.jsonl.gz")
    parser.add_argument("--out", type=Path, required=True, help="folder for token ids")
    parser.add_argument(
        "--vocab", type=int, default=Packing().vocab_size, help="size of the vocabulary"
    )
    told = parser.parse_args(arguments)
    pack(told.source, told.out, Packing(vocab_size=told.vocab))


def _train(arguments: list[str]) -> None:
    told = _parser().parse_args(arguments)
    config = _config(told)
    if told.threads:
        torch.set_num_threads(told.threads)
    device = torch.device(told.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    told.out.mkdir(parents=True, exist_ok=True)
    corpus = read_corpus(told.data, config.habits.held_out)
    Run(config, corpus, RunFolder(told.out), device, told.base).train()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model.train",
        description="Train a base, then a diffusion and an autoregressive arm from it. A run that was "
        "stopped continues when it is started again with the same --out.",
        epilog="`python -m model.train pack --help` tells how to make DATA from a curriculum.",
    )
    parser.add_argument("--data", type=Path, required=True, help="folder made by `pack`")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and the curve")
    parser.add_argument("--config", type=Path, help="TOML file; see model/train/config.py")
    parser.add_argument(
        "--base", type=Path, help="weights of an earlier run: both arms start from them"
    )
    budget = parser.add_mutually_exclusive_group()
    budget.add_argument("--minutes", type=float, help="train this long")
    budget.add_argument(
        "--samples", type=int, help="samples in all: a third base, two thirds each arm"
    )
    parser.add_argument("--device", help="cpu or cuda; default: cuda where there is one")
    parser.add_argument("--threads", type=int, help="CPU threads; default: torch's choice")
    return parser


def _config(told: argparse.Namespace) -> TrainConfig:
    config = read_config(told.config)
    budget = config.budget
    if told.minutes:
        budget = replace(budget, minutes=told.minutes)
    if told.samples:
        base = told.samples // 3
        budget = replace(budget, base_samples=base, arm_samples=told.samples - base, minutes=0.0)
    return replace(config, budget=budget)


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


if __name__ == "__main__":
    sys.exit(main())
