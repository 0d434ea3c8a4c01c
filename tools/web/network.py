"""What all runs of a process share: the rules, the pace, the failures, the cache and the connections.

Nothing is opened before the first request that the rules let through.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

import httpcore
import httpx
from hishel import SqliteStorage
from hishel.httpx import CacheTransport

from tools.web.breaker import Breaker
from tools.web.dialing import CheckedBackend, Resolver, system_resolver
from tools.web.options import WebOptions
from tools.web.pacing import Pacing
from tools.web.rules import Rules, endpoints
from tools.web.wire import Wire, proxy_endpoint

_CACHE_FILE = "web.db"
_CACHE_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class System:
    """What the network takes from the machine; tests put a server of their own in its place.

    `haste` divides every pause between requests: 1 outside of tests.
    """

    resolver: Resolver = system_resolver
    dial: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    haste: float = 1.0


class Network:
    """Built once from the options."""

    def __init__(self, options: WebOptions, system: System | None = None) -> None:
        self._system = system or System()
        self.options = options
        self.rules = Rules(options)
        self.breaker = Breaker(self._system.clock)
        self.pacing = Pacing(self._system.clock, self._system.haste)

    def now(self) -> datetime:
        """The time of day, in UTC."""
        return self._system.now()

    @cached_property
    def wire(self) -> Wire:
        """Straight to the network."""
        trusted = endpoints(self.options.services) | proxy_endpoint(self.options.proxy)
        backend = CheckedBackend(trusted, self._system.resolver, self._system.dial)
        return Wire(backend, self.options, self.pacing, self.breaker, self.now)

    def send(self, request: httpx.Request) -> httpx.Response:
        """The answer, through the cache on disk if there is a folder for one."""
        return self._cached.handle_request(request) if self._cached else self.wire.send(request)

    def close(self) -> None:
        """Close what was opened."""
        for name in ("_cached", "wire"):
            if opened := self.__dict__.pop(name, None):
                opened.close()

    @cached_property
    def _cached(self) -> CacheTransport | None:
        folder = self.options.cache_dir
        if folder is None:
            return None
        storage = SqliteStorage(database_path=folder / _CACHE_FILE, max_size=_CACHE_BYTES)
        beneath = httpx.MockTransport(
            self.wire.send
        )  # httpx's name for a transport of one function
        return CacheTransport(beneath, storage)
