"""The public engines through `ddgs`: convenient, opt-in, and asked seldom.

The library looks like a browser to the engines and speaks to them past the guarded client, so it is off unless the
user wants it, and never asked in a scope that keeps requests on this machine. Its engines are named here: the
library's own choice is random and includes an encyclopedia written by machines. It raises the same for a block as
for an empty result; `tools/engines/health.py` tells them apart as far as that can be done.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tools.engines.types import MAX_RESULTS, Finds, Query
from tools.engines.wire import malformed, passage
from tools.types import Failed, Reason
from tools.web.meter import Meter
from tools.web.refusals import Refusal
from tools.web.types import Outcome, Page, Request, Web

ADDRESS = "https://ddgs.invalid/search"
BACKENDS = "duckduckgo,brave,mojeek,startpage,yahoo"
PAUSE_SECONDS = 2.5
TIMEOUT_SECONDS = 8
_REGIONS = {"en": "us-en", "zh": "cn-zh"}

Results = Sequence[Mapping[str, Any]]
Ask = Callable[[str, str], "Results | Failed"]


class Pace:
    """A least time between searches, kept by all who share it."""

    def __init__(self, seconds: float = PAUSE_SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._free_at = time.monotonic()

    def wait(self, stop: threading.Event) -> bool:
        """Wait for the turn; False if the run was stopped meanwhile."""
        with self._lock:
            stop.wait(max(0.0, self._free_at - time.monotonic()))
            self._free_at = time.monotonic() + self._seconds
        return not stop.is_set()


_SHARED_PACE = Pace()


class Duck:
    """Searches through a web that answers at `ADDRESS`: `DuckWeb`, or a recording of it."""

    name = "ddgs"
    is_local = False

    def __init__(self, web: Web) -> None:
        self._web = web

    def search(self, query: Query) -> Finds | Failed:
        """The results, in the library's order."""
        region = _REGIONS.get(query.lang, _REGIONS["en"])
        page = self._web.get(Request(ADDRESS, {"q": query.text, "region": region}))
        if isinstance(page, Failed):
            return page
        retrieved = page.retrieved_at.isoformat()
        try:
            listed = json.loads(page.body)
            made = [
                passage(self.name, retrieved, row["href"], row["title"], row["body"])
                for row in listed
            ]
        except (ValueError, KeyError, TypeError):
            return malformed(self.name, "has another form than title, href and body")
        return tuple(one for one in made if one is not None)


class DuckWeb:
    """The library as a web of one address, so that its answers are metered and recorded like any others."""

    def __init__(
        self,
        meter: Meter,
        stop: threading.Event,
        ask: Ask | None = None,
        pace: Pace = _SHARED_PACE,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._meter = meter
        self._stop = stop
        self._ask = ask or _through_library
        self._pace = pace
        self._now = now

    def get(self, request: Request) -> Outcome:
        """The results as JSON; an empty list where the library found nothing, or was blocked."""
        try:
            self._meter.seconds_left()
            self._meter.call("ddgs")
        except Refusal as refusal:
            return refusal.failed
        with self._meter.under_way():
            if not self._pace.wait(self._stop):
                return Failed(Reason.STOPPED, "the run was stopped")
            return self._answered(request)

    def _answered(self, request: Request) -> Outcome:
        found = self._ask(request.params["q"], request.params["region"])
        if isinstance(found, Failed):
            return found
        body = json.dumps(list(found)).encode()
        return Page(ADDRESS, ADDRESS, 200, "application/json", body, self._now())


def _through_library(query: str, region: str) -> Results | Failed:
    """Imported only when asked: it brings a network stack of its own."""
    try:
        from ddgs import DDGS
        from ddgs.exceptions import DDGSException, TimeoutException
    except ImportError:
        return Failed(Reason.UNAVAILABLE, "ddgs is not installed; pip install ddgs brings it")
    try:
        found: Results = DDGS(timeout=TIMEOUT_SECONDS).text(
            query, region=region, safesearch="moderate", max_results=MAX_RESULTS, backend=BACKENDS
        )
    except TimeoutException:
        return Failed(Reason.TIMED_OUT, f"no engine answered within {TIMEOUT_SECONDS} s")
    except DDGSException as error:
        if "No results" in str(error):
            return []
        return Failed(Reason.UNAVAILABLE, f"ddgs says: {str(error)[:200]}")
    return found
