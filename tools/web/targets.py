"""A URL taken apart once: what is checked here is, as the same object, what is connected to.

Guarantees: http or https, a host that is a plain name or an address in its usual notation, no user part. Names
are not resolved here; `tools/web/dialing.py` checks the addresses behind them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address

import httpx

from tools.web.addresses import kind_of
from tools.web.refusals import blocked

MAX_URL_CHARS = 8000
_PORTS = {"http": 80, "https": 443}
_USER_PART = re.compile(r"[a-z][a-z0-9+.-]*:/*[^/?#]*@", re.IGNORECASE)
_NEVER = re.compile(r"[\x00-\x20\x7f\\]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_INNER_NAMES = (
    "localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa", "onion",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes; `host` is in lower case, without brackets and final dot; `url` has no fragment."""

    url: httpx.URL
    host: str
    port: int

    @property
    def text(self) -> str:
        """The URL in its one spelling."""
        return str(self.url)

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port."""
        return self.url.scheme, self.host, self.port

    @property
    def is_numeric(self) -> bool:
        """Whether the host is an address and not a name."""
        return _is_address(self.host)


def target(text: str) -> Target:
    """The parts of a URL; Refusal (blocked) says what is wrong with it."""
    shown = repr(text[:80])
    if len(text) > MAX_URL_CHARS:
        raise blocked(f"{shown}… has {len(text)} characters, the limit is {MAX_URL_CHARS}")
    if _NEVER.search(text):
        raise blocked(f"{shown} holds a space, a backslash or a control character")
    if _USER_PART.match(text):
        raise blocked(f"{shown} holds a user part before the host")
    url = _parsed(text, shown)
    if url.scheme not in _PORTS:
        raise blocked(f"{shown} is not http or https")
    host = _host(url, shown)
    return Target(url.copy_with(fragment=None), host, url.port or _PORTS[url.scheme])


def onward(here: Target, location: str) -> Target:
    """Where a redirect from `here` leads; Refusal if its address cannot be used."""
    if _NEVER.search(location):
        raise blocked(f"{here.host} redirects to {location[:80]!r}, which is not a URL")
    try:
        return target(str(here.url.join(location)))
    except (httpx.InvalidURL, ValueError) as error:
        raise blocked(f"{here.host} redirects to {location[:80]!r}: {error}") from error


def check_public_name(there: Target) -> None:
    """Refuse a host that can only be on this machine or its network."""
    if there.is_numeric:
        if kind := kind_of(there.host):
            raise blocked(f"{there.host} is a {kind} address")
    elif "." not in there.host or there.host.endswith(tuple(f".{n}" for n in _INNER_NAMES)):
        raise blocked(f"{there.host} is a name of a local network")


def _parsed(text: str, shown: str) -> httpx.URL:
    try:
        return httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:  # idna's errors are ValueErrors
        raise blocked(f"{shown} is not a URL: {error}") from error


def _host(url: httpx.URL, shown: str) -> str:
    host = url.raw_host.decode("ascii").lower().strip("[]")
    if _is_address(host):
        return host
    host = host.removesuffix(".")
    labels = host.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or len(host) > 253:
        raise blocked(f"{shown} holds no host name")
    if _NUMBER.fullmatch(labels[-1]):
        raise blocked(f"{shown} writes an address in other than its usual notation")
    return host


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return "%" not in host
