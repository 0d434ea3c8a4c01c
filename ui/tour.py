"""`palimpsest tour`, the main job: both agents on the bundled tasks, a comparison, the report."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from agent.bench import read_tasks
from agent.judge import Task, is_right
from agent.types import Arm, Language
from ui.agents import code_of, runner_for, settings_of, writer_for
from ui.console import comparison, signs_for
from ui.export.errors import GlyphsMissingError, PangoMissingError
from ui.export.write import ready, write
from ui.watch import Watch, Watched

if TYPE_CHECKING:
    from agent.runner import Runner
    from ui.reporting import ReportWriter

TASKS = Path(__file__).parents[1] / "agent" / "tasks" / "tour.jsonl"


@dataclass(frozen=True, slots=True)
class Stop:
    """A task of the tour with what each arm made of it."""

    task: Task
    runs: list[Watched]


def travel(args: Namespace) -> int:
    """The whole tour; the exit code."""
    folder, tasks, settings = ready(Path(args.out)), read_tasks(TASKS), settings_of(args)
    console = Console()
    with runner_for(settings) as runner:
        stops = [_visit(runner, task, args.arms, console, args.pace) for task in tasks]
        console.print(Rule("both tasks", align="left", style="dim"))
        console.print(_overview(stops, console))
        paths = _reported(stops, writer_for(runner, settings), folder)
    for path in paths:
        console.print(f"report: {path}", markup=False, highlight=False, soft_wrap=True)
    return code_of([run.result for stop in stops for run in stop.runs])


def _visit(runner: Runner, task: Task, arms: Sequence[Arm], console: Console, pace: float) -> Stop:
    console.print(Rule(task.question, align="left", style="dim"))
    runs = Watch(console, _language(task), pace).run(runner, task.question, arms)
    if not console.is_terminal:
        for run in runs:
            console.print(f"{run.result.arm}: {run.result.answer}", markup=False, soft_wrap=True)
    console.print(comparison([run.result for run in runs]))
    console.print()
    return Stop(task, runs)


def _overview(stops: Sequence[Stop], console: Console) -> Table:
    """One line a task: what each arm needed, and whether its answer is right."""
    signs = signs_for(console)
    table = Table(box=None, pad_edge=False)
    for name in ("task", "arm", "answer", "forwards", "turns", "model s", "total s"):
        table.add_column(name, justify="left" if name in ("task", "arm", "answer") else "right")
    for stop in stops:
        for run in stop.runs:
            cost = run.result.metrics
            right = is_right(stop.task, run.result)
            told = (
                Text(f"{signs.ok} right", "green")
                if right
                else Text(f"{signs.contradicted} {run.result.status}", "red")
            )
            table.add_row(
                stop.task.id, run.result.arm, told, f"{cost.forwards:,}", f"{cost.turns:,}",
                f"{cost.model_seconds:.3f}", f"{cost.seconds:.3f}",
            )  # fmt: skip
    return table


def _reported(stops: Sequence[Stop], writer: ReportWriter, folder: Path) -> list[Path]:
    """The report of each report task, from the first arm that answered it."""
    made_on = date.today().isoformat()
    paths: list[Path] = []
    for stop in stops:
        answered = [run for run in stop.runs if run.result.status == "answered"]
        if stop.task.topology != "report" or not answered:
            continue
        report = writer.report(answered[0].run_id, _language(stop.task), made_on)
        try:
            paths += write(report, folder, ["pdf"])
        except (PangoMissingError, GlyphsMissingError) as error:
            sys.stderr.write(f"palimpsest: {error}\n")
            paths += write(report, folder, ["html"])
    return paths


def _language(task: Task) -> Language:
    return "zh" if task.lang == "zh" else "en"
