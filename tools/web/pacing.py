"""The pace at which hosts are asked, shared by every run of the process.

A token bucket in its continuous form (generic cell rate algorithm, ITU-T I.371) and a number of seats per bucket.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from tools.types import Reason
from tools.web.errand import SLICE_SECONDS, Errand
from tools.web.policies import HostPolicy
from tools.web.refusals import passing

MAX_PAGES_AT_ONCE = 4
_PAGES = "every page"


class Pacing:
    """Lets a request through when its host's pace allows it; `haste` divides every interval."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, haste: float = 1.0) -> None:
        self._clock = clock
        self._haste = haste
        self._lock = threading.Lock()
        self._due: dict[str, float] = {}
        self._seats: dict[str, threading.Semaphore] = {}

    @contextmanager
    def turn(self, errand: Errand) -> Iterator[None]:
        """Wait for a seat and for the pace; a Refusal (rate limited) if the errand ends before."""
        policy = errand.policy
        with ExitStack() as seats:
            seats.enter_context(self._seated(policy.bucket, policy.concurrency, errand))
            if errand.request.is_page:
                seats.enter_context(self._seated(_PAGES, MAX_PAGES_AT_ONCE, errand))
            errand.pause(self._wait(policy, errand))
            yield

    def rest(self, policy: HostPolicy, seconds: float) -> None:
        """Leave a bucket alone for that long, because its host asked for it."""
        with self._lock:
            until = self._clock() + seconds + self._credit(policy)
            self._due[policy.bucket] = max(until, self._due.get(policy.bucket, until))

    @contextmanager
    def _seated(self, bucket: str, n_seats: int, errand: Errand) -> Iterator[None]:
        with self._lock:
            seat = self._seats.setdefault(bucket, threading.Semaphore(n_seats))
        while not seat.acquire(timeout=min(SLICE_SECONDS, errand.seconds_left())):
            continue
        try:
            yield
        finally:
            seat.release()

    def _wait(self, policy: HostPolicy, errand: Errand) -> float:
        """Seconds until the next request may go; its place is taken."""
        interval = max(1 / policy.per_second, errand.request.pause_seconds) / self._haste
        left = errand.seconds_left()
        with self._lock:
            now = self._clock()
            due = max(self._due.get(policy.bucket, now), now)
            wait = max(0.0, due - self._credit(policy) - now)
            if wait >= left:
                detail = f"{policy.bucket} is asked again in {wait:.0f} s at the earliest"
                raise passing(Reason.RATE_LIMITED, detail, wait)
            self._due[policy.bucket] = due + interval
            return wait

    def _credit(self, policy: HostPolicy) -> float:
        """Seconds by which a burst may be early."""
        return (policy.burst - 1) / policy.per_second / self._haste
