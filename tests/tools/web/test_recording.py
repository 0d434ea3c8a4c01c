"""What was recorded is what is replayed, to the byte, for every run, with no socket opened."""

from __future__ import annotations

import json
import socket
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.services import Answer, Services, in_turn, text
from tools.types import Failed, Reason
from tools.web.meter import Meter
from tools.web.options import Caps
from tools.web.recording import RecordingWeb, ReplayWeb, Tape
from tools.web.scripted import ScriptedWeb
from tools.web.types import Outcome, Page, Request

URL = "https://api.example.org/v1"


def page_at(outcome: Outcome) -> Page:
    assert isinstance(outcome, Page), outcome
    return outcome


requests = st.builds(
    Request,
    st.sampled_from([URL, "https://b.example.org/"]),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
    st.just({}),
    st.sampled_from(["*/*", "text/html"]),
)
pages = st.builds(
    Page,
    st.just(""),
    st.text(max_size=20),
    st.integers(200, 299),
    st.sampled_from(["text/html", "application/pdf"]),
    st.binary(max_size=50),
    st.datetimes(timezones=st.just(UTC)),
    st.sampled_from(["utf-8", "gb18030"]),
)
failures = st.builds(
    Failed,
    st.sampled_from(Reason),
    st.text(max_size=20),
    st.booleans(),
    st.just(()),
    st.none() | st.floats(0, 100),
)


@settings(max_examples=25)
@given(requests, pages | failures)
def test_the_tape_gives_back_what_it_took(request: Request, outcome: Outcome) -> None:
    if isinstance(outcome, Page):
        outcome = replace(outcome, url=request.address)
    with tempfile.TemporaryDirectory() as folder:
        tape = Tape(Path(folder))
        assert tape.read(request) is None
        tape.write(request, outcome)
        again = Tape(Path(folder)).read(request)
    assert again == (replace(outcome, is_cached=True) if isinstance(outcome, Page) else outcome)


def test_a_recording_replays_with_no_network(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.route("api.example.org", "/v1", in_turn(text("first"), text("second")))
    recorded = page_at(RecordingWeb(services.client(), Tape(tmp_path)).get(Request(URL)))
    monkeypatch.setattr(socket, "socket", None)
    replay = ReplayWeb(Tape(tmp_path), Meter(Caps()))
    for _ in range(2):
        assert replay.get(Request(URL)) == replace(recorded, is_cached=True)
    assert len(services.visits) == 1


def test_what_was_not_recorded_is_a_failure_and_opens_no_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", None)
    found = ReplayWeb(Tape(tmp_path / "none"), Meter(Caps())).get(Request(URL, {"q": "a"}))
    assert isinstance(found, Failed)
    assert (found.reason, found.retryable) == (Reason.NOT_RECORDED, False)
    assert f"{URL}?q=a" in found.detail


def test_the_first_answer_stands_for_every_arm(services: Services, tmp_path: Path) -> None:
    services.route("api.example.org", "/v1", in_turn(*(text(str(n)) for n in range(20))))
    arms = [RecordingWeb(services.client(), Tape(tmp_path)) for _ in range(2)]
    assert [page_at(arm.get(Request(URL))).text for arm in arms * 2] == ["0"] * 4
    assert len(services.visits) == 1


def test_arms_that_ask_at_once_ask_once(services: Services, tmp_path: Path) -> None:
    services.route("api.example.org", "/v1", Answer(b"late", delay_seconds=0.1))
    tape = Tape(tmp_path)
    arms = [RecordingWeb(services.client(), tape) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda arm: arm.get(Request(URL)), arms))
    assert {page_at(outcome).body for outcome in found} == {b"late"}
    assert len(services.visits) == 1


def test_lasting_failures_are_recorded_and_passing_ones_asked_again(tmp_path: Path) -> None:
    slow = Failed(Reason.TIMED_OUT, "slow", retryable=True)
    fine = Page(URL, URL, 200, "text/plain", b"fine", datetime(2026, 1, 1, tzinfo=UTC))
    missing = Failed(Reason.NOT_FOUND, "no such page")
    web = RecordingWeb(
        ScriptedWeb({URL: [slow, fine], f"{URL}/x": [missing, fine]}), Tape(tmp_path)
    )
    replay = ReplayWeb(Tape(tmp_path), Meter(Caps()))
    assert web.get(Request(URL)) == replay.get(Request(URL)) == slow
    assert web.get(Request(URL)) == fine
    assert page_at(replay.get(Request(URL))).body == b"fine"
    assert web.get(Request(f"{URL}/x")) == web.get(Request(f"{URL}/x")) == missing


@pytest.mark.parametrize(
    "reason", [Reason.BUDGET_EXHAUSTED, Reason.OFFLINE, Reason.UNIDENTIFIED, Reason.STOPPED]
)
def test_what_the_run_forbade_is_not_recorded(tmp_path: Path, reason: Reason) -> None:
    web = RecordingWeb(ScriptedWeb({URL: Failed(reason, "not now")}), Tape(tmp_path))
    web.get(Request(URL))
    assert list(tmp_path.iterdir()) == []


def test_no_key_reaches_the_tape(services: Services, tmp_path: Path) -> None:
    services.route("api.example.org", "/v1", lambda v: text(f"{v.path} {v.headers}"))
    request = Request(
        URL, {"q": "a"}, secret_params={"k": "sword fish"}, secret_headers={"X-Token": "hunter22"}
    )
    page_at(RecordingWeb(services.client(), Tape(tmp_path)).get(request))
    written = "".join(f"{path.name} {path.read_text('utf-8')}" for path in tmp_path.iterdir())
    assert "X-Token".lower() in written
    assert all(key not in written for key in ("sword fish", "sword+fish", "hunter22"))
    without = ReplayWeb(Tape(tmp_path), Meter(Caps())).get(Request(URL, {"q": "a"}))
    assert isinstance(without, Page)


@pytest.mark.parametrize("damage", ["body changed", "body gone", "half a record", "no record"])
def test_a_damaged_recording_is_named(tmp_path: Path, damage: str) -> None:
    web = RecordingWeb(ScriptedWeb({URL: "fine"}), Tape(tmp_path))
    web.get(Request(URL))
    record, body = next(tmp_path.glob("*.json")), next(tmp_path.glob("*.body"))
    match damage:
        case "body changed":
            body.write_bytes(b"other")
        case "body gone":
            body.unlink()
        case "half a record":
            record.write_text(record.read_text()[:40])
        case _:
            record.write_text(json.dumps({"address": URL}))
    found = ReplayWeb(Tape(tmp_path), Meter(Caps())).get(Request(URL))
    assert isinstance(found, Failed)
    assert found.reason is Reason.MALFORMED
    assert str(record) in found.detail
    assert isinstance(web.get(Request(URL)), Page)


def test_a_replay_is_on_the_runs_account(tmp_path: Path) -> None:
    RecordingWeb(ScriptedWeb({URL: "12345"}), Tape(tmp_path)).get(Request(URL))
    meter = Meter(Caps(calls=2))
    replay = ReplayWeb(Tape(tmp_path), meter)
    found = [replay.get(Request(URL)) for _ in range(3)]
    assert isinstance(found[2], Failed)
    assert found[2].reason is Reason.BUDGET_EXHAUSTED
    assert (meter.spent.calls, meter.spent.bytes) == (2, 10)
    assert meter.spent.by_host == (("api.example.org", 2),)
