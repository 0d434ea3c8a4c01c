"""Act: run every row of the plan that can run, and wait for what comes back."""

from __future__ import annotations

from dataclasses import replace

from agent.deps import Deps
from agent.dispatch import is_running
from agent.state import RunState
from agent.types import N_ROWS, Plan, Row, RowStatus


def act(state: RunState, deps: Deps) -> RunState:
    """The state after every row that could run has run."""
    dispatcher = deps.dispatcher
    dispatcher.begin(state)
    for row in state.drafted.rows:
        if row.index != N_ROWS:
            dispatcher.offer(row)
    dispatcher.join()
    rows = tuple(_standing(row, dispatcher.rows.get(row.index)) for row in state.drafted.rows)
    settled = {row.index for row in rows if row.status is not RowStatus.TODO}
    return replace(
        state,
        plan=Plan(rows),
        observed={i: key for i, key in dispatcher.keys.items() if i in settled},
        halt=state.halt or deps.limits.halted() or ("calls" if dispatcher.is_spent else ""),
    )


def _standing(row: Row, run: Row | None) -> Row:
    """The row with what became of it; one still in flight counts as not run."""
    if run is None or is_running(run):
        return replace(row, status=RowStatus.TODO)
    return replace(row, status=run.status)
