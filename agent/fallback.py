"""Where no plan can be drafted and the world is open: one search for the question's own words.

Guarantees: once a run; what comes of it passes the same gates as any other passage, and says that it was only found.
Does not guarantee: that what a search engine makes of a whole question answers it.
"""

from __future__ import annotations

from dataclasses import replace

from agent.deps import Deps
from agent.plan import made
from agent.state import RunState
from agent.types import N_ROWS, Plan
from tools.types import Text

_KIND, _LABEL = "text", "the question"


def searching(state: RunState, deps: Deps) -> RunState:
    """The state as it is; where its plan is complete without a row, and others may know, with that search."""
    own = Text(state.question)
    is_tried = any(pointer.target == own for pointer in state.linked.pointers)
    if is_tried or not _is_empty(state) or deps.dispatcher.meter is None:
        return state
    brief, offered = deps.linker.offer(state.linked, [(_KIND, _LABEL, own)])
    if not offered:
        return state
    deps.dispatcher.learn(brief)
    rows = (made(1, "search", offered[0].symbol), made(N_ROWS, "finish", "#1"))
    return replace(state, brief=brief, plan=Plan(rows))


def _is_empty(state: RunState) -> bool:
    """Whether a plan is done and says nothing."""
    return state.is_complete and all(row.index == N_ROWS for row in state.drafted.rows)
