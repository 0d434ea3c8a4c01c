"""The bench as a command: what is measured, and which files keep it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent import sweep
from agent.bench import Bench
from agent.factory import bench as bench_of
from agent.judge import Task
from agent.scores import Judged, markdown
from agent.settings import Settings
from agent.types import Arm


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement as one JSON object and as Markdown tables."""

    content: dict[str, Any]
    tables: str

    def keep(self, folder: Path | None, name: str) -> Measured:
        """Itself, once written beside the runs that it sums up."""
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            text = json.dumps(self.content, ensure_ascii=False, indent=2)
            (folder / f"{name}.json").write_text(f"{text}\n", "utf-8")
            (folder / f"{name}.md").write_text(self.tables, "utf-8")
        return self


def compared(
    settings: Settings,
    tasks: Sequence[Task],
    arms: Sequence[Arm],
    folder: Path | None,
    count: Callable[[], None],
    latency: float = 0.0,
) -> Measured:
    """The arms on the tasks; runs behind a latency are kept apart from those without."""
    place = folder / f"latency-{latency:g}" if folder and latency else folder
    bench = bench_of(settings, arms, place, _ticking(count), latency)
    with closing(bench.runner):
        found = bench.compare(tasks)
    return Measured(found.model_dump(mode="json"), markdown(found)).keep(place, "report")


def swept(
    settings: Settings,
    tasks: Sequence[Task],
    steps: Sequence[int],
    folder: Path | None,
    count: Callable[[], None],
) -> Measured:
    """The diffusion arm at each cap on denoise steps; with a folder, the chart too."""
    with ExitStack() as open_runners:

        def bench_at(n_steps: int) -> Bench:
            decode = settings.decode.model_copy(update={"max_steps": n_steps})
            at = settings.model_copy(update={"decode": decode})
            place = folder / f"steps-{n_steps}" if folder else None
            bench = bench_of(at, (sweep.ARM,), place, _ticking(count))
            open_runners.enter_context(closing(bench.runner))
            return bench

        found = sweep.sweep(bench_at, tasks, steps)
    if folder is not None:
        from ui.export.scatter import draw_sweep

        (folder / "steps.svg").write_text(draw_sweep(found), "utf-8")
    return Measured(found.model_dump(mode="json"), sweep.markdown(found)).keep(folder, "steps")


def _ticking(count: Callable[[], None]) -> Callable[[Judged], None]:
    return lambda _: count()
