"""A sweep runs the diffusion arm at every cap, and its table says what each cost."""

from __future__ import annotations

from pathlib import Path

from agent.bench import Bench
from agent.judge import Task
from agent.sweep import ARM, markdown, sweep
from tests.support.runs import CHAIN, running, script

TASKS = [Task(id="a", question="People?", answer="36620970", unit="people")]


def test_every_cap_is_run_and_scored(tmp_path: Path) -> None:
    asked: list[int] = []
    with running(tmp_path / "a", [CHAIN]) as right, running(tmp_path / "b", [script({})]) as wrong:

        def bench_at(n_steps: int) -> Bench:
            asked.append(n_steps)
            return Bench(right if n_steps > 1 else wrong, (ARM,))

        found = sweep(bench_at, TASKS, (1, 4))
    assert asked == [1, 4]
    assert [(p.max_steps, p.score.accuracy) for p in found.points] == [(1, 0.0), (4, 1.0)]
    lines = markdown(found).splitlines()
    assert lines[-2].startswith("| 1 | 0.0 % (")
    assert lines[-1].startswith("| 4 | 100.0 % (")
