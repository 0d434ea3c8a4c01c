"""The client against a server on this machine: what answers become, redirects, retries, the cache, keys."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.support.outcomes import failed
from tests.support.services import Answer, Services, as_json, in_turn, moved, packed, text
from tools.types import Reason
from tools.web.breaker import MAX_FAILURES
from tools.web.client import Client
from tools.web.meter import Meter
from tools.web.options import Caps, Egress
from tools.web.types import Outcome, Page, Request

API = "https://api.example.org/v1"
HOST = "api.example.org"


def page(outcome: Outcome) -> Page:
    assert isinstance(outcome, Page), outcome
    return outcome


def test_a_page_says_what_was_asked_and_what_answered(services: Services) -> None:
    services.route(HOST, "/v1", moved("/v2?a=1"))
    services.route(HOST, "/v2", as_json({"name": "Öland"}))
    found = page(services.client().get(Request(API, {"q": "a b&c"})))
    assert (found.url, found.final_url) == (f"{API}?q=a+b%26c", "https://api.example.org/v2?a=1")
    assert (found.status, found.media_type, found.is_cached) == (200, "application/json", False)
    assert "Öland" in found.body.decode("unicode_escape")
    assert found.retrieved_at.tzinfo is not None
    assert services.visits[0].path == "/v1?q=a+b%26c"


def test_packed_bodies_are_unpacked(services: Services) -> None:
    services.route(HOST, "/v1", packed(text("<p>long</p>" * 1000)))
    assert page(services.client().get(Request(API))).text == "<p>long</p>" * 1000


def test_the_request_says_who_asks_and_carries_no_cookies(services: Services) -> None:
    services.route(HOST, "/v1", text("ok", set_cookie="session=1"))
    client = services.client(contact="me@example.org")
    for _ in range(2):
        client.get(Request(API, accept="text/csv", headers={"Accept-Language": "zh"}))
    last = services.visits[-1].headers
    assert "me@example.org" in last["user-agent"]
    assert (last["accept"], last["accept-language"]) == ("text/csv", "zh")
    assert "cookie" not in last


@pytest.mark.parametrize(
    ("status", "reason", "retryable"),
    [
        (400, Reason.UNAVAILABLE, False),
        (401, Reason.FORBIDDEN, False),
        (403, Reason.FORBIDDEN, False),
        (404, Reason.NOT_FOUND, False),
        (410, Reason.NOT_FOUND, False),
        (429, Reason.RATE_LIMITED, True),
        (500, Reason.UNAVAILABLE, True),
        (503, Reason.UNAVAILABLE, True),
    ],
)
def test_a_status_becomes_a_reason(
    services: Services, status: int, reason: Reason, retryable: bool
) -> None:
    services.route(HOST, "/v1", Answer(b"no", status))
    found = failed(services.client().get(Request(API)))
    assert (found.reason, found.retryable) == (reason, retryable)
    assert HOST in found.detail
    assert str(status) in found.detail
    assert len(services.visits) == (3 if retryable else 1)


def test_a_passing_trouble_is_tried_again(services: Services) -> None:
    services.route(HOST, "/v1", in_turn(Answer(status=503), Answer(status=429), text("fine")))
    assert page(services.client().get(Request(API))).text == "fine"
    assert len(services.visits) == 3


def test_a_short_retry_after_is_waited_for_and_a_long_one_is_told(services: Services) -> None:
    busy = Answer(status=429, headers={"Retry-After": "0"})
    services.route(HOST, "/v1", in_turn(busy, text("fine")))
    services.route(HOST, "/busy", Answer(status=429, headers={"Retry-After": "3600"}))
    client = services.client()
    assert page(client.get(Request(API))).text == "fine"
    told = failed(client.get(Request("https://api.example.org/busy")))
    assert (told.reason, told.retry_after_seconds) == (Reason.RATE_LIMITED, 3600)
    n_visits = len(services.visits)
    assert failed(client.get(Request(API, ttl_seconds=0))).reason is Reason.RATE_LIMITED
    assert len(services.visits) == n_visits


def test_a_host_that_keeps_failing_is_left_alone(services: Services) -> None:
    services.route(HOST, "/v1", Answer(status=500))
    client = services.client()
    details = [failed(client.get(Request(API))).detail for _ in range(4)]
    assert "rests" in details[-1]
    assert len(services.visits) == MAX_FAILURES
    services.route("other.example.org", "/", text("fine"))
    assert page(client.get(Request("https://other.example.org/")))


def test_a_redirect_to_an_inner_name_is_refused(services: Services) -> None:
    services.addresses["inner.example.org"] = ("192.168.0.9",)
    services.route(HOST, "/v1", moved("https://inner.example.org/admin"))
    found = failed(services.client().get(Request(API)))
    assert (found.reason, len(services.visits)) == (Reason.BLOCKED, 1)
    assert "192.168.0.9" in found.detail


def test_redirects_end(services: Services) -> None:
    services.route(HOST, "/v1", moved(API))
    found = failed(services.client().get(Request(API)))
    assert (found.reason, len(services.visits)) == (Reason.BLOCKED, 6)


def test_a_redirect_never_leaves_https(services: Services) -> None:
    services.route(HOST, "/v1", moved("http://api.example.org/v1"))
    found = failed(services.client().get(Request(API)))
    assert (found.reason, found.detail) == (
        Reason.BLOCKED,
        "api.example.org redirects from https to http",
    )


def test_keys_are_sent_to_their_host_alone_and_kept_nowhere(
    services: Services, tmp_path: Path
) -> None:
    services.route(HOST, "/v1", lambda v: moved(f"https://other.example.org/?from={v.path}"))
    services.route("other.example.org", "/", text("you said swordfish and hunter22"))
    request = Request(
        API,
        secret_params={"api_key": "swordfish"},
        secret_headers={"X-Token": "hunter22"},
        ttl_seconds=60,
    )
    found = page(services.client(cache_dir=tmp_path).get(request))
    first, second = services.visits
    assert "swordfish" in first.path
    assert first.headers["x-token"] == "hunter22"
    assert "swordfish" not in second.path
    assert "x-token" not in second.headers
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"other.example.org" in kept
    assert b"swordfish" not in kept + found.url.encode() + found.final_url.encode()
    assert "swordfish" not in repr(request)
    assert "hunter22" not in repr(request) + kept.decode("latin-1")


def test_a_key_that_a_page_repeats_is_struck_out(services: Services, tmp_path: Path) -> None:
    services.route(HOST, "/v1", lambda visit: text(f"you asked {visit.path}"))
    request = Request(API, secret_params={"key": "swordfish"})
    assert (
        page(services.client(cache_dir=tmp_path).get(request)).text == "you asked /v1?key=*********"
    )


def test_an_answer_is_kept_as_long_as_the_caller_says(services: Services, tmp_path: Path) -> None:
    services.route(HOST, "/v1", in_turn(text("one"), text("two"), text("three")))
    client = services.client(cache_dir=tmp_path)
    kept = [page(client.get(Request(API, ttl_seconds=60))) for _ in range(2)]
    fresh = page(client.get(Request(API, ttl_seconds=0)))
    assert [(p.text, p.is_cached) for p in (*kept, fresh)] == [
        ("one", False),
        ("one", True),
        ("two", False),
    ]
    assert kept[0].retrieved_at == kept[1].retrieved_at
    assert client.meter.spent.calls == 2


def test_the_cache_tells_answers_apart(services: Services, tmp_path: Path) -> None:
    services.route(HOST, "/v1", lambda visit: text(repr(sorted(visit.headers.items()))))
    client = services.client(cache_dir=tmp_path)
    asked = [
        Request(API, accept="text/csv"),
        Request(API, accept="text/html"),
        Request(API, headers={"Accept-Language": "zh"}),
        Request(API, {"page": "2"}),
    ]
    assert [page(client.get(request)).is_cached for request in asked * 2] == [False] * 4 + [
        True
    ] * 4


def test_a_page_keeps_as_long_as_its_server_says(services: Services, tmp_path: Path) -> None:
    services.route(HOST, "/silent", text("kept ten minutes"))
    services.route(HOST, "/never", text("not kept", cache_control="no-store"))
    client = services.client(cache_dir=tmp_path)
    for path, is_kept in (("silent", True), ("never", False)):
        request = Request(f"https://{HOST}/{path}", is_page=True)
        assert not page(client.get(request)).is_cached
        assert page(client.get(request)).is_cached is is_kept


def test_a_cache_that_cannot_be_written_costs_the_cache_alone(
    services: Services, tmp_path: Path
) -> None:
    (tmp_path / "web.db").write_bytes(b"not a database, but long enough to be taken for one" * 100)
    services.route(HOST, "/v1", text("fine"))
    assert page(services.client(cache_dir=tmp_path).get(Request(API))).text == "fine"


@pytest.mark.parametrize("host", ["en.wikipedia.org", "www.wikidata.org", "query.wikidata.org"])
def test_a_host_that_wants_a_contact_is_not_asked_without(services: Services, host: str) -> None:
    services.route(host, "/", text("fine"))
    found = failed(services.client().get(Request(f"https://{host}/")))
    assert (found.reason, services.visits) == (Reason.UNIDENTIFIED, [])
    assert "web.contact" in found.detail
    told = services.client(contact="https://example.org/me")
    assert page(told.get(Request(f"https://{host}/")))


def test_the_sec_wants_an_address_to_write_to(services: Services) -> None:
    services.route("data.sec.gov", "/", text("fine"))
    by_url = services.client(contact="https://example.org/me")
    assert failed(by_url.get(Request("https://data.sec.gov/"))).reason is Reason.UNIDENTIFIED
    by_mail = services.client(contact="me@example.org")
    assert page(by_mail.get(Request("https://data.sec.gov/")))


def test_scope_local_reaches_own_services_alone(services: Services) -> None:
    services.addresses["searx.lan"] = ("192.168.1.5",)
    services.route("searx.lan", "/search", as_json({"results": []}))
    client = services.client(egress=Egress.LOCAL, services=("searx.lan:8888",))
    assert page(client.get(Request("http://searx.lan:8888/search")))
    assert services.dialed == [("192.168.1.5", 8888)]
    for url in ("https://example.org/", "http://searx.lan:9999/", "http://searx.lan/"):
        assert failed(client.get(Request(url))).reason is Reason.BLOCKED
    assert services.dialed == [("192.168.1.5", 8888)]


def test_a_service_is_never_a_page(services: Services) -> None:
    services.addresses["searx.lan"] = ("192.168.1.5",)
    client = services.client(services=("searx.lan:8888", "127.0.0.1:8080"))
    for url in ("http://searx.lan:8888/preferences", "http://127.0.0.1:8080/"):
        assert failed(client.get(Request(url, is_page=True))).reason is Reason.BLOCKED
    assert services.dialed == []


def test_a_service_at_a_metadata_address_is_refused(services: Services) -> None:
    services.addresses["searx.lan"] = ("169.254.169.254",)
    client = services.client(services=("searx.lan:8888",))
    assert failed(client.get(Request("http://searx.lan:8888/"))).reason is Reason.BLOCKED
    assert services.dialed == []


def test_a_service_that_is_no_host_is_named(services: Services) -> None:
    found = failed(services.client(services=("999.1",)).get(Request(API)))
    assert (found.reason, "999.1" in found.detail) == (Reason.BLOCKED, True)


def test_the_budget_ends_the_asking(services: Services) -> None:
    services.route(HOST, "/v1", text("fine"))
    meter = Meter(Caps(calls=2))
    client = services.client(meter)
    outcomes = [client.get(Request(API)) for _ in range(4)]
    assert [isinstance(outcome, Page) for outcome in outcomes] == [True, True, False, False]
    assert failed(outcomes[-1]).reason is Reason.BUDGET_EXHAUSTED
    assert "web.max_calls" in failed(outcomes[-1]).detail
    assert (meter.spent.calls, len(services.visits)) == (2, 2)


def test_the_budget_of_bytes_ends_an_answer(services: Services) -> None:
    services.route(HOST, "/v1", text("x" * 50_000))
    meter = Meter(Caps(bytes=20_000))
    found = failed(services.client(meter).get(Request(API)))
    assert (found.reason, meter.spent.bytes) == (Reason.BUDGET_EXHAUSTED, 20_000)


def test_runs_share_the_network_and_not_the_meter(services: Services, tmp_path: Path) -> None:
    services.route(HOST, "/v1", text("fine"))
    network = services.network(cache_dir=tmp_path)
    one, other = Client(network), Client(network)
    assert not page(one.get(Request(API))).is_cached
    assert page(other.get(Request(API))).is_cached
    assert (one.meter.spent.calls, other.meter.spent.calls) == (1, 0)


def test_a_stopped_run_asks_nothing(services: Services) -> None:
    stop = threading.Event()
    stop.set()
    client = Client(services.network(), stop=stop)
    assert failed(client.get(Request(API))).reason is Reason.STOPPED
    assert services.visits == []
