"""Running arms in front of somebody: live boards on a terminal, plain lines in a pipe, nothing if quiet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import sleep
from typing import Protocol

from rich.console import Console, RenderableType
from rich.live import Live

from agent.errors import RunError
from agent.events import AgentEvent, CanvasChanged, RunFinished
from agent.types import Arm, Language, RunResult
from ui.console import Style, board, board_width, event_line, signs_for, stacked
from ui.panels.view import BLANK, PanelView, advance

_FRAMES_A_SECOND = 15


class Runs(Protocol):
    """What watching needs of the agents."""

    def start(self, question: str, arm: Arm) -> str:
        """Begin to answer a question; the run's id."""
        ...

    def follow(self, run_id: str, skip: int = 0) -> Iterator[AgentEvent]:
        """The events of a run from number `skip` on, waiting for more while it is at work."""
        ...

    def stop(self, run_id: str) -> object:
        """Ask a run to end; it hands over what it has established."""
        ...

    def warm(self, arms: Sequence[Arm]) -> None:
        """Load what the arms need, so that no run pays for it."""
        ...


@dataclass(frozen=True, slots=True)
class Watched:
    """A run that has ended: its id and its result."""

    run_id: str
    result: RunResult


@dataclass(slots=True)
class Watch:
    """Shows runs on a console.

    `pace` keeps each canvas in view for so many seconds; the runs' own clocks are not affected,
    because they work in another thread.
    """

    console: Console
    lang: Language
    pace: float = 0.0
    is_quiet: bool = False
    _views: dict[Arm, PanelView] = field(default_factory=dict)
    _live: Live | None = None

    def run(self, runs: Runs, question: str, arms: Sequence[Arm]) -> list[Watched]:
        """Work on a question with each arm in turn, all equally warm."""
        runs.warm(arms)
        self._views = dict.fromkeys(arms, BLANK)
        if self.is_quiet or not self.console.is_terminal or self.console.is_dumb_terminal:
            return [self._followed(runs, question, arm) for arm in arms]
        with Live(
            self._picture(), console=self.console, refresh_per_second=_FRAMES_A_SECOND
        ) as self._live:
            done = [self._followed(runs, question, arm) for arm in arms]
        self._live = None
        return done

    def _followed(self, runs: Runs, question: str, arm: Arm) -> Watched:
        """One run from beginning to end; the first Ctrl-C asks it to end, the second leaves."""
        run_id = runs.start(question, arm)
        events: list[AgentEvent] = []
        try:
            self._follow(runs, run_id, arm, events)
        except KeyboardInterrupt:
            with suppress(RunError):
                runs.stop(run_id)
            self._follow(runs, run_id, arm, events)
        ends = [event.result for event in events if isinstance(event, RunFinished)]
        return Watched(run_id, ends[-1] if ends else _broken_off(question, arm))

    def _follow(self, runs: Runs, run_id: str, arm: Arm, events: list[AgentEvent]) -> None:
        for event in runs.follow(run_id, len(events)):
            events.append(event)
            self._views[arm] = advance(self._views[arm], event)
            self._show(event, arm)

    def _show(self, event: AgentEvent, arm: Arm) -> None:
        if self._live is not None:
            self._live.update(self._picture(), refresh=isinstance(event, CanvasChanged))
            if isinstance(event, CanvasChanged) and self.pace:
                sleep(self.pace)
        elif not self.is_quiet:
            line = event_line(event, arm, len(self._views[arm].forwards))
            if line:
                self.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _picture(self) -> RenderableType:
        n = len(self._views)
        width = board_width(self.console, n)
        style = Style(self.lang, signs_for(self.console), width, shows_answer=n > 1)
        boards = [board(now, arm, style) for arm, now in self._views.items()]
        return stacked(boards, self.console)


def _broken_off(question: str, arm: str) -> RunResult:
    return RunResult(
        question=question, arm=arm, status="failed", answer="The run ended without a result."
    )
