"""How politely each host is asked: rate, concurrency, how long answers keep, and whether it wants to know who asks.

Sources: the services' own rules as of 2026 (Wikimedia's API rate limits and access policy, SEC's fair access
rules, arXiv's API terms); where none are published, a pace that disturbs nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

HOUR, DAY = 3600.0, 86_400.0


class Contact(StrEnum):
    """What a host wants to know of who asks."""

    NONE = ""
    ANY = "an e-mail address or a URL"
    EMAIL = "an e-mail address"


@dataclass(frozen=True, slots=True)
class HostPolicy:
    """Requests a second with a burst, requests at once, seconds that answers keep.

    Hosts that share a `bucket` share its rate.
    """

    bucket: str
    per_second: float
    burst: int
    concurrency: int
    ttl_seconds: float
    contact: Contact = Contact.NONE


_WIKIMEDIA = HostPolicy("wikimedia", 3, 5, 2, DAY, Contact.ANY)
_NAMED = {
    "query.wikidata.org": HostPolicy("query.wikidata.org", 0.5, 1, 1, DAY, Contact.ANY),
    "wikipedia.org": _WIKIMEDIA,
    "wikidata.org": _WIKIMEDIA,
    "wikimedia.org": _WIKIMEDIA,
    "sec.gov": HostPolicy("sec.gov", 5, 1, 2, 6 * HOUR, Contact.EMAIL),
    "api.worldbank.org": HostPolicy("api.worldbank.org", 3, 3, 2, 7 * DAY),
    "export.arxiv.org": HostPolicy("export.arxiv.org", 1 / 3, 1, 1, DAY),
    "api.nobelprize.org": HostPolicy("api.nobelprize.org", 1, 1, 1, 30 * DAY),
    "ourworldindata.org": HostPolicy("ourworldindata.org", 1, 1, 1, DAY),
    "api.openalex.org": HostPolicy("api.openalex.org", 5, 1, 2, 7 * DAY),
    "api.crossref.org": HostPolicy("api.crossref.org", 3, 1, 1, 7 * DAY),
}
_PAGE = HostPolicy("", 1, 1, 1, 600)
_SERVICE = HostPolicy("", 5, 5, 4, HOUR)
_OTHER = HostPolicy("", 2, 2, 2, HOUR)


def policy_of(host: str, *, is_page: bool = False, is_service: bool = False) -> HostPolicy:
    """The policy for a host: its own, or that of its kind with a bucket of its own."""
    if is_service:
        return replace(_SERVICE, bucket=host)
    labels = host.split(".")
    for first in range(len(labels)):
        if named := _NAMED.get(".".join(labels[first:])):
            return named
    return replace(_PAGE if is_page else _OTHER, bucket=host)
