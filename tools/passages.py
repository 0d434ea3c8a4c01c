"""Making passages: their ids, the fact behind each, and which of them are the same.

Guarantees: the same words at the same place have the same id and the same fact in every run, so that a resumed
or replayed run cites as the first one did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from tools.types import Entity, Fact, Passage, Passages, Source

TEXT_FIELD = "text"
MAX_SNIPPET_CHARS = 600
_LIVE = 1 << 52  # ids of bundled facts are small
_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid")


def fact_id(*parts: str) -> int:
    """An id for a fact that was read live: the same for the same parts, and never that of a bundled fact."""
    return _LIVE | int.from_bytes(_digest(parts)[:6], "big")


def passage_id(source: str, place: str, words: str) -> str:
    """A short name for words at a place."""
    return f"p{_digest((source, place, words)).hex()[:10]}"


def gathered(found: Iterable[Passage], limit: int) -> Passages:
    """The first `limit` passages, no two of which say the same or are of the same found page."""
    kept = tuple({_identity(passage): passage for passage in reversed(tuple(found))}.values())
    members = kept[::-1][:limit]
    return Passages(members, tuple(fact_of(passage) for passage in members))


def fact_of(passage: Passage) -> Fact:
    """The fact that the words stand where they stand."""
    about = passage.url or passage.source
    return Fact(
        id=fact_id(passage.id, about),
        entity=Entity(f"page/{passage.id}", passage.title, "page"),
        field=TEXT_FIELD,
        value=passage.snippet,
        number=None,
        unit="",
        period="",
        source=passage.source,
        origin=Source(url=passage.url, revision=passage.place, retrieved=passage.retrieved),
    )


def web_source(url: str) -> str:
    """The source of a page: `web:` and its host."""
    return f"web:{(urlsplit(url).hostname or '').removeprefix('www.')}"


def plain_url(url: str) -> str:
    """The address without what only counts visitors, and without a fragment."""
    parts = urlsplit(url)
    kept = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _is_tracking(pair[0])
    ]
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path, urlencode(kept), ""))


def _digest(parts: tuple[str, ...]) -> bytes:
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


def _is_tracking(name: str) -> bool:
    return name.lower().startswith(_TRACKING)


def _identity(passage: Passage) -> str:
    """What makes two finds the same: the page, and the place in it where one is named."""
    if not passage.url:
        return passage.id
    return f"{plain_url(passage.url).rstrip('/').partition('://')[2]} {passage.place}"
