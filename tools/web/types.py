"""The seam of the outside world: a request goes in, a page or a typed failure comes out. Imports nothing heavy.

Guarantees: what a server did or did not do is a value, never an exception; keys stand in no `repr` and in no name.
Does not guarantee: that what a page says is true, or meant well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias
from urllib.parse import quote_plus, urlencode

from tools.types import Failed


@dataclass(frozen=True, slots=True)
class Request:
    """A GET. `params` join the URL's own query, in their order; `accept` is the media type wanted.

    `ttl_seconds`: how long an answer may be kept; None leaves it to the host's policy, 0 keeps nothing.
    Keys go into `secret_params` and `secret_headers`: they are sent, and stand in no cache, recording, message or
    `repr`. `is_page` marks an address that somebody else wrote (a search result, a link): it gets no exemption
    from the address rules. `pause_seconds` is the least time between requests that the host asks for (robots.txt).
    """

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    accept: str = "*/*"
    ttl_seconds: float | None = None
    secret_params: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_page: bool = False
    pause_seconds: float = 0.0

    @property
    def address(self) -> str:
        """The URL with its parameters, without keys: what may be shown and stored."""
        if not self.params:
            return self.url
        return f"{self.url}{'&' if '?' in self.url else '?'}{urlencode(self.params)}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every key, as it is and as a URL spells it."""
        given = (*self.secret_params.values(), *self.secret_headers.values())
        spelled = (form for text in given if text for form in (text, quote_plus(text)))
        return tuple(dict.fromkeys(spelled))

    @property
    def key(self) -> str:
        """A name for the answer, the same wherever the same thing is asked for."""
        headers = "".join(
            f"\n{name.lower()}: {text}" for name, text in sorted(self.headers.items())
        )
        return hashlib.sha256(f"GET {self.address}\n{self.accept}{headers}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Page:
    """A successful answer. `url` was asked for, `final_url` answered after redirects; both without secrets.

    `media_type` is what the bytes are (sniffed, lower case, without parameters), `charset` how they are read.
    """

    url: str
    final_url: str
    status: int
    media_type: str
    body: bytes = field(repr=False)
    retrieved_at: datetime
    charset: str = "utf-8"
    is_cached: bool = False

    @property
    def text(self) -> str:
        """The body as text; bytes that the charset does not know become U+FFFD."""
        return self.body.decode(self.charset, errors="replace")

    @property
    def sha256(self) -> str:
        """The digest of the body, in hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()


Outcome: TypeAlias = Page | Failed


class Web(Protocol):
    """The seam: any request gives an outcome. Safe for several threads.

    A status of 200 to 299 is a page. The rest is `Failed` by reason: 404 and 410 not found, 401 and 403 forbidden,
    429 rate limited (`retry_after_seconds` where the server said it), others unavailable.
    """

    def get(self, request: Request) -> Outcome:
        """Ask once; retries, redirects and politeness are inside."""
        ...
