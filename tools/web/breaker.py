"""A host that fails again and again is left alone for a while, then tried once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tools.types import Reason
from tools.web.refusals import passing

MAX_FAILURES = 5
FIRST_REST_SECONDS = 30.0
MAX_REST_SECONDS = 900.0


@dataclass(slots=True)
class _State:
    n_failures: int = 0
    closed_until: float = 0.0
    rest_seconds: float = FIRST_REST_SECONDS


class Breaker:
    """Counts failures in a row, by name; after `MAX_FAILURES` the name rests, each time twice as long."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._states: dict[str, _State] = {}

    def seconds_closed(self, name: str) -> float:
        """Seconds for which the name still rests; 0 if it may be asked."""
        with self._lock:
            state = self._states.get(name)
            return max(0.0, state.closed_until - self._clock()) if state else 0.0

    def check(self, name: str) -> None:
        """Refuse (unavailable) while the name rests; the first request after that is a trial."""
        with self._lock:
            state = self._states.get(name)
            now = self._clock()
            if state is None or state.n_failures < MAX_FAILURES:
                return
            if (wait := state.closed_until - now) > 0:
                detail = (
                    f"{name} failed {state.n_failures} times in a row and rests for {wait:.0f} s"
                )
                raise passing(Reason.UNAVAILABLE, detail, wait)
            state.closed_until = now + state.rest_seconds

    def succeeded(self, name: str) -> None:
        """Forget the name's failures."""
        with self._lock:
            self._states.pop(name, None)

    def failed(self, name: str) -> None:
        """Count a failure; the name rests when there were enough."""
        with self._lock:
            state = self._states.setdefault(name, _State())
            state.n_failures += 1
            if state.n_failures >= MAX_FAILURES:
                state.closed_until = self._clock() + state.rest_seconds
                state.rest_seconds = min(2 * state.rest_seconds, MAX_REST_SECONDS)
