"""A runner that replays recordings, at any pace, and can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import count

from agent.events import AgentEvent, RunFinished
from agent.types import Arm, Language, Metrics, RunResult
from tests.ui import recordings
from ui.serving import ReportUnavailableError

Recorder = Callable[[str, str, str], list[AgentEvent]]


def record(question: str, arm: str, run: str) -> list[AgentEvent]:
    """The recording that suits a question."""
    if "Tesla" in question or "特斯拉" in question:
        return recordings.report(arm, run)
    if "2090" in question:
        return recordings.unanswerable(arm, run)
    return recordings.constraint_search(arm, run, question)


class FakeRunner:
    """Satisfies `ui.panels.desk.Runner`; `seconds` is the pause between two events."""

    def __init__(self, seconds: float = 0.0, recorder: Recorder = record) -> None:
        self._seconds = seconds
        self._recorder = recorder
        self._numbers = count(1)
        self._stops: dict[str, threading.Event] = {}
        self.logs: dict[str, list[AgentEvent]] = {}

    def stream(self, question: str, arm: Arm) -> Iterator[AgentEvent]:
        run = f"{arm}-{next(self._numbers)}"
        stop = self._stops[run] = threading.Event()
        log = self.logs[run] = []
        for event in self._recorder(question, arm, run):
            if stop.is_set():
                event = _stopped(event, question, arm)
            log.append(event)
            yield event
            if isinstance(event, RunFinished):
                return
            stop.wait(self._seconds)

    def events(self, run_id: str) -> Iterable[AgentEvent]:
        return tuple(self.logs.get(run_id, ()))

    def stop(self, run_id: str) -> None:
        self._stops[run_id].set()


class FakeReports:
    """Satisfies `ui.serving.Reports`."""

    def offers(self, question: str) -> bool:
        return "report" in question or "报告" in question

    def pdf(self, result: RunResult, lang: Language) -> bytes:
        if not self.offers(result.question):
            raise ReportUnavailableError("this run is not a report; ask for one")
        return b"%PDF-1.7 " + lang.encode()


def _stopped(event: AgentEvent, question: str, arm: str) -> RunFinished:
    result = RunResult(question=question, arm=arm, status="stopped", answer="", metrics=Metrics())
    return RunFinished(run=event.run, at=event.at, result=result)
