"""Pages that somebody else wrote: opened only if their address has a known origin and robots.txt allows it.

Source of the robots rules: RFC 9309 (no file, everything is allowed; a file out of reach, nothing is).
"""

from __future__ import annotations

import threading

from protego import Protego

from tools.types import Failed, Reason
from tools.web.policies import DAY
from tools.web.provenance import Provenance
from tools.web.targets import Target, target
from tools.web.types import Outcome, Page, Request, Web

ROBOT = "Palimpsest"
PAGE_TYPES = "text/html,application/xhtml+xml,application/pdf;q=0.9,text/plain;q=0.8,*/*;q=0.1"
MAX_ROBOTS_CHARS = 512_000
_NO_RULES = (Reason.NOT_FOUND, Reason.FORBIDDEN)
_OUT_OF_REACH = (Reason.UNAVAILABLE, Reason.TIMED_OUT, Reason.RATE_LIMITED, Reason.TOO_LARGE)


class Pages:
    """One run's pages."""

    def __init__(self, web: Web, provenance: Provenance) -> None:
        self.provenance = provenance
        self._web = web
        self._robots: dict[tuple[str, str, int], Protego | Failed] = {}
        self._lock = threading.Lock()

    def open_page(self, url: str) -> Outcome:
        """The page at an address that a source named or the user wrote."""
        if self.provenance.origin(url) is None:
            detail = f"{url[:200]!r} is neither from a source nor from the question"
            return Failed(Reason.BLOCKED, detail)
        there = target(url)
        robots = self._rules(there)
        if isinstance(robots, Failed):
            return robots
        if not robots.can_fetch(there.text, ROBOT):
            return Failed(Reason.BLOCKED, f"robots.txt of {there.host} does not allow {there.text}")
        pause = float(robots.crawl_delay(ROBOT) or 0)
        request = Request(there.text, accept=PAGE_TYPES, is_page=True, pause_seconds=pause)
        return self._web.get(request)

    def _rules(self, there: Target) -> Protego | Failed:
        with self._lock:
            known = self._robots.get(there.origin)
        if known is None:
            known = self._fetched(there)
            with self._lock:
                self._robots[there.origin] = known
        return known

    def _fetched(self, there: Target) -> Protego | Failed:
        url = str(there.url.copy_with(raw_path=b"/robots.txt"))
        found = self._web.get(Request(url, accept="text/plain", ttl_seconds=DAY, is_page=True))
        if isinstance(found, Page):
            return Protego.parse(found.text[:MAX_ROBOTS_CHARS])
        if found.reason in _NO_RULES:
            return Protego.parse("")
        if found.reason in _OUT_OF_REACH:
            detail = f"robots.txt of {there.host} could not be read: {found.detail}"
            return Failed(found.reason, detail, found.retryable)
        return found
