"""Fair timing on a shared machine: calls in turns, medians, and a line that says what it ran on."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import torch

CLOCKS = {"wall": perf_counter, "cpu": process_time}
"""The process's own time ignores what else the machine does; it is the wall's only with one thread."""


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """How often, and by which clock, calls are measured."""

    rounds: int
    clock: str = "wall"

    def medians(self, calls: Mapping[str, Callable[[], object]]) -> dict[str, float]:
        """The median milliseconds of each call; all are run once before, then in turns."""
        for call in calls.values():
            call()
        seen: dict[str, list[float]] = {name: [] for name in calls}
        for _ in range(self.rounds):
            for name, call in calls.items():
                seen[name].append(self.once(call))
        return {name: median(times) for name, times in seen.items()}

    def once(self, call: Callable[[], object]) -> float:
        """The milliseconds of one call."""
        now = CLOCKS[self.clock]
        started = now()
        call()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        return (now() - started) * 1e3


def hardware() -> str:
    """The machine in one line."""
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    load = f"load {os.getloadavg()[0]:.1f}"
    threads = f"{torch.get_num_threads()} thread(s)"
    return f"{_processor()}, {os.cpu_count()} cores, {load}, {threads}; {device}; torch {torch.__version__}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table under its title; the first column is words, the others numbers."""
    lines = [f"| {' | '.join(head)} |", f"|---{'|---:' * (len(head) - 1)}|"]
    lines += [f"| {' | '.join(map(shown, row))} |" for row in rows]
    return "\n".join([f"**{title}**", "", *lines, ""])


def shown(value: object) -> str:
    """A number with three figures, anything else as it is."""
    if not isinstance(value, float):
        return str(value)
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
