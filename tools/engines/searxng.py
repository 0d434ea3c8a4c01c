"""A SearXNG of the user's, asked for JSON. Source of the form: its own documentation of the search API (2026)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tools.engines.types import MAX_RESULTS, Finds, Query
from tools.engines.wire import malformed, mapping, passage, rows
from tools.notes import note
from tools.types import Failed, NoteKind, Passage, Reason
from tools.web.types import Page, Request, Web

NO_JSON = "it does not give JSON; add `json` to `search.formats` in its settings.yml"
LIMITED = "its limiter turned us away; set `server.limiter: false` or let this address through"


class SearxNG:
    """One instance at `base` (`http://127.0.0.1:8888`), which has to be among the web's services."""

    name = "searxng"
    is_local = False

    def __init__(self, web: Web, base: str) -> None:
        self._web = web
        self._base = base.rstrip("/")

    def search(self, query: Query) -> Finds | Failed:
        """The results of every engine behind it; those that did not respond are noted."""
        asked = {"q": query.text, "format": "json"}
        if query.lang != "en":  # naming English keeps results in other languages out
            asked["language"] = query.lang
        page = self._web.get(Request(f"{self._base}/search", asked, accept="application/json"))
        if isinstance(page, Failed):
            return _explained(page)
        found = mapping(page, self.name)
        return found if isinstance(found, Failed) else self._read(found, page)

    def _read(self, found: Mapping[str, Any], page: Page) -> Finds | Failed:
        results = rows(found, "results")
        if results is None:
            return malformed(self.name, "has no `results`")
        made = (_passage(row, page) for row in results[:MAX_RESULTS])
        finds = tuple(passage for passage in made if passage is not None)
        silent = [*_unresponsive(found)]
        for name, why in silent:
            note(NoteKind.DEGRADED, f"searxng/{name}", why)
        if silent and not finds:
            told = ", ".join(f"{name} ({why})" for name, why in silent)
            return Failed(Reason.UNAVAILABLE, f"its engines did not respond: {told}")
        return finds


def _passage(row: Mapping[str, Any], page: Page) -> Passage | None:
    retrieved = page.retrieved_at.isoformat()
    return passage(SearxNG.name, retrieved, row.get("url"), row.get("title"), row.get("content"))


def _unresponsive(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Its engines that did not answer, as pairs of name and reason."""
    listed = found.get("unresponsive_engines")
    for pair in listed if isinstance(listed, list) else []:
        if isinstance(pair, list | tuple) and len(pair) >= 2:
            yield str(pair[0])[:60], str(pair[1])[:120]


def _explained(failed: Failed) -> Failed:
    """The refusals that a setting of SearXNG mends name that setting."""
    hints = {Reason.FORBIDDEN: NO_JSON, Reason.RATE_LIMITED: LIMITED}
    hint = hints.get(failed.reason)
    if hint is None:
        return failed
    return Failed(failed.reason, hint, retry_after_seconds=failed.retry_after_seconds)
