"""A small HTTP server on this machine with programmable answers, and a network that leads every name to it.

Real sockets, so that time-outs, redirects, packed and endless bodies are what they are. Names resolve through a
table here and not through the system; TLS is left out, so that `https` addresses reach the same server.
"""

from __future__ import annotations

import gzip
import json
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BufferedIOBase
from typing import Any, TypeAlias

import httpcore

from tools.web.client import Client
from tools.web.meter import Meter
from tools.web.network import Network, System
from tools.web.options import Egress, Limits, WebOptions

PUBLIC = "93.184.216.34"
QUICK = Limits(
    connect_seconds=1.0,
    idle_seconds=1.0,
    total_seconds=5.0,
    retry_wait_seconds=0.001,
    max_retry_wait_seconds=0.05,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route gives: `raw` writes to the socket itself instead of status, headers and body."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    raw: Callable[[BufferedIOBase], None] | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A request as it came: `path` with the query, header names in lower case."""

    host: str
    path: str
    headers: Mapping[str, str]


Route: TypeAlias = Answer | Callable[[Visit], Answer]


def text(body: str, media_type: str = "text/html; charset=utf-8", **headers: str) -> Answer:
    """A body of text."""
    return Answer(body.encode(), headers={"Content-Type": media_type, **_named(headers)})


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    """A value as JSON."""
    media_type = {"Content-Type": "application/json", **_named(headers)}
    return Answer(json.dumps(value).encode(), status, media_type)


def moved(location: str, status: int = 302) -> Answer:
    """A redirect."""
    return Answer(status=status, headers={"Location": location})


def packed(answer: Answer) -> Answer:
    """The same answer, gzipped."""
    headers = {**answer.headers, "Content-Encoding": "gzip"}
    return replace(answer, body=gzip.compress(answer.body), headers=headers)


def in_turn(*answers: Answer) -> Callable[[Visit], Answer]:
    """One answer after the other; the last one stays."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


class Services:
    """The server: `route("api.example.org", "/v1", answer)`; a path without its own query matches any query."""

    def __init__(self) -> None:
        self.visits: list[Visit] = []
        self.dialed: list[tuple[str, int]] = []
        self.resolved: list[str] = []
        self.tls_names: list[str | None] = []
        self.addresses: dict[str, Sequence[str] | Iterator[Sequence[str]]] = {}
        self._routes: dict[tuple[str, str], Route] = {}
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.services = self
        self.port: int = self._server.server_address[1]
        self._networks: list[Network] = []
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def route(self, host: str, path: str, answer: Route) -> None:
        """Give an answer at a host and path."""
        self._routes[host, path] = answer

    def answer(self, visit: Visit) -> Answer:
        """The route's answer to a visit; 404 where there is none."""
        self.visits.append(visit)
        host = visit.host.rpartition(":")[0] if ":" in visit.host else visit.host
        for path in (visit.path, visit.path.partition("?")[0]):
            if route := self._routes.get((host, path)):
                return route if isinstance(route, Answer) else route(visit)
        return Answer(b"no such page", 404)

    def resolve(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a name: as the table says, in turn where it holds an iterator, else one public one."""
        self.resolved.append(host)
        found = self.addresses.get(host, (PUBLIC,))
        return next(found) if isinstance(found, Iterator) else found

    def network(self, haste: float = 1000, **options: Any) -> Network:
        """A network of which every name leads here: scope `public`, quick limits, hardly a pause between requests."""
        chosen = WebOptions(**{"egress": Egress.PUBLIC, "limits": QUICK, **options})
        network = Network(chosen, System(self.resolve, _Dial(self), haste=haste))
        self._networks.append(network)
        return network

    def client(self, meter: Meter | None = None, **options: Any) -> Client:
        """A client of such a network."""
        return Client(self.network(**options), meter)

    def close(self) -> None:
        """Close the server and every network made here."""
        for network in self._networks:
            network.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def serving() -> Iterator[Services]:
    """A server for the length of a test."""
    services = Services()
    try:
        yield services
    finally:
        services.close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    services: Services


class _Conversation(socketserver.StreamRequestHandler):
    """One connection: requests one after the other until somebody hangs up."""

    server: _Server

    def handle(self) -> None:
        try:
            while visit := self._read():
                self._write(self.server.services.answer(visit))
        except OSError:
            return  # the client hung up, which many tests are about

    def _read(self) -> Visit | None:
        line = self.rfile.readline().decode("latin-1").split()
        if len(line) < 2:
            return None
        headers: dict[str, str] = {}
        while (raw := self.rfile.readline().strip()) != b"":
            name, _, value = raw.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return Visit(headers.get("host", ""), line[1], headers)

    def _write(self, answer: Answer) -> None:
        time.sleep(answer.delay_seconds)
        if answer.raw:
            answer.raw(self.wfile)
            self.connection.close()
            raise OSError
        headers = {"Content-Length": str(len(answer.body)), **answer.headers}
        lines = [f"HTTP/1.1 {answer.status} said", *(f"{n}: {v}" for n, v in headers.items())]
        self.wfile.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + answer.body)


class _Dial(httpcore.NetworkBackend):
    """Connects to the local server whatever the address, and notes which address was wanted."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, *args: Any, **options: Any
    ) -> httpcore.NetworkStream:
        self._services.dialed.append((host, port))
        here = self._sockets.connect_tcp("127.0.0.1", self._services.port, *args, **options)
        return _Plain(here, self._services)


class _Plain(httpcore.NetworkStream):
    """A connection on which TLS is taken as done."""

    def __init__(self, stream: httpcore.NetworkStream, services: Services) -> None:
        self._stream = stream
        self._services = services

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        self._services.tls_names.append(server_hostname)
        return self

    def get_extra_info(self, info: str) -> Any:
        return None if info == "ssl_object" else self._stream.get_extra_info(info)


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-").title(): value for name, value in headers.items()}
