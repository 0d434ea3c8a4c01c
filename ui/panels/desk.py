"""The runs that a page shows: begun here, carried on without the page, read from the log by anyone.

Guarantees: a run goes on when its page is closed, and two pages read the same events.
Does not guarantee: that a run of a server that has died goes on; its log is shown as broken off.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from agent.events import AgentEvent
from agent.types import Arm

N_SEATS = 8
N_REMEMBERED = 64
START_SECONDS = 60.0
RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")


class Runner(Protocol):
    """What the page needs of the agents."""

    def stream(self, question: str, arm: Arm) -> Iterator[AgentEvent]:
        """Run a question and yield its events as they happen; the first is `RunStarted`."""
        ...

    def events(self, run_id: str) -> Iterable[AgentEvent]:
        """What the log holds of a run so far; nothing for a run it does not know."""
        ...

    def stop(self, run_id: str) -> None:
        """Ask a run to end at its next denoise step or call."""
        ...


class NotStartedError(Exception):
    """A run that could not begin; the message is for people."""


@dataclass(slots=True)
class _Run:
    events: list[AgentEvent] = field(default_factory=list)
    has_begun: threading.Event = field(default_factory=threading.Event)
    work: Future[None] | None = None

    @property
    def is_done(self) -> bool:
        return self.work is None or self.work.done()


class Desk:
    """Begins runs in the background and hands out their events to any number of readers."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._runs: OrderedDict[str, _Run] = OrderedDict()
        self._seats = threading.BoundedSemaphore(N_SEATS)
        self._pool = ThreadPoolExecutor(N_SEATS, thread_name_prefix="run")

    def begin(self, question: str, arms: Sequence[Arm]) -> tuple[str, ...]:
        """Begin one run per arm at once; their ids in the same order."""
        self._take_seats(len(arms))
        runs = [_Run() for _ in arms]
        for run, arm in zip(runs, arms, strict=True):
            run.work = self._pool.submit(self._carry_on, run, question, arm)
        return tuple(self._remember(run) for run in runs)

    def read(self, run_id: str) -> tuple[Sequence[AgentEvent], bool]:
        """The events of a run so far, and whether no more will come."""
        run = self._runs.get(run_id) or self._recall(run_id)
        is_done = run.is_done  # before the events: what is appended in between must not be missed
        return run.events, is_done

    def stop(self, run_id: str) -> None:
        """Ask a run to end; nothing happens where it is over or unknown."""
        if (run := self._runs.get(run_id)) and not run.is_done:
            self._runner.stop(run_id)

    def _take_seats(self, n_seats: int) -> None:
        taken = [self._seats.acquire(blocking=False) for _ in range(n_seats)]
        if all(taken):
            return
        for _ in filter(None, taken):
            self._seats.release()
        raise NotStartedError(
            f"all {N_SEATS} seats are taken by running agents; wait for one to end"
        )

    def _carry_on(self, run: _Run, question: str, arm: Arm) -> None:
        try:
            for event in self._runner.stream(question, arm):
                run.events.append(event)
                run.has_begun.set()
        finally:
            run.has_begun.set()
            self._seats.release()

    def _remember(self, run: _Run) -> str:
        run.has_begun.wait(START_SECONDS)
        if not run.events:
            raise NotStartedError(_why_not(run))
        run_id = run.events[0].run
        self._runs[run_id] = run
        while len(self._runs) > N_REMEMBERED:
            self._runs.popitem(last=False)
        return run_id

    def _recall(self, run_id: str) -> _Run:
        """A run of an earlier server, from its log."""
        if not RUN_ID.fullmatch(run_id):
            return _Run()
        run = _Run(events=list(self._runner.events(run_id)))
        if run.events:
            self._runs[run_id] = run
        return run


def _why_not(run: _Run) -> str:
    if run.work is None or not run.work.done():
        return f"no sign of life within {START_SECONDS:.0f} seconds; try again"
    error = run.work.exception()
    return f"{error}" if error else "the run ended before it began; try again"
