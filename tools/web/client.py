"""The guarded web client: the one way from this program to the network.

Guarantees: an address is judged before it is connected to and again at every redirect; time, size, redirects,
pace and the run's budget are kept; whatever happens is a `Page` or a `Failed`.
Does not guarantee: that a page is read the way its author meant; see `tools/web/reading.py`.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import httpx
import stamina
from hishel import CacheOptions

from tools.types import Reason
from tools.web.content import charset_of, media_type_of
from tools.web.errand import Errand
from tools.web.meter import Meter
from tools.web.network import Network
from tools.web.refusals import Refusal, blocked, lasting, passing
from tools.web.retrying import again, retry_after_seconds
from tools.web.targets import Target
from tools.web.types import Outcome, Page, Request
from tools.web.wire import RETRIEVED_HEADER

stamina.instrumentation.set_on_retry_hooks(())  # they would print each retry on the user's terminal

_REDIRECTS = (301, 302, 303, 307, 308)
_PRIVATE_CACHE = CacheOptions(shared=False)
_LASTING: Mapping[int, tuple[Reason, str]] = {
    401: (Reason.FORBIDDEN, "wants a key or a password"),
    403: (Reason.FORBIDDEN, "does not allow it"),
    404: (Reason.NOT_FOUND, "has no such page"),
    410: (Reason.NOT_FOUND, "has that page no more"),
}


class Client:
    """One run's access to the shared network, on the run's meter, until `stop` is set."""

    def __init__(
        self, network: Network, meter: Meter | None = None, stop: threading.Event | None = None
    ) -> None:
        self.meter = meter or Meter(network.options.caps)
        self._network = network
        self._limits = network.options.limits
        self._stop = stop or threading.Event()

    def get(self, request: Request) -> Outcome:
        """Ask once; retries, redirects and politeness are inside."""
        try:
            there = self._network.rules.admitted(request.address, is_page=request.is_page)
            with self.meter.under_way():
                return self._followed(request, there)
        except Refusal as refusal:
            return refusal.failed

    def _followed(self, request: Request, there: Target) -> Page:
        rules, start = self._network.rules, there
        ends_at, overrun = self._end(there)
        hop = request
        for _ in range(self._limits.max_redirects + 1):
            policy = rules.policy(there, is_page=hop.is_page)
            errand = Errand(hop, request.secrets, policy, ends_at, overrun, self.meter, self._stop)
            answer = self._answered(there, errand)
            if answer.status_code not in _REDIRECTS:
                return _page(request, there, answer)
            location = answer.headers.get("location", "")
            onward = rules.redirected(there, location, is_page=hop.is_page)
            if onward.origin != there.origin:
                hop = replace(hop, secret_params={}, secret_headers={})
            there = onward
        raise blocked(f"{start.host} redirects more than {self._limits.max_redirects} times")

    def _end(self, there: Target) -> tuple[float, Refusal]:
        """Until when the request may take, and what to say when it took longer."""
        left = self.meter.seconds_left()
        total = self._limits.total_seconds
        if left < total:
            return time.monotonic() + left, self.meter.out_of_seconds()
        slow = f"{there.host} took more than {total:g} s"
        return time.monotonic() + total, passing(Reason.TIMED_OUT, slow)

    def _answered(self, there: Target, errand: Errand) -> httpx.Response:
        """The answer of one address, after as many attempts as it takes and may take."""
        attempts = stamina.retry_context(
            again(errand, self._limits),
            attempts=self._limits.attempts,
            timeout=None,
            wait_initial=self._limits.retry_wait_seconds,
            wait_max=self._limits.max_retry_wait_seconds,
            wait_jitter=self._limits.retry_wait_seconds,
        )
        for attempt in attempts:
            with attempt, errand.bound():
                return self._once(there, errand)
        raise errand.overrun  # pragma: no cover - the last attempt returns or raises

    def _once(self, there: Target, errand: Errand) -> httpx.Response:
        answer = self._sent(there, errand)
        status = answer.status_code
        if answer.is_success or status in _REDIRECTS:
            return answer
        raise self._refused(there.host, status, answer.headers.get("retry-after", ""))

    def _sent(self, there: Target, errand: Errand) -> httpx.Response:
        """Through the cache; past it where nothing is to be kept, or where its file does not work."""
        caching = _caching(there, errand)
        outgoing = httpx.Request("GET", there.url, extensions={"caching": caching})
        if caching.get("ttl") == 0:
            return self._network.wire.send(outgoing)
        try:
            answer = self._network.send(outgoing)
            answer.read()
        except sqlite3.Error:
            return self._network.wire.send(outgoing)
        return answer

    def _refused(self, host: str, status: int, retry_after: str) -> Refusal:
        if status in _LASTING:
            reason, words = _LASTING[status]
            return lasting(reason, f"{host} {words} (status {status})")
        wait = retry_after_seconds(retry_after, self._network.now())
        if status == 429:
            return passing(Reason.RATE_LIMITED, f"{host} asks to slow down (status 429)", wait)
        if status >= 500:
            return passing(Reason.UNAVAILABLE, f"{host} is in trouble (status {status})", wait)
        return lasting(Reason.UNAVAILABLE, f"{host} answered with status {status}")


def _caching(there: Target, errand: Errand) -> dict[str, object]:
    """A page keeps as long as it says; an API's answer as long as the caller or the host's policy says."""
    request = errand.request
    if request.is_page:
        return {"rfc": _PRIVATE_CACHE}
    ttl = errand.policy.ttl_seconds if request.ttl_seconds is None else request.ttl_seconds
    key = Request(there.text, headers=request.headers, accept=request.accept).key
    return {"rfc": False, "ttl": ttl, "key": key}


def _page(request: Request, there: Target, answer: httpx.Response) -> Page:
    body, declared = answer.content, answer.headers.get("content-type", "")
    media_type = media_type_of(declared, body)
    return Page(
        url=request.address,
        final_url=there.text,
        status=answer.status_code,
        media_type=media_type,
        body=body,
        retrieved_at=datetime.fromisoformat(answer.headers[RETRIEVED_HEADER]),
        charset=charset_of(declared, media_type, body),
        is_cached=bool(answer.extensions.get("caching", {}).get("from_cache", False)),
    )
