"""A runner for command-line tests: recordings with the evidence of a hand-written run behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace

from agent.events import AgentEvent, RunFinished
from agent.report import Evidence
from agent.types import Arm, RunResult
from tests.support.reports import ZH, company_quarter, toolbox
from tests.ui.fake_runner import FakeRunner, record
from ui.reporting import ReportWriter


class RecordedRuns(FakeRunner):
    """Plays recordings at once; every run has Tesla's quarter as its evidence."""

    def __init__(self, recorder: Callable[[str, str, str], list[AgentEvent]] = record) -> None:
        super().__init__(0.0, recorder)
        self.warmed: list[Arm] = []
        self.is_closed = False
        self.kit = SimpleNamespace(toolbox=toolbox())

    def warm(self, arms: Sequence[Arm]) -> None:
        self.warmed += arms

    def evidence(self, run_id: str) -> tuple[Evidence, ...]:
        assert self.result(run_id)
        return tuple(company_quarter()[1])

    def close(self) -> None:
        self.is_closed = True


class InterruptedRuns(RecordedRuns):
    """Whoever follows a run is interrupted once, after the second event."""

    def __init__(self) -> None:
        super().__init__()
        self.n_interrupts = 0
        self.stopped: list[str] = []

    def follow(self, run_id: str, skip: int = 0) -> Iterator[AgentEvent]:
        for number, event in enumerate(super().follow(run_id, skip)):
            if number == 2 and not self.n_interrupts:
                self.n_interrupts += 1
                raise KeyboardInterrupt
            yield event

    def stop(self, run_id: str) -> None:
        self.stopped.append(run_id)


def ending(status: str, answer: str = "") -> Callable[[str, str, str], list[AgentEvent]]:
    """A recorder of runs that end at once, in this way."""

    def recorded(question: str, arm: str, run: str) -> list[AgentEvent]:
        result = RunResult.model_validate(
            {"question": question, "arm": arm, "status": status, "answer": answer}
        )
        return [RunFinished(run=run, at=0.0, result=result)]

    return recorded


@dataclass
class Stage:
    """What stands in for the agents behind the command line."""

    runs: RecordedRuns = field(default_factory=RecordedRuns)

    @contextmanager
    def runner_for(self, settings: object) -> Iterator[RecordedRuns]:
        del settings
        yield self.runs
        self.runs.close()

    def writer_for(self, runner: object, settings: object) -> ReportWriter:
        del runner, settings
        return ReportWriter(self.runs, toolbox(), lambda: ZH)
