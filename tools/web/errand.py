"""One request on its way: until when, on whose account, and whether it was called back.

The errand is bound to the context of the thread that runs it, because the streams beneath it outlive single
requests (connections are kept) and must ask at every read.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from tools.types import Reason
from tools.web.meter import Meter
from tools.web.policies import HostPolicy
from tools.web.refusals import Refusal, lasting
from tools.web.types import Request

SLICE_SECONDS = 0.2
_CURRENT: ContextVar[Errand] = ContextVar("errand")


@dataclass(frozen=True, slots=True)
class Errand:
    """`ends_at` is on the monotonic clock; `overrun` is what happened when it has passed.

    `request` is that of this hop, `keys` are what the run's request was given to keep to itself.
    """

    request: Request
    keys: tuple[str, ...]
    policy: HostPolicy
    ends_at: float
    overrun: Refusal
    meter: Meter
    stop: threading.Event

    def seconds_left(self) -> float:
        """Seconds until the end; a Refusal if it has passed or the run was stopped."""
        if self.stop.is_set():
            raise lasting(Reason.STOPPED, "the run was stopped")
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise self.overrun
        return left

    def has_time(self, seconds: float) -> bool:
        """Whether that much time is left, and the run goes on."""
        return not self.stop.is_set() and time.monotonic() + seconds < self.ends_at

    def pause(self, seconds: float) -> None:
        """Wait, unless the run is stopped meanwhile; a Refusal if the wait would pass the end."""
        self.stop.wait(min(seconds, self.seconds_left()))
        self.seconds_left()

    @contextmanager
    def bound(self) -> Iterator[None]:
        """Make this the errand of whatever runs in this context."""
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)


def current() -> Errand:
    """The errand of this context; LookupError outside of one, so that nothing is sent unaccounted."""
    return _CURRENT.get()
