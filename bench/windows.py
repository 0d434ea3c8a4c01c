"""How much of a plan a revision should open: each rung of the ladder alone, beside the ladder.

    python -m bench.windows [--file agent/tasks/contradictions.jsonl] [--tasks 150] [--threads 1]

Every task hides a fact, so that the first plan is contradicted and must be mended. The left-to-right ladder opens
all from the contradicted row on, and then the whole plan.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import torch

from agent.arms import DIFFUSION_LADDER, LEFT_TO_RIGHT_LADDER, ArmSpec, Level
from agent.bench import read_tasks
from agent.factory import bench
from agent.judge import Task
from agent.settings import Settings
from agent.types import Arm

ARM: Arm = "diffusion"
SEVERAL = {"ladder": DIFFUSION_LADDER, "ladder from left to right": LEFT_TO_RIGHT_LADDER}
WINDOWS: Mapping[str, tuple[Level, ...]] = {str(level): (level,) for level in Level} | SEVERAL


class Windowed(Settings):
    """Settings whose diffusion arm climbs a ladder of its own."""

    ladder: tuple[Level, ...] = DIFFUSION_LADDER

    def arms(self) -> Mapping[Arm, ArmSpec]:
        """Every arm, the diffusion arm with this ladder."""
        known = super().arms()
        return {**known, ARM: replace(known[ARM], ladder=self.ladder)}


def row(name: str, tasks: list[Task]) -> str:
    """A line of the table."""
    judge = bench(Windowed(ladder=WINDOWS[name]), (ARM,))
    with closing(judge.runner):
        score = judge.compare(tasks).arms[ARM]
    mean = score.mean
    cells = [f"{score.accuracy:.1%}", *(f"{mean[key]:.2f}" for key in ("forwards", "turns"))]
    return f"| {' | '.join((name, *cells))} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--file", type=Path, default=Path("agent/tasks/contradictions.jsonl"))
    parser.add_argument("--tasks", type=int, default=150)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    tasks = read_tasks(options.file, options.tasks)
    print("| window | right | forwards | turns |\n|---|---:|---:|---:|", flush=True)
    for name in WINDOWS:
        print(row(name, tasks), flush=True)


if __name__ == "__main__":
    main()
