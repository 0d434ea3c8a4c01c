"""A runner that replays recordings, at any pace, and can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from time import sleep

from agent.errors import RunError
from agent.events import AgentEvent, RunFinished
from agent.types import Arm, Language, Metrics, RunResult
from tests.ui import recordings
from ui.export.errors import ExportError

Recorder = Callable[[str, str, str], list[AgentEvent]]
_POLL_SECONDS = 0.005
UNTIL_STOPPED = "until stopped"  # a question that says so is worked on to its half, and then until it is stopped


def record(question: str, arm: str, run: str) -> list[AgentEvent]:
    """The recording that suits a question."""
    if "Tesla" in question or "特斯拉" in question:
        return recordings.report(arm, run)
    if "harmful" in question:
        return recordings.poisoned(arm, run)
    if "A long one" in question:
        return recordings.long(arm, run)
    if "2090" in question:
        return recordings.unanswerable(arm, run)
    return recordings.constraint_search(arm, run, question)


@dataclass
class _Played:
    events: list[AgentEvent] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    is_live: bool = True


class FakeRunner:
    """Satisfies `ui.panels.desk.Runner`; `seconds` is the pause between two events."""

    def __init__(self, seconds: float = 0.0, recorder: Recorder = record) -> None:
        self._seconds = seconds
        self._recorder = recorder
        self._numbers = count(1)
        self.runs: dict[str, _Played] = {}
        self.warmed: tuple[Arm, ...] = ()
        self.online: list[bool | None] = []

    def warm(self, arms: Sequence[Arm]) -> None:
        self.warmed = tuple(arms)

    def start(self, question: str, arm: Arm, is_online: bool | None = None) -> str:
        self.online.append(is_online)
        run_id = f"{arm}-{next(self._numbers)}"
        self.runs[run_id] = played = _Played()
        events = self._recorder(question, arm, run_id)
        half = len(events) // 2 if UNTIL_STOPPED in question else len(events)
        threading.Thread(target=self._play, args=(played, events, half), daemon=True).start()
        return run_id

    def follow(self, run_id: str, skip: int = 0) -> Iterator[AgentEvent]:
        played = self._known(run_id)
        while True:
            is_live = played.is_live
            news = played.events[skip:]
            yield from news
            skip += len(news)
            if not is_live:
                return
            sleep(_POLL_SECONDS)

    def stop(self, run_id: str) -> bool:
        self._known(run_id).stop.set()
        return True

    def result(self, run_id: str) -> RunResult | None:
        ends = [e.result for e in self._known(run_id).events if isinstance(e, RunFinished)]
        return ends[-1] if ends else None

    def keep(self, run_id: str, events: list[AgentEvent]) -> None:
        """A run of an earlier day, whole or broken off."""
        self.runs[run_id] = _Played(events, is_live=False)

    def _play(self, played: _Played, events: list[AgentEvent], held_at: int) -> None:
        for n, event in enumerate(events):
            if played.stop.wait(self._seconds if n != held_at else None):
                played.events.append(_stopped(event))
                break
            played.events.append(event)
        played.is_live = False

    def _known(self, run_id: str) -> _Played:
        if run_id not in self.runs:
            raise RunError(f"no run {run_id!r}")
        return self.runs[run_id]


class FakeReports:
    """Satisfies `ui.serving.Reports`."""

    def __init__(self, trouble: str = "") -> None:
        self._trouble = trouble

    def offers(self, question: str) -> bool:
        return "report" in question or "报告" in question

    def pdf(self, run_id: str, lang: Language) -> bytes:
        if self._trouble:
            raise ExportError(self._trouble)
        return f"%PDF-1.7 {run_id} {lang}".encode()


def _stopped(event: AgentEvent) -> RunFinished:
    result = RunResult(
        question="", arm="", status="stopped", answer="Stopped on request.", metrics=Metrics()
    )
    return RunFinished(run=event.run, at=event.at, result=result)
