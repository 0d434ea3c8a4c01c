"""Accuracy against forwards: the same tasks at several caps on denoise steps.

Guarantees: every cap runs in the same process on the same tasks, one cap after another, warm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict

from agent.bench import Bench
from agent.judge import Task
from agent.scores import ArmScore
from agent.types import Arm

ARM: Arm = "diffusion"


class Point(BaseModel):
    """The diffusion arm's score where a block may take at most `max_steps` denoise steps."""

    model_config = ConfigDict(frozen=True)
    max_steps: int
    score: ArmScore


class Sweep(BaseModel):
    """A whole sweep."""

    model_config = ConfigDict(frozen=True)
    tasks: int
    seed: int
    hardware: str
    points: tuple[Point, ...]


def sweep(bench_at: Callable[[int], Bench], tasks: Sequence[Task], steps: Sequence[int]) -> Sweep:
    """Run the diffusion arm at every cap; `bench_at` gives the bench for one."""
    reports = [(n, bench_at(n).compare(tasks)) for n in steps]
    first = reports[0][1]
    points = tuple(Point(max_steps=n, score=found.arms[ARM]) for n, found in reports)
    return Sweep(tasks=first.tasks, seed=first.seed, hardware=first.hardware, points=points)


def markdown(found: Sweep) -> str:
    """The sweep as a table."""
    rows = [
        f"{found.tasks} tasks, seed {found.seed}, {found.hardware}",
        "",
        "| steps at most | accuracy (95 % interval) | forwards a task, mean | model seconds, mean |",
        "|---:|---:|---:|---:|",
    ]
    return "\n".join([*rows, *map(_row, found.points)]) + "\n"


def _row(point: Point) -> str:
    score, (low, high) = point.score, point.score.ci95
    accuracy = f"{score.accuracy:.1%} ({low:.1%} to {high:.1%})".replace("%", " %")
    mean = score.mean
    return (
        f"| {point.max_steps} | {accuracy} | {mean['forwards']:.2f} | {mean['model_seconds']:.3f} |"
    )
