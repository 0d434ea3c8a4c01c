"""Following a run at the pace of the run, or slowly enough to see each forward.

Guarantees: at any pace, the view at the end is the fold over all events; nothing is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from agent.events import (
    AgentEvent,
    CallFinished,
    CanvasChanged,
    PlanContradicted,
    PlanDrafted,
    QuestionLinked,
)
from ui.panels.desk import Desk
from ui.panels.view import PanelView, advance, awaited, broken_off

TICK_SECONDS = 0.1  # ten pictures a second are enough for eyes, and leave the browser its time
LONGEST_TICKS = 140  # a long left-to-right draft shows several forwards a tick rather than minutes
_REST_TICKS = {QuestionLinked: 7, PlanContradicted: 9, PlanDrafted: 4, CallFinished: 2}


class Tail:
    """One reader of one run; the state is how far it has read."""

    def __init__(self, desk: Desk, run_id: str, *, is_slow: bool, from_start: bool) -> None:
        self._desk = desk
        self._run_id = run_id
        self._is_slow = is_slow
        self._rest = 0
        self._n_read = 0
        self.view: PanelView = awaited(run_id)
        self.is_over = not run_id
        if not from_start:
            self._catch_up()

    def tick(self) -> bool:
        """Read on by one tick; whether the view has changed."""
        if self._rest or self.is_over:
            self._rest = max(0, self._rest - 1)
            return False
        events, is_done = self._desk.read(self._run_id)
        waiting = events[self._n_read :]
        taken = _portion(waiting, len(events)) if self._is_slow else len(waiting)
        self._take(waiting[:taken])
        if is_done and self._n_read == len(events):
            self._end()
        return bool(taken) or self.is_over

    def _take(self, events: Sequence[AgentEvent]) -> None:
        self.view = reduce(advance, events, self.view)
        self._n_read += len(events)
        if self._is_slow and events:
            self._rest = _REST_TICKS.get(type(events[-1]), 0)

    def _catch_up(self) -> None:
        if self.is_over:
            return
        self._desk.recall(self._run_id)
        events, _ = self._desk.read(self._run_id)
        self._take(tuple(events))
        self._rest = 0

    def _end(self) -> None:
        self.view = broken_off(self.view)
        self.is_over = True


def _portion(waiting: Sequence[AgentEvent], n_known: int) -> int:
    """How many events one slow tick shows: up to the next that deserves a look."""
    at_once = 1 + n_known // LONGEST_TICKS
    for index, event in enumerate(waiting):
        if isinstance(event, CanvasChanged):
            at_once -= 1
        if at_once == 0 or type(event) in _REST_TICKS:
            return index + 1
    return len(waiting)
