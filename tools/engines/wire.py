"""What engines have in common on the wire: JSON read with its faults as values, text without markup."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from tools.passages import MAX_SNIPPET_CHARS, passage_id, plain_url, web_source
from tools.types import Failed, Passage, Reason
from tools.web.types import Page

_TAG = re.compile(r"<[^<>]{0,400}>")
_MAX_TITLE_CHARS = 200


def mapping(page: Page, who: str) -> Mapping[str, Any] | Failed:
    """The JSON object that a page is; `Failed` (malformed) if it is none."""
    try:
        found = json.loads(page.text)
    except ValueError:
        return malformed(who, "is not JSON")
    return found if isinstance(found, dict) else malformed(who, "is no JSON object")


def malformed(who: str, how: str) -> Failed:
    """An answer in another form than the one known here."""
    return Failed(Reason.MALFORMED, f"the answer of {who} {how}")


def rows(found: Mapping[str, Any], *path: str) -> Sequence[Mapping[str, Any]] | None:
    """The objects of the list at a path; None where there is no list."""
    node: Any = found
    for name in path:
        node = node.get(name) if isinstance(node, dict) else None
    if not isinstance(node, list):
        return None
    return [row for row in node if isinstance(row, dict)]


def plain(text: object, limit: int = MAX_SNIPPET_CHARS) -> str:
    """The text without tags and entities, on one line, cut at a word."""
    bare = " ".join(html.unescape(_TAG.sub("", str(text or ""))).split())
    return bare if len(bare) <= limit else f"{bare[:limit].rsplit(' ', 1)[0]} …"


def passage(
    engine: str, retrieved: str, url: object, title: object, words: object
) -> Passage | None:
    """A search result as a passage; None where it has no web address or says nothing."""
    address, snippet = plain_url(str(url or "")), plain(words)
    if urlsplit(address).scheme not in ("http", "https") or not snippet:
        return None
    source = web_source(address)
    return Passage(
        id=passage_id(address, "", snippet),
        title=plain(title, _MAX_TITLE_CHARS) or source.partition(":")[2],
        snippet=snippet,
        url=address,
        engine=engine,
        source=source,
        retrieved=retrieved,
    )
