"""The last step to the network: one request, one answer, read whole and within limits.

It stands beneath the cache, so keys (secret parameters and headers) are added here and struck out of whatever
comes back: the cache never sees them. Cookies are neither sent nor kept.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime
from functools import cached_property, lru_cache
from importlib.metadata import version
from typing import TypeAlias
from urllib.parse import urlencode

import httpcore
import httpx

from tools.types import Reason
from tools.web.breaker import Breaker
from tools.web.content import too_large, unpacked
from tools.web.dialing import CheckedBackend
from tools.web.errand import Errand, current
from tools.web.options import WebOptions
from tools.web.pacing import Pacing
from tools.web.refusals import Refusal, blocked, lasting, passing
from tools.web.retrying import retry_after_seconds
from tools.web.targets import target
from tools.web.types import Request

RETRIEVED_HEADER = "x-palimpsest-retrieved"
_KEPT_HEADERS = frozenset(
    (
        "age",
        "cache-control",
        "content-type",
        "date",
        "etag",
        "expires",
        "last-modified",
        "location",
        "retry-after",
        "vary",
    )
)
_FRESHNESS_HEADERS = frozenset(("cache-control", "expires", "last-modified", "etag"))
_PAGE_FRESHNESS = (b"cache-control", b"max-age=600")
_MAX_CONNECTIONS = 32
_KEEPALIVE_SECONDS = 10.0

RawHeaders: TypeAlias = list[tuple[bytes, bytes]]


class Wire:
    """Sends what the current errand asks for over checked connections."""

    def __init__(
        self,
        backend: CheckedBackend,
        options: WebOptions,
        pacing: Pacing,
        breaker: Breaker,
        now: Callable[[], datetime],
    ) -> None:
        self._backend = backend
        self._options = options
        self._pacing = pacing
        self._breaker = breaker
        self._now = now

    def send(self, request: httpx.Request) -> httpx.Response:
        """The answer, unpacked; Refusal if there is none, or none that may be taken."""
        errand = current()
        host = target(str(request.url)).host
        self._breaker.check(host)
        with self._pacing.turn(errand):
            errand.meter.call(host)
            try:
                answer = self._exchange(request, errand)
            except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as e:
                self._breaker.failed(host)
                raise _broken(host, e) from e
        self._judge(host, answer, errand)
        return answer

    def close(self) -> None:
        """Close every connection."""
        if "_pool" in self.__dict__:
            self._pool.close()

    @cached_property
    def _pool(self) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=_trusted_authorities(),
            proxy=_proxy(self._options.proxy),
            max_connections=_MAX_CONNECTIONS,
            keepalive_expiry=_KEEPALIVE_SECONDS,
            network_backend=self._backend,
        )

    def _exchange(self, request: httpx.Request, errand: Errand) -> httpx.Response:
        answer = self._pool.handle_request(self._outgoing(request, errand))
        limit = self._options.limits.max_body_bytes
        with closing(answer):
            packed = _joined(answer.iter_stream(), limit)
        packing = _header(answer.headers, b"content-encoding")
        body = struck(unpacked(packed, packing, limit), errand.keys)
        headers = [*self._kept(answer.headers, errand)]
        return httpx.Response(answer.status, headers=headers, content=body)

    def _outgoing(self, request: httpx.Request, errand: Errand) -> httpcore.Request:
        asked, url = errand.request, request.url
        given = {**asked.headers, **asked.secret_headers}
        headers = {
            **{name.lower(): text for name, text in given.items()},
            **dict(request.headers),
            "accept": asked.accept,
            "accept-encoding": "gzip, deflate",
            "user-agent": agent_name(self._options.contact),
        }
        there = httpcore.URL(
            scheme=url.raw_scheme,
            host=url.raw_host.strip(b"[]"),
            port=url.port,
            target=_with_secrets(url.raw_path, asked),
        )
        timeouts = {"timeout": self._timeouts(errand)}
        return httpcore.Request("GET", there, headers=list(headers.items()), extensions=timeouts)

    def _timeouts(self, errand: Errand) -> dict[str, float]:
        limits, left = self._options.limits, errand.seconds_left()
        idle = min(limits.idle_seconds, left)
        connect = min(limits.connect_seconds, left)
        return {"connect": connect, "read": idle, "write": idle, "pool": left}

    def _kept(self, headers: RawHeaders, errand: Errand) -> Iterable[tuple[bytes, bytes]]:
        """The few headers that anything here reads; a page that says nothing of caching keeps ten minutes."""
        named: set[str] = set()
        for raw_name, raw_text in headers:
            name = raw_name.decode("latin-1").lower()
            if name in _KEPT_HEADERS:
                named.add(name)
                yield raw_name, struck(raw_text, errand.keys)
        if errand.request.is_page and not named & _FRESHNESS_HEADERS:
            yield _PAGE_FRESHNESS
        yield RETRIEVED_HEADER.encode(), self._now().isoformat().encode()

    def _judge(self, host: str, answer: httpx.Response, errand: Errand) -> None:
        """Count a busy or broken host's answer against it, and leave it alone for as long as it asks."""
        if answer.status_code != 429 and answer.status_code < 500:
            self._breaker.succeeded(host)
            return
        self._breaker.failed(host)
        wait = retry_after_seconds(answer.headers.get("retry-after", ""), self._now())
        if wait is not None:
            self._pacing.rest(errand.policy, wait)


@lru_cache(1)
def _trusted_authorities() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def agent_name(contact: str) -> str:
    """Who asks, as a user agent."""
    return f"Palimpsest/{version('palimpsest')} ({contact or 'no contact given'})"


def proxy_endpoint(proxy: str) -> frozenset[tuple[str, int]]:
    """Host and port of the proxy, if there is one: the user's own choice, wherever it is."""
    if not proxy:
        return frozenset()
    try:
        url = httpx.Proxy(proxy).url
    except (httpx.InvalidURL, ValueError) as error:
        raise blocked("web.proxy is not the URL of a proxy") from error
    return frozenset({(url.host, url.port or (443 if url.scheme == "https" else 80))})


def struck(content: bytes, keys: Iterable[str]) -> bytes:
    """The bytes with every key struck out."""
    for raw in (key.encode() for key in keys):
        content = content.replace(raw, b"*" * len(raw))
    return content


def _proxy(proxy: str) -> httpcore.Proxy | None:
    if not proxy:
        return None
    parsed = httpx.Proxy(proxy)
    return httpcore.Proxy(str(parsed.url), auth=parsed.raw_auth)


def _with_secrets(path: bytes, asked: Request) -> bytes:
    if not asked.secret_params:
        return path
    return path + (b"&" if b"?" in path else b"?") + urlencode(asked.secret_params).encode()


def _joined(chunks: Iterable[bytes], limit: int) -> bytes:
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) > limit:
            raise too_large(limit)
    return bytes(found)


def _header(headers: RawHeaders, wanted: bytes) -> str:
    return ", ".join(text.decode("latin-1") for name, text in headers if name.lower() == wanted)


def _broken(host: str, error: Exception) -> Refusal:
    if isinstance(error, httpcore.TimeoutException):
        return passing(Reason.TIMED_OUT, f"{host} did not answer in time")
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return lasting(Reason.UNAVAILABLE, f"the certificate of {host} is not valid")
        cause = cause.__cause__ or cause.__context__
    return passing(Reason.UNAVAILABLE, f"the connection to {host} failed")
