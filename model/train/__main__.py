"""Train a planner, pack a curriculum for it, or average what several runs learned.

`python -m model.train pack --source build/curriculum --out build/packed`
`python -m model.train --data build/packed --out build/planner [--config train.toml] [--minutes 60]`
`python -m model.train average --runs build/planner model/weights/planner --shares 0.7 0.3 --out build/average`
"""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import torch

from model.errors import ModelError, TrainingError
from model.train.average import average
from model.train.config import TrainConfig, read_config
from model.train.job import Job, log_from, read_corpus
from model.train.origin import Origin
from model.train.pack import Packing, pack
from model.train.team import gather


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    log_from(logging.INFO)
    try:
        if arguments[:1] == ["pack"]:
            _pack(arguments[1:])
        elif arguments[:1] == ["average"]:
            _average(arguments[1:])
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


def _average(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m model.train average", description="Average the weights of several runs."
    )
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="folders of runs")
    parser.add_argument("--shares", type=float, nargs="+", required=True, help="one for each run")
    parser.add_argument("--out", type=Path, required=True, help="folder for the average")
    told = parser.parse_args(arguments)
    if len(told.runs) != len(told.shares):
        raise TrainingError(
            f"{len(told.runs)} runs and {len(told.shares)} shares were given; give one share for each run"
        )
    average(dict(zip(told.runs, told.shares, strict=True)), told.out)


def _train(arguments: list[str]) -> None:
    told = _parser().parse_args(arguments)
    device = torch.device(told.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    _check(told, device)
    told.out.mkdir(parents=True, exist_ok=True)
    origin = Origin(told.base, told.begin)
    job = Job(_config(told), told.data, told.out, origin, device, told.threads, told.compile)
    gather(told.workers, job)


def _check(told: argparse.Namespace, device: torch.device) -> None:
    if told.workers < 1:
        raise TrainingError(f"--workers is {told.workers}; it must be at least 1")
    if told.workers > 1 and device.type != "cpu":
        raise TrainingError("--workers shares the work among a CPU's cores; leave it out on a GPU")
    if told.compile and not (shutil.which("c++") or shutil.which("g++")):
        raise TrainingError("--compile needs a C++ compiler; install g++ or leave it out")
    read_corpus(told.data, 1)


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
        "--base", type=Path, help="weights of an earlier run, or its folder: both arms start there"
    )
    parser.add_argument(
        "--begin",
        type=Path,
        help="other weights, or a run's state.pt, for the arms to start from: with adapter.rank, as near to "
        "them as a low-rank change of --base comes",
    )
    budget = parser.add_mutually_exclusive_group()
    budget.add_argument("--minutes", type=float, help="train this long")
    budget.add_argument(
        "--samples", type=int, help="samples in all: a third base, two thirds each arm"
    )
    parser.add_argument("--device", help="cpu or cuda; default: cuda where there is one")
    parser.add_argument("--threads", type=int, help="CPU threads; default: torch's choice")
    parser.add_argument(
        "--workers", type=int, default=1, help="processes that share each batch; one per free core"
    )
    parser.add_argument(
        "--compile",
        action="store_true",
        help="fuse small operations; needs g++, starts a minute later",
    )
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


if __name__ == "__main__":
    sys.exit(main())
