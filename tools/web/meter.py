"""What a run takes from the web, and where it must stop.

Guarantees: under any interleaving of threads no cap is overspent; what was spent can be read at any time.
Does not guarantee: that bytes below TLS and HTTP framing of the operating system are counted.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tools.types import Reason
from tools.web.options import Caps
from tools.web.refusals import Refusal, lasting


@dataclass(frozen=True, slots=True)
class Spent:
    """Requests sent, bytes received, seconds in which at least one request was under way."""

    calls: int = 0
    bytes: int = 0
    seconds: float = 0.0
    by_host: tuple[tuple[str, int], ...] = ()


class Meter:
    """One run's account. `spent` is where a resumed run stood."""

    def __init__(
        self,
        caps: Caps,
        spent: Spent = Spent(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.caps = caps
        self._clock = clock
        self._lock = threading.Lock()
        self._calls, self._bytes, self._seconds = spent.calls, spent.bytes, spent.seconds
        self._by_host = Counter(dict(spent.by_host))
        self._n_under_way = 0
        self._since = 0.0

    @property
    def spent(self) -> Spent:
        """What was taken so far; hosts in order of requests."""
        with self._lock:
            by_host = tuple(self._by_host.most_common())
            return Spent(self._calls, self._bytes, self._seconds_now(), by_host)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Let the time run while a request is under way; requests side by side share it."""
        with self._lock:
            if not self._n_under_way:
                self._since = self._clock()
            self._n_under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._n_under_way -= 1
                if not self._n_under_way:
                    self._seconds += self._clock() - self._since

    def seconds_left(self) -> float:
        """Seconds until the cap; a Refusal if there are none."""
        with self._lock:
            left = self.caps.seconds - self._seconds_now()
        if left <= 0:
            raise self.out_of_seconds()
        return left

    def out_of_seconds(self) -> Refusal:
        """The refusal for a run that has waited long enough."""
        return _exhausted(f"{self.caps.seconds:g} seconds on the web", "web.max_seconds")

    def call(self, host: str) -> None:
        """Account for a request that is about to be sent; a Refusal if it may not be."""
        with self._lock:
            if self._calls >= self.caps.calls:
                raise _exhausted(f"{self.caps.calls} requests", "web.max_calls")
            if self._by_host[host] >= self.caps.calls_per_host:
                cap = self.caps.calls_per_host
                raise _exhausted(f"{cap} requests to {host}", "web.max_calls_per_host")
            self._calls += 1
            self._by_host[host] += 1

    def grant(self, n_bytes: int) -> int:
        """How many bytes of the wanted ones may be read, at least one; accounted for at once."""
        with self._lock:
            granted = min(n_bytes, self.caps.bytes - self._bytes)
            if granted <= 0:
                raise _exhausted(f"{self.caps.bytes} bytes", "web.max_bytes")
            self._bytes += granted
            return granted

    def give_back(self, n_bytes: int) -> None:
        """Bytes that were granted and did not come."""
        with self._lock:
            self._bytes -= n_bytes

    def _seconds_now(self) -> float:
        running = self._clock() - self._since if self._n_under_way else 0.0
        return self._seconds + running


def _exhausted(what: str, setting: str) -> Refusal:
    return lasting(
        Reason.BUDGET_EXHAUSTED, f"the run's budget of {what} is spent; {setting} raises it"
    )
