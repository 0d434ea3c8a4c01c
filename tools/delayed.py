"""Tools that answer late, as services on the web do: what parallel calls are worth can be measured offline."""

from __future__ import annotations

from time import sleep

from tools.types import Call, Observation, Tools

_OUTSIDE = frozenset({"search", "lookup", "verify"})


class DelayedTools:
    """Other tools behind a wait: a call that would go outside takes `seconds` longer, its answer is the same.

    `calculate` and `finish` work on what is at hand and wait for nothing.
    """

    def __init__(self, tools: Tools, seconds: float) -> None:
        self._tools = tools
        self._seconds = seconds

    def run(self, call: Call) -> Observation:
        """The answer of the tools behind, after the wait."""
        if call.tool in _OUTSIDE:
            sleep(self._seconds)
        return self._tools.run(call)
