"""Which engines are worth asking: an engine that blocks looks like one that finds nothing.

Three empty answers in a row to different queries, or two failures in a row, and the engine rests: five minutes,
then fifteen. The first query after that is a trial. Safe for several threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tools.types import Failed, Reason

MAX_EMPTY = 3
MAX_FAILURES = 2
REST_SECONDS = (300.0, 900.0)
COUNTED = frozenset(
    {
        Reason.UNAVAILABLE,
        Reason.TIMED_OUT,
        Reason.RATE_LIMITED,
        Reason.FORBIDDEN,
        Reason.MALFORMED,
        Reason.TOO_LARGE,
    }
)


@dataclass(slots=True)
class _State:
    empty: set[str] = field(default_factory=set)
    n_failures: int = 0
    n_rests: int = 0
    rests_until: float = 0.0
    why: str = ""


class Health:
    """The engines' states by name."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._states: dict[str, _State] = {}

    def resting(self, name: str) -> str:
        """Why the engine is left alone now; empty if it may be asked."""
        with self._lock:
            state = self._states.get(name)
            if state is None or self._clock() >= state.rests_until:
                return ""
            return state.why

    def found(self, name: str) -> None:
        """The engine works."""
        with self._lock:
            self._states.pop(name, None)

    def found_nothing(self, name: str, query: str) -> str:
        """Count an empty answer; why the engine rests from now on, if it does."""
        with self._lock:
            state = self._states.setdefault(name, _State())
            state.empty.add(" ".join(query.casefold().split()))
            if len(state.empty) < MAX_EMPTY and not state.n_rests:
                return ""
            return self._rest(
                state, f"found nothing for {MAX_EMPTY} different queries and may be blocking us"
            )

    def failed(self, name: str, failed: Failed) -> str:
        """Count a failure; why the engine rests from now on, if it does."""
        if failed.reason not in COUNTED:
            return ""
        with self._lock:
            state = self._states.setdefault(name, _State())
            state.n_failures += 1
            if state.n_failures < MAX_FAILURES and not state.n_rests:
                return ""
            return self._rest(state, f"failed {MAX_FAILURES} times in a row", failed)

    def _rest(self, state: _State, why: str, failed: Failed | None = None) -> str:
        seconds = REST_SECONDS[min(state.n_rests, len(REST_SECONDS) - 1)]
        asked = (failed and failed.retry_after_seconds) or 0.0
        state.rests_until = self._clock() + max(seconds, asked)
        state.why = why
        state.n_rests += 1
        state.empty.clear()
        state.n_failures = 0
        return why
