"""The comparison: every arm on the same tasks, in turns, with the same warmth.

Guarantees: which arm goes first rotates from task to task; a run that breaks counts as wrong and does not end
the comparison; with a folder given, every run is on record and a second start goes on where the first ended.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from agent.errors import TasksError
from agent.judge import Task, is_right
from agent.log import LineFile
from agent.runner import Runner
from agent.scores import Judged, Report, report
from agent.types import Arm
from tools.types import Tools

RUNS_FILE = "runs.jsonl"
_CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Bench:
    """What to compare. `world_of` gives the tools of a task where the runner's own will not do.

    `latency` is by how many seconds those tools make every call wait.
    """

    runner: Runner
    arms: tuple[Arm, ...]
    world_of: Callable[[Task], Tools | None] = lambda _: None
    out: Path | None = None
    tell: Callable[[Judged], None] = lambda _: None
    latency: float = 0.0

    def compare(self, tasks: Sequence[Task]) -> Report:
        """Run every arm on every task, and sum up."""
        runs = [*self._known(tasks)]
        done = {(run.id, run.arm) for run in runs}
        missing = [(task, arm) for task, arm in self.schedule(tasks) if (task.id, arm) not in done]
        if missing:
            self.runner.warm(self.arms)
            runs += self._recorded(missing)
        seed = self.runner.settings.seed
        return report(tasks, self.arms, runs, seed=seed, hardware=hardware(), latency=self.latency)

    def schedule(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Arm]]:
        """Which arm works on which task, in order."""
        for n, task in enumerate(tasks):
            first = n % len(self.arms)
            for arm in (*self.arms[first:], *self.arms[:first]):
                yield task, arm

    def _known(self, tasks: Iterable[Task]) -> Iterator[Judged]:
        """The runs of these tasks that an earlier start has on record."""
        path = self.out / RUNS_FILE if self.out else None
        wanted = {task.id: task for task in tasks}
        for line in path.read_bytes().split(b"\n")[:-1] if path and path.is_file() else ():
            run = Judged.model_validate_json(line)
            if run.arm in self.arms and run.id in wanted:
                yield run.model_copy(update={"correct": is_right(wanted[run.id], run)})

    def _recorded(self, work: Iterable[tuple[Task, Arm]]) -> Iterator[Judged]:
        if self.out is None:
            yield from (self._run(task, arm) for task, arm in work)
            return
        self.out.mkdir(parents=True, exist_ok=True)
        with closing(LineFile(self.out / RUNS_FILE)) as lines:
            for task, arm in work:
                run = self._run(task, arm)
                lines.append(run.model_dump_json(), durable=True)
                yield run

    def _run(self, task: Task, arm: Arm) -> Judged:
        result = self.runner.attempt(task.question, arm, self.world_of(task))
        run = Judged(**result.model_dump(), id=task.id, correct=is_right(task, result))
        self.tell(run)
        return run


def read_tasks(path: Path, limit: int | None = None) -> list[Task]:
    """The tasks of a file, one JSON object a line."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TasksError(f"tasks file {path} cannot be read: {error}") from error
    numbered = [(n, line) for n, line in enumerate(lines, 1) if line.strip()]
    tasks = [_task(line, n, path) for n, line in numbered[:limit]]
    if not tasks:
        raise TasksError(f"tasks file {path} holds no task; write one JSON object a line")
    if twice := {task.id for n, task in enumerate(tasks) if task.id in {t.id for t in tasks[:n]}}:
        raise TasksError(f"tasks file {path} uses the id {min(twice)!r} twice; ids must differ")
    return tasks


def _task(line: str, number: int, path: Path) -> Task:
    try:
        return Task.model_validate(json.loads(line))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the object"
        raise TasksError(f"{path}, line {number}: {where}: {first['msg'].lower()}") from error
    except json.JSONDecodeError as error:
        raise TasksError(f"{path}, line {number} is no JSON: {error.msg}") from error


def hardware() -> str:
    """The machine in one line."""
    cpu = platform.processor() or platform.machine()
    if _CPU_INFO.is_file():
        found = (
            line for line in _CPU_INFO.read_text().splitlines() if line.startswith("model name")
        )
        cpu = next(found, f": {cpu}").partition(":")[2].strip()
    return f"{cpu}, {os.cpu_count()} cores, Python {platform.python_version()}"
