"""The runs that a page shows: begun by it, carried on without it, read by any number of pages.

Guarantees: a run goes on when its page is closed, and all its readers see the same events.
Does not guarantee: that a run of a server that has died goes on; its log is shown as broken off.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from agent.errors import RunError
from agent.events import AgentEvent
from agent.types import Arm, RunResult

N_READERS = 64
N_REMEMBERED = 128
PATIENCE_SECONDS = 0.5  # enough to read the log of a run that has ended


class Runner(Protocol):
    """What the page needs of the agents; an unknown run is a `RunError`."""

    def warm(self, arms: Sequence[Arm]) -> None:
        """Load what the arms need, so that no run pays for it."""
        ...

    def start(self, question: str, arm: Arm, is_online: bool | None = None) -> str:
        """Begin to answer a question, with live sources or without where that is said; the run's id."""
        ...

    def follow(self, run_id: str, skip: int = 0) -> Iterator[AgentEvent]:
        """The events of a run from number `skip` on, waiting for more while it is at work."""
        ...

    def stop(self, run_id: str) -> bool:
        """Ask a run to end; it hands over what it has established."""
        ...

    def result(self, run_id: str) -> RunResult | None:
        """The result of a run that has ended."""
        ...


@dataclass(slots=True)
class _Followed:
    """A run whose events are being read into memory."""

    events: list[AgentEvent] = field(default_factory=list)
    reading: Future[None] | None = None


class Desk:
    """Begins runs, and reads each log once for all who look at it."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._runs: OrderedDict[str, _Followed] = OrderedDict()
        self._lock = Lock()
        self._readers = ThreadPoolExecutor(N_READERS, thread_name_prefix="reader")

    def begin(
        self, question: str, arms: Sequence[Arm], is_online: bool | None = None
    ) -> tuple[str, ...]:
        """Begin one run per arm; their ids in the same order."""
        run_ids = tuple(self._runner.start(question, arm, is_online) for arm in arms)
        for run_id in run_ids:
            self._followed(run_id)
        return run_ids

    def read(self, run_id: str) -> tuple[Sequence[AgentEvent], bool]:
        """The events of a run so far, and whether no more will come; none for an unknown run."""
        run = self._followed(run_id)
        is_over = run.reading is None or run.reading.done()
        return run.events, is_over  # asked first: what comes in between must not be missed

    def recall(self, run_id: str) -> None:
        """Make the past of a run known, if it can be read in a moment."""
        if reading := self._followed(run_id).reading:
            wait([reading], PATIENCE_SECONDS)

    def stop(self, run_id: str) -> bool:
        """Ask a run to end; whether there was one to ask."""
        try:
            self._runner.stop(run_id)
        except RunError:
            return False
        return True

    def _followed(self, run_id: str) -> _Followed:
        with self._lock:
            if run_id in self._runs:
                self._runs.move_to_end(run_id)
            else:
                self._runs[run_id] = run = _Followed()
                run.reading = self._readers.submit(self._read_on, run_id, run.events)
            if len(self._runs) > N_REMEMBERED:
                self._runs.popitem(last=False)
            return self._runs[run_id]

    def _read_on(self, run_id: str, events: list[AgentEvent]) -> None:
        for event in self._runner.follow(run_id):
            events.append(event)
