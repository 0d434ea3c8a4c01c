"""Wikipedia's own search, in the language of the question. Source: MediaWiki's action API, `list=search`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tools.engines.types import MAX_RESULTS, Finds, Query
from tools.engines.wire import malformed, mapping, passage, rows
from tools.types import Failed, Reason
from tools.web.types import Page, Request, Web

LANGUAGES = ("en", "zh")


class Wikipedia:
    """The search of one language's Wikipedia."""

    name = "wikipedia"
    is_local = False

    def __init__(self, web: Web) -> None:
        self._web = web

    def search(self, query: Query) -> Finds | Failed:
        """The articles found, each with the words around what was searched for."""
        lang = query.lang if query.lang in LANGUAGES else "en"
        asked = {
            "action": "query",
            "format": "json",
            "formatversion": "2",
            "list": "search",
            "srlimit": str(MAX_RESULTS),
            "srsearch": query.text,
        }
        url = f"https://{lang}.wikipedia.org/w/api.php"
        page = self._web.get(Request(url, asked, accept="application/json"))
        if isinstance(page, Failed):
            return page
        found = mapping(page, self.name)
        return found if isinstance(found, Failed) else _read(found, page, lang)


def _read(found: Mapping[str, Any], page: Page, lang: str) -> Finds | Failed:
    """Errors come with status 200 and say so."""
    if isinstance(error := found.get("error"), dict):
        told = str(error.get("info") or error.get("code") or "an error")[:200]
        return Failed(Reason.UNAVAILABLE, f"wikipedia says: {told}")
    results = rows(found, "query", "search")
    if results is None:
        return malformed(Wikipedia.name, "has no `query.search`")
    retrieved = page.retrieved_at.isoformat()
    made = (
        passage(
            Wikipedia.name, retrieved, _address(lang, row), row.get("title"), row.get("snippet")
        )
        for row in results
    )
    return tuple(one for one in made if one is not None)


def _address(lang: str, row: Mapping[str, Any]) -> str:
    title = str(row.get("title") or "").replace(" ", "_")
    return f"https://{lang}.wikipedia.org/wiki/{quote(title)}" if title else ""
