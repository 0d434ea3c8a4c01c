"""Hosts are asked at their pace, by all runs together, and failing ones are left alone."""

from __future__ import annotations

import threading
import time

import pytest

from tools.types import Reason
from tools.web.breaker import FIRST_REST_SECONDS, MAX_FAILURES, MAX_REST_SECONDS, Breaker
from tools.web.errand import Errand
from tools.web.meter import Meter
from tools.web.options import Caps
from tools.web.pacing import MAX_PAGES_AT_ONCE, Pacing
from tools.web.policies import Contact, HostPolicy, policy_of
from tools.web.refusals import Refusal, passing
from tools.web.types import Request

SLOW = HostPolicy("slow", 2, 3, 1, 60)


class Clock:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


class Impatient(threading.Event):
    """Writes the pauses down instead of waiting."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.pauses: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.pauses.append(round(timeout or 0, 6))
        self.clock.now += timeout or 0
        return False


def errand(
    stop: threading.Event, policy: HostPolicy = SLOW, seconds: float = 60, **asked: float
) -> Errand:
    request = Request("http://slow.example.org", is_page=False, **asked)  # type: ignore[arg-type]
    late = passing(Reason.TIMED_OUT, "late")
    ends_at = time.monotonic() + seconds
    return Errand(request, (), policy, ends_at, late, Meter(Caps()), stop)


def pauses(n_requests: int, policy: HostPolicy = SLOW, **asked: float) -> list[float]:
    clock = Clock()
    pacing, stop = Pacing(clock), Impatient(clock)
    for _ in range(n_requests):
        with pacing.turn(errand(stop, policy, **asked)):
            pass
    return stop.pauses


def test_a_burst_goes_at_once_and_the_rest_at_the_hosts_pace() -> None:
    assert pauses(6) == [0, 0, 0, 0.5, 0.5, 0.5]


def test_the_hosts_own_pause_is_kept() -> None:
    one_by_one = HostPolicy("page", 1, 1, 1, 60)
    assert pauses(3, one_by_one, pause_seconds=5.0) == [0, 5, 5]


def test_a_host_that_asked_for_rest_gets_it() -> None:
    clock = Clock()
    pacing, stop = Pacing(clock), Impatient(clock)
    pacing.rest(SLOW, 7)
    with pacing.turn(errand(stop)):
        assert stop.pauses == [7]


def test_a_wait_beyond_the_end_is_refused_and_takes_no_place() -> None:
    clock = Clock()
    pacing, stop = Pacing(clock), Impatient(clock)
    pacing.rest(SLOW, 30)
    for _ in range(3):
        with (
            pytest.raises(Refusal) as caught,
            pacing.turn(errand(stop, seconds=10)),
        ):
            pass
        assert caught.value.failed.reason is Reason.RATE_LIMITED
        assert caught.value.failed.retry_after_seconds == pytest.approx(30)


@pytest.mark.parametrize(("is_page", "expected"), [(False, 2), (True, 2)])
def test_no_more_requests_at_once_than_the_policy_says(is_page: bool, expected: int) -> None:
    pacing, lock, stop = Pacing(haste=1000), threading.Lock(), threading.Event()
    policy = HostPolicy("two", 1000, 1000, 2, 60)
    now_inside, most_inside = 0, 0

    def ask() -> None:
        nonlocal now_inside, most_inside
        with pacing.turn(errand(stop, policy)):
            with lock:
                now_inside += 1
                most_inside = max(most_inside, now_inside)
            time.sleep(0.01)
            with lock:
                now_inside -= 1

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most_inside == expected


def test_a_stopped_run_leaves_the_queue() -> None:
    pacing, stop = Pacing(haste=1000), threading.Event()
    with pacing.turn(errand(threading.Event())):
        stop.set()
        with pytest.raises(Refusal, match="stopped"), pacing.turn(errand(stop)):
            pass


def test_pages_share_few_seats() -> None:
    assert policy_of("one.example.org", is_page=True).concurrency == 1
    assert MAX_PAGES_AT_ONCE < 10


@pytest.mark.parametrize(
    ("host", "bucket", "contact"),
    [
        ("en.wikipedia.org", "wikimedia", Contact.ANY),
        ("www.wikidata.org", "wikimedia", Contact.ANY),
        ("query.wikidata.org", "query.wikidata.org", Contact.ANY),
        ("data.sec.gov", "sec.gov", Contact.EMAIL),
        ("www.sec.gov", "sec.gov", Contact.EMAIL),
        ("notsec.gov", "notsec.gov", Contact.NONE),
        ("wikipedia.org.example.org", "wikipedia.org.example.org", Contact.NONE),
        ("export.arxiv.org", "export.arxiv.org", Contact.NONE),
    ],
)
def test_hosts_of_one_service_share_a_bucket(host: str, bucket: str, contact: Contact) -> None:
    policy = policy_of(host)
    assert (policy.bucket, policy.contact) == (bucket, contact)


def test_a_name_rests_after_failures_in_a_row_and_longer_each_time() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(MAX_FAILURES):
        breaker.check("host")
        breaker.failed("host")
    rests = []
    for _ in range(8):
        with pytest.raises(Refusal) as caught:
            breaker.check("host")
        wait = caught.value.failed.retry_after_seconds or 0
        assert wait == breaker.seconds_closed("host")
        rests.append(wait)
        clock.now += wait
        breaker.check("host")
        with pytest.raises(Refusal):
            breaker.check("host")
        breaker.failed("host")
    assert rests[:2] == [FIRST_REST_SECONDS, 2 * FIRST_REST_SECONDS]
    assert rests[-1] == MAX_REST_SECONDS


def test_a_success_forgets_the_failures() -> None:
    breaker = Breaker(Clock())
    for _ in range(3 * MAX_FAILURES):
        breaker.check("host")
        breaker.failed("host")
        breaker.succeeded("host")
    assert breaker.seconds_closed("host") == 0
