"""What the web client is told: how far it may go, who asks, and its limits. Imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

SWITCHED_OFF = 'the web is switched off; --online or web.egress = "public" switches it on'


class Egress(StrEnum):
    """How far a request may go: nowhere, to the services named in the settings, or anywhere public."""

    OFF = "off"
    LOCAL = "local"
    PUBLIC = "public"


class Recording(StrEnum):
    """Whether answers are written down, or read from what was written down."""

    OFF = "off"
    RECORD = "record"
    REPLAY = "replay"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take: seconds, bytes (of the body, unpacked), redirects and attempts."""

    connect_seconds: float = 5.0
    idle_seconds: float = 10.0
    total_seconds: float = 20.0
    max_body_bytes: int = 10_000_000
    max_redirects: int = 5
    attempts: int = 3
    retry_wait_seconds: float = 0.5
    max_retry_wait_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Caps:
    """What one run may take from the web: requests, bytes, seconds of waiting, requests to one host."""

    calls: int = 200
    bytes: int = 200_000_000
    seconds: float = 600.0
    calls_per_host: int = 100


@dataclass(frozen=True, slots=True)
class WebOptions:
    """All of it. `contact` is an e-mail address or URL of the user's; `services` are `host` or `host:port`.

    Services are the user's own (a SearXNG): reachable in scope `local`, and allowed a private address and any
    port, yet never as a page. `proxy` is a URL; none is taken from the environment.
    """

    egress: Egress = Egress.OFF
    contact: str = ""
    services: tuple[str, ...] = ()
    proxy: str = field(default="", repr=False)
    cache_dir: Path | None = None
    recording: Recording = Recording.OFF
    recording_dir: Path | None = None
    limits: Limits = Limits()
    caps: Caps = Caps()
