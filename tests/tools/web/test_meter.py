"""A run's account with the web: nothing is overspent, whatever threads do."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.services import Services, text
from tools.types import Failed, Reason
from tools.web.meter import Meter, Spent
from tools.web.options import Caps
from tools.web.refusals import Refusal
from tools.web.types import Page, Request

HOSTS = ("a.example.org", "b.example.org", "c.example.org")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def spend(meter: Meter, orders: list[tuple[str, int]], start: threading.Barrier) -> Counter[str]:
    """Calls and reads as a client makes them; what was let through."""
    taken: Counter[str] = Counter()
    start.wait()
    for host, n_bytes in orders:
        try:
            meter.call(host)
            taken["calls"] += 1
            taken[host] += 1
            granted = meter.grant(n_bytes)
        except Refusal as refusal:
            assert refusal.failed.reason is Reason.BUDGET_EXHAUSTED  # noqa: PT017
            continue
        assert 0 < granted <= n_bytes
        meter.give_back(granted // 3)
        taken["bytes"] += granted - granted // 3
    return taken


orders = st.lists(st.tuples(st.sampled_from(HOSTS), st.integers(1, 50)), max_size=15)


@settings(max_examples=30)
@given(
    st.lists(orders, min_size=2, max_size=6),
    st.integers(1, 30),
    st.integers(1, 300),
    st.integers(1, 9),
)
def test_threads_together_never_overspend(
    plans: list[list[tuple[str, int]]], calls: int, n_bytes: int, per_host: int
) -> None:
    meter = Meter(Caps(calls=calls, bytes=n_bytes, calls_per_host=per_host))
    start = threading.Barrier(len(plans))
    with ThreadPoolExecutor(len(plans)) as pool:
        parts = [pool.submit(spend, meter, plan, start) for plan in plans]
        taken = sum((part.result() for part in parts), Counter[str]())
    assert taken["calls"] <= calls
    assert taken["bytes"] <= n_bytes
    assert all(taken[host] <= per_host for host in HOSTS)
    assert (meter.spent.calls, meter.spent.bytes) == (taken["calls"], taken["bytes"])
    assert dict(meter.spent.by_host) == {host: taken[host] for host in HOSTS if taken[host]}


def test_a_run_with_many_threads_sends_no_request_too_many(services: Services) -> None:
    services.route("api.example.org", "/", text("a" * 2000))
    meter = Meter(Caps(calls=7))
    client = services.client(meter)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(client.get, [Request("https://api.example.org/")] * 30))
    assert sum(isinstance(outcome, Page) for outcome in found) == 7
    assert len(services.visits) == meter.spent.calls == 7


def test_seconds_run_while_something_is_under_way_and_count_once() -> None:
    clock = Clock()
    meter = Meter(Caps(seconds=10), clock=clock)
    with meter.under_way():
        clock.now += 2
        with meter.under_way():
            clock.now += 3
        assert meter.spent.seconds == 5
        assert meter.seconds_left() == 5
    clock.now += 100
    assert meter.spent.seconds == 5
    with meter.under_way():
        clock.now += 6
        with pytest.raises(Refusal, match=r"10 seconds .*web\.max_seconds"):
            meter.seconds_left()


def test_a_resumed_run_goes_on_from_what_it_had_spent() -> None:
    spent = Spent(3, 100, 4.0, (("a.example.org", 3),))
    meter = Meter(Caps(calls=4, calls_per_host=3, seconds=5), spent)
    assert meter.spent == spent
    with pytest.raises(Refusal, match=r"3 requests to a\.example\.org"):
        meter.call("a.example.org")
    meter.call("b.example.org")
    with pytest.raises(Refusal, match="4 requests"):
        meter.call("b.example.org")


def test_an_exhausted_budget_names_the_setting_that_raises_it() -> None:
    meter = Meter(Caps(bytes=1))
    meter.grant(5)
    with pytest.raises(Refusal) as caught:
        meter.grant(1)
    failed: Failed = caught.value.failed
    assert (failed.reason, failed.retryable) == (Reason.BUDGET_EXHAUSTED, False)
    assert "web.max_bytes" in failed.detail
