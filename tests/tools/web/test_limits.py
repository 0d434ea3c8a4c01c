"""Servers that never finish, and bodies that are larger than they look: every one ends, and says why."""

from __future__ import annotations

import gzip
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from io import BufferedIOBase
from pathlib import Path

import pytest

from tests.support.services import QUICK, Answer, Services, text
from tools.types import Failed, Reason
from tools.web.client import Client
from tools.web.meter import Meter
from tools.web.options import Caps, Limits
from tools.web.types import Request

URL = "https://slow.example.org/"
HOST = "slow.example.org"
SHORT = Limits(idle_seconds=0.4, total_seconds=0.6, max_body_bytes=100_000, attempts=1)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def dripping(head: bytes, drop: bytes) -> Callable[[BufferedIOBase], None]:
    """One drop every now and then, for as long as somebody listens."""

    def write(stream: BufferedIOBase) -> None:
        stream.write(head)
        for _ in range(200):
            stream.write(drop)
            time.sleep(0.05)

    return write


def flooding(head: bytes, chunk: bytes) -> Callable[[BufferedIOBase], None]:
    """As much as goes through, for as long as somebody listens."""

    def write(stream: BufferedIOBase) -> None:
        stream.write(head)
        for _ in range(100_000):
            stream.write(chunk)

    return write


def outcome_of(services: Services, answer: Answer, **options: Limits) -> Failed:
    services.route(HOST, "/", answer)
    found = services.client(limits=options.get("limits", SHORT)).get(Request(URL))
    assert isinstance(found, Failed), found
    return found


@pytest.mark.parametrize(
    "raw",
    [
        dripping(b"", b"H"),
        dripping(b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"),
        dripping(HEAD + b"Content-Length: 1000\r\n\r\n", b"a"),
        dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        dripping(HEAD + b"\r\n", b"a"),
        dripping(b"", b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"),
    ],
    ids=["status", "header", "body", "chunks", "body without length", "hints"],
)
def test_a_server_that_drips_is_left(
    services: Services, raw: Callable[[BufferedIOBase], None]
) -> None:
    found = outcome_of(services, Answer(raw=raw))
    assert (found.reason, found.retryable) == (Reason.TIMED_OUT, True)


def test_a_silent_server_is_left_after_the_idle_time(services: Services) -> None:
    patient = Limits(idle_seconds=0.3, total_seconds=30, attempts=1)
    found = outcome_of(services, Answer(delay_seconds=2), limits=patient)
    assert found.detail == "slow.example.org did not answer in time"


@pytest.mark.parametrize(
    ("head", "chunk"),
    [
        (HEAD + b"\r\n", b"a" * 10_000),
        (HEAD + b"Content-Length: 99999999999\r\n\r\n", b"a" * 10_000),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"2710\r\n" + b"a" * 10_000 + b"\r\n"),
    ],
    ids=["no length", "honest length", "chunks"],
)
def test_an_endless_body_is_cut_off(services: Services, head: bytes, chunk: bytes) -> None:
    patient = Limits(total_seconds=30, max_body_bytes=100_000, attempts=1)
    found = outcome_of(services, Answer(raw=flooding(head, chunk)), limits=patient)
    assert (found.reason, found.retryable) == (Reason.TOO_LARGE, False)


def test_endless_headers_are_cut_off(services: Services) -> None:
    answer = Answer(raw=flooding(b"HTTP/1.1 200 OK\r\n", b"X-Header: " + b"a" * 1000 + b"\r\n"))
    assert outcome_of(services, answer).reason is Reason.UNAVAILABLE


def bombs() -> Iterator[tuple[str, str, bytes]]:
    zeros = bytes(5_000_000)
    yield "gzip", "gzip", gzip.compress(zeros)
    yield "zlib", "deflate", zlib.compress(zeros)
    yield "raw deflate", "deflate", zlib.compress(zeros)[2:-4]
    yield "many members", "gzip", gzip.compress(bytes(50_000)) * 10


@pytest.mark.parametrize(("packing", "body"), [b[1:] for b in bombs()], ids=[b[0] for b in bombs()])
def test_a_body_that_unpacks_to_too_much_is_refused(
    services: Services, packing: str, body: bytes
) -> None:
    assert len(body) < SHORT.max_body_bytes
    found = outcome_of(services, Answer(body, headers={"Content-Encoding": packing}))
    assert found.reason is Reason.TOO_LARGE


@pytest.mark.parametrize("packing", ["br", "gzip, gzip", "zstd", "compress", "rot13"])
def test_a_packing_that_was_not_asked_for_is_refused(services: Services, packing: str) -> None:
    answer = Answer(gzip.compress(gzip.compress(b"a")), headers={"Content-Encoding": packing})
    assert outcome_of(services, answer).reason is Reason.MALFORMED


def test_a_body_that_is_not_packed_as_it_says_is_refused(services: Services) -> None:
    answer = Answer(b"plain", headers={"Content-Encoding": "gzip"})
    assert outcome_of(services, answer).reason is Reason.MALFORMED


def test_a_refused_body_is_not_kept(services: Services, tmp_path: Path) -> None:
    services.route(HOST, "/", text("a" * 200_000))
    client = services.client(limits=SHORT, cache_dir=tmp_path)
    for n_visits in (1, 2):
        assert isinstance(client.get(Request(URL)), Failed)
        assert len(services.visits) == n_visits


@pytest.mark.parametrize(
    "raw",
    [
        lambda stream: stream.write(b""),
        lambda stream: stream.write(b"SSH-2.0-OpenSSH_9.6\r\n"),
        lambda stream: stream.write(HEAD + b"Content-Length: 10\r\n\r\nhalf"),
        lambda stream: stream.write(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"),
        lambda stream: stream.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ],
    ids=["nothing", "another protocol", "half a body", "negative length", "no chunk"],
)
def test_what_is_not_http_is_unavailable(
    services: Services, raw: Callable[[BufferedIOBase], None]
) -> None:
    found = outcome_of(services, Answer(raw=raw))
    assert (found.reason, found.detail) == (
        Reason.UNAVAILABLE,
        "the connection to slow.example.org failed",
    )


def test_the_runs_budget_of_seconds_ends_a_request(services: Services) -> None:
    services.route(HOST, "/", Answer(raw=dripping(HEAD + b"\r\n", b"a")))
    meter = Meter(Caps(seconds=0.3))
    client = services.client(meter, limits=QUICK)
    first, second = client.get(Request(URL)), client.get(Request(URL))
    assert isinstance(first, Failed)
    assert isinstance(second, Failed)
    assert (first.reason, second.reason) == (Reason.BUDGET_EXHAUSTED,) * 2
    assert len(services.visits) == 1


def test_stopping_the_run_ends_a_request_that_waits(services: Services) -> None:
    stop, arrived = threading.Event(), threading.Event()

    def wait(stream: BufferedIOBase) -> None:
        arrived.set()
        stop.wait(30)
        time.sleep(1)

    services.route(HOST, "/", Answer(raw=wait))
    found: list[object] = []
    patient = Limits(idle_seconds=60, total_seconds=60)
    client = Client(services.network(limits=patient), stop=stop)
    asking = threading.Thread(target=lambda: found.append(client.get(Request(URL))))
    asking.start()
    assert arrived.wait(10)
    stop.set()
    asking.join(10)
    assert isinstance(found[0], Failed)
    assert found[0].reason is Reason.STOPPED
