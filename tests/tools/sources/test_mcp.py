"""MCP servers of the user's as sources: values with evidence, an allow-list, one line for everything that goes wrong."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.outcomes import scalar
from tools.sources.mcp import MAX_CHARS, McpSource, open_servers
from tools.sources.mcp_web import McpWeb
from tools.sources.servers import McpServer, McpTool
from tools.sources.types import Registry
from tools.types import Failed, Reason
from tools.web.meter import Meter
from tools.web.options import Caps
from tools.web.recording import RecordingWeb, ReplayWeb, Tape

SERVER = Path(__file__).parents[2] / "support/mcp_weather.py"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
WORDS = (
    "describe",
    "wind",
    "lengthy",
    "endless",
    "strange",
    "silent",
    "refuse",
    "sleep",
    "environment",
)
TOOLS = (
    McpTool("get_forecast", "city", "day", "temperature", arguments={"places": "2"}),
    McpTool("rainfall", "city", unit="mm"),
    *(McpTool(name, "city") for name in WORDS),
)


@pytest.fixture
def server(tmp_path: Path) -> McpServer:
    return McpServer(
        "weather",
        sys.executable,
        ("-S", str(SERVER), str(tmp_path / "mark")),
        TOOLS,
        env={"WEATHER_KEY": "secret"},
        licence="CC0",
        homepage="https://weather.example",
        timeout_seconds=90.0,
    )


def source(server: McpServer, stop: threading.Event | None = None) -> McpSource:
    return McpSource(server, McpWeb(server, Meter(Caps()), stop or threading.Event(), lambda: NOW))


def failed(found: object) -> Failed:
    assert isinstance(found, Failed), found
    assert "\n" not in found.detail
    return found


def test_a_value_comes_with_unit_period_and_evidence(server: McpServer) -> None:
    found = scalar(source(server).get("Oslo", "temperature", "2026-11-20"))
    assert (found.value, found.unit, found.period) == (Decimal("12.35"), "°C", "2026-11-20")
    (fact,) = found.facts
    assert (fact.entity.id, fact.source, fact.value) == ("weather:Oslo", "weather", "12.35")
    assert fact.origin is not None
    assert (fact.origin.native, fact.origin.licence) == ("get_forecast", "CC0")
    assert fact.origin.retrieved.startswith("2026-11-21")
    assert len(fact.origin.sha256) == 64


def test_words_are_data_without_marks_of_prompts(server: McpServer) -> None:
    said = str(scalar(source(server).get("Oslo", "describe")).value)
    assert said.startswith("Oslo is grey.")
    assert "⟦" not in said
    assert "<|im_start|>" not in said


@pytest.mark.parametrize(
    ("field", "value", "unit"), [("rainfall", "3.5", "mm"), ("wind", "12", "km/h")]
)
def test_numbers_are_read(server: McpServer, field: str, value: str, unit: str) -> None:
    found = scalar(source(server).get("Oslo", field))
    assert (found.value, found.unit) == (Decimal(value), unit)


def test_long_answers_are_cut(server: McpServer) -> None:
    assert len(str(scalar(source(server).get("Oslo", "lengthy")).value)) == MAX_CHARS + 2


def test_the_server_sees_no_key_but_its_own(
    server: McpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALIMPSEST_WEB_PROXY", "http://user:password@proxy")
    assert scalar(source(server).get("Oslo", "environment")).value == "WEATHER_KEY"
    assert "secret" not in repr(server)


def test_what_the_server_refuses_is_one_line(server: McpServer) -> None:
    found = failed(source(server).get("Atlantis", "refuse"))
    assert found.reason is Reason.NO_VALUE
    assert "no such city: Atlantis" in found.detail


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("endless", Reason.UNAVAILABLE),
        ("strange", Reason.MALFORMED),
        ("silent", Reason.NO_VALUE),
    ],
)
def test_answers_that_are_none_are_told_of(server: McpServer, field: str, reason: Reason) -> None:
    assert failed(source(server).get("Oslo", field)).reason is reason


def test_only_the_allow_list_is_called(server: McpServer, tmp_path: Path) -> None:
    found = failed(source(server).get("Oslo", "wipe"))
    assert found.reason is Reason.UNKNOWN_FIELD
    assert "temperature" in found.candidates
    assert not (tmp_path / "mark").exists()
    assert source(server).resolve("Oslo", "en") == ()


def test_a_period_that_the_tool_does_not_know_is_refused(server: McpServer) -> None:
    assert failed(source(server).get("Oslo", "wind", "2024")).reason is Reason.NO_VALUE_FOR_PERIOD


def test_a_server_that_does_not_answer_is_given_up(server: McpServer) -> None:
    found = failed(source(replace(server, timeout_seconds=0.2)).get("Oslo", "sleep"))
    assert found.reason is Reason.TIMED_OUT
    assert "timeout_seconds" in found.detail


def test_a_stopped_run_does_not_wait(server: McpServer) -> None:
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    assert failed(source(server, stop).get("Oslo", "sleep")).reason is Reason.STOPPED


@pytest.mark.parametrize(
    "changed",
    [
        {"command": "/no/such/program"},
        {"args": ("-c", "print('hello, I speak no protocol')")},
        {"tools": (McpTool("get_forecast", "town"),)},
        {"tools": (McpTool("get_forecast", "city", arguments={"places": "many"}),)},
        {"tools": (McpTool("get_forecst", "city"),)},
    ],
)
def test_a_server_that_cannot_be_asked_is_told_of_in_one_line(
    server: McpServer, changed: dict[str, object]
) -> None:
    broken = replace(server, **changed)  # type: ignore[arg-type]
    found = failed(source(broken).get("Oslo", broken.tools[0].label))
    assert found.reason is Reason.UNAVAILABLE
    assert found.detail.startswith("weather (")


def test_the_check_names_tools_that_are_not_there(server: McpServer) -> None:
    assert source(server).check().is_ok
    found = source(replace(server, tools=(McpTool("get_forecst", "city"),))).check()
    assert not found.is_ok
    assert "get_forecst" in found.detail


def test_a_spent_budget_starts_no_server(server: McpServer, tmp_path: Path) -> None:
    web = McpWeb(replace(server, command="/no/such/program"), Meter(Caps(0)), threading.Event())
    found = failed(McpSource(server, web).get("Oslo", "wind"))
    assert found.reason is Reason.BUDGET_EXHAUSTED


@pytest.fixture
def tape(tmp_path: Path) -> Tape:
    return Tape(tmp_path / "tape")


def test_answers_are_recorded_and_replayed_without_the_server(
    server: McpServer, tape: Tape
) -> None:
    live = McpWeb(server, Meter(Caps()), threading.Event(), lambda: NOW)
    first = McpSource(server, RecordingWeb(live, tape)).get("Oslo", "wind")
    again = McpSource(server, ReplayWeb(tape, Meter(Caps()))).get("Oslo", "wind")
    assert scalar(first) == again
    missing = McpSource(server, ReplayWeb(tape, Meter(Caps()))).get("Bergen", "wind")
    assert failed(missing).reason is Reason.NOT_RECORDED
    assert not any("secret" in path.read_text("utf-8") for path in tape.folder.iterdir())


def test_a_registry_finds_it_by_its_scheme(server: McpServer) -> None:
    registry = Registry(open_servers([server], Meter(Caps()), threading.Event()))
    assert registry.is_address("weather:Oslo")
    assert scalar(registry.get("weather:Oslo", "temperature:2026-11-20")).period == "2026-11-20"
