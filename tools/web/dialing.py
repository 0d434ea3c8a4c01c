"""Connections to checked addresses only.

Guarantees: a name is resolved once per connection, every address behind it is checked, and the connection goes
to one of exactly these; host header and TLS name stay those of the URL. Each read and write ends with its errand.
Does not guarantee: what a proxy that the user configured resolves.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, wait
from typing import Any, TypeAlias

import httpcore

from tools.types import Reason
from tools.web.addresses import is_own_network, kind_of
from tools.web.errand import SLICE_SECONDS, current
from tools.web.refusals import blocked, passing

Resolver: TypeAlias = Callable[[str, int], Sequence[str]]
SocketOptions: TypeAlias = Iterable[
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
]
_MAX_ADDRESSES = 4


def system_resolver(host: str, port: int) -> Sequence[str]:
    """The host's addresses as the system knows them, in its order; OSError if there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedBackend(httpcore.NetworkBackend):
    """Resolves, checks, connects. `trusted` (host, port) pairs may be on the user's own network."""

    def __init__(
        self,
        trusted: frozenset[tuple[str, int]],
        resolver: Resolver,
        dial: httpcore.NetworkBackend,
    ) -> None:
        self._trusted = trusted
        self._resolver = resolver
        self._dial = dial

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first of the host's addresses that takes one."""
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self.checked(host, port)[:_MAX_ADDRESSES]:
            seconds = min(timeout or SLICE_SECONDS, current().seconds_left())
            try:
                stream = self._dial.connect_tcp(
                    address, port, seconds, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return GuardedStream(stream)
        raise failure or httpcore.ConnectError(f"{host} has no address")

    def checked(self, host: str, port: int) -> Sequence[str]:
        """The host's addresses, if every one of them may be connected to; else a Refusal."""
        addresses = self._resolved(host, port)
        is_trusted = (host, port) in self._trusted
        for address in addresses:
            kind = kind_of(address)
            if kind and not (is_trusted and is_own_network(address)):
                raise blocked(f"{host} leads to {address}, a {kind} address")
        return addresses

    def _resolved(self, host: str, port: int) -> Sequence[str]:
        """The system's resolver knows no time limit, so it runs beside us and may be left behind."""
        answer: Future[Sequence[str]] = Future()
        beside = threading.Thread(
            target=_answer, args=(answer, self._resolver, host, port), daemon=True
        )
        beside.start()
        while not answer.done():
            wait([answer], min(SLICE_SECONDS, current().seconds_left()))
        try:
            return answer.result()
        except (OSError, UnicodeError) as error:
            raise passing(Reason.UNAVAILABLE, f"the name {host} was not found") from error


def _answer(answer: Future[Sequence[str]], resolver: Resolver, host: str, port: int) -> None:
    try:
        answer.set_result(resolver(host, port))
    except (OSError, UnicodeError) as error:
        answer.set_exception(error)


class GuardedStream(httpcore.NetworkStream):
    """A connection whose every read is within its errand's time and byte budget, and ends when the run is stopped."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """At most `max_bytes`; the idle time is `timeout`."""
        meter = current().meter
        granted = meter.grant(max_bytes)
        received = b""
        try:
            received = self._read(granted, timeout)
        finally:
            meter.give_back(granted - len(received))
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of the buffer."""
        self._stream.write(buffer, min(timeout or SLICE_SECONDS, current().seconds_left()))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The same connection under TLS, for the host's name."""
        seconds = min(timeout or SLICE_SECONDS, current().seconds_left())
        return GuardedStream(self._stream.start_tls(ssl_context, server_hostname, seconds))

    def get_extra_info(self, info: str) -> Any:
        """What the connection beneath knows of itself."""
        return self._stream.get_extra_info(info)

    def _read(self, max_bytes: int, timeout: float | None) -> bytes:
        """In slices, so that a stopped run does not wait for a silent host."""
        idle = timeout or SLICE_SECONDS
        while True:
            span = min(SLICE_SECONDS, idle, current().seconds_left())
            try:
                return self._stream.read(max_bytes, span)
            except httpcore.ReadTimeout:
                idle -= span
                if idle <= 0:
                    raise
