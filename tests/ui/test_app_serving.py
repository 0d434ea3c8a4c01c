"""The server around the page: downloads, headers that keep it at home, a port of its own."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from agent.types import RunResult
from tests.ui import recordings
from tests.ui.fake_runner import FakeReports, FakeRunner
from ui.app import build_server, serve
from ui.serving import PortBusyError, StayAtHome, add_downloads, address_of, take_port


def client_of(reports: FakeReports | None) -> TestClient:
    runner = FakeRunner()
    runner.keep("done-1", recordings.report("diffusion", "done-1"))
    runner.keep("cut-1", recordings.report("diffusion", "cut-1")[:-1])
    app = FastAPI()
    app.add_middleware(StayAtHome)
    add_downloads(app, runner, reports)
    return TestClient(app)


@pytest.fixture
def client() -> TestClient:
    return client_of(FakeReports())


def test_a_run_is_handed_out_as_json(client: TestClient) -> None:
    answer = client.get("/runs/done-1.json")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert RunResult.model_validate(json.loads(answer.text)).status == "answered"


def test_a_report_is_handed_out_as_pdf_in_the_language_of_the_page(client: TestClient) -> None:
    assert client.get("/runs/done-1.pdf?lang=zh").content == b"%PDF-1.7 done-1 zh"
    assert client.get("/runs/done-1.pdf?lang=xx").content == b"%PDF-1.7 done-1 en"


@pytest.mark.parametrize(
    "path", ["/runs/never.json", "/runs/cut-1.json", "/runs/cut-1.pdf", "/runs/..%2Fx.json"]
)
def test_what_is_not_there_is_said_in_one_line(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text
    assert len(answer.text.strip().splitlines()) == 1


def test_a_report_that_cannot_be_made_says_why_in_one_line() -> None:
    answer = client_of(FakeReports("Pango is missing; install it")).get("/runs/done-1.pdf")
    assert (answer.status_code, answer.text) == (503, "Pango is missing; install it\n")


def test_without_a_report_writer_there_is_no_report() -> None:
    assert client_of(None).get("/runs/done-1.pdf").status_code == 404


def test_the_browser_is_told_to_stay_at_home(client: TestClient) -> None:
    policy = client.get("/runs/done-1.json").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert "*" not in policy


@pytest.fixture(scope="module")
def page() -> Iterator[TestClient]:
    with TestClient(asyncio.run(served())) as client:
        yield client


async def served() -> FastAPI:
    """Within a loop, or Gradio makes one of its own and leaves it open."""
    return build_server(FakeRunner(), FakeReports())


def test_the_page_is_served_with_its_policy_and_without_gradios_extras(page: TestClient) -> None:
    answer = page.get("/")
    assert answer.status_code == 200
    assert "content-security-policy" in answer.headers
    config = page.get("/config").json()
    assert config["analytics_enabled"] is False
    assert config["footer_links"] == []
    assert config["title"] == "Palimpsest"
    assert "fonts.googleapis" not in json.dumps(config["stylesheets"] or [])
    assert page.get("/docs").status_code == 404


def test_a_busy_port_is_named_with_the_remedy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortBusyError, match=rf"port {port} on 127\.0\.0\.1 is busy.*--port"):
            serve(FakeRunner(), None, port=port)


def test_an_address_of_another_machine_is_named_too() -> None:
    with pytest.raises(PortBusyError, match=r"port 7860 on 192\.0\.2\.1 cannot be used"):
        take_port("192.0.2.1", 7860)


def test_the_address_is_one_that_a_browser_can_open() -> None:
    for host in ("127.0.0.1", "0.0.0.0"):
        with take_port(host, 0) as place:
            port = place.getsockname()[1]
            assert address_of(place) == f"http://127.0.0.1:{port}/"


def test_the_page_is_announced_when_the_agents_are_warm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.app.run_server", lambda app, place: place.close())
    runner, told = FakeRunner(), list[str]()

    async def serve_within_a_loop() -> None:
        serve(runner, None, port=0, announce=told.append)

    asyncio.run(serve_within_a_loop())
    assert runner.warmed == ("diffusion", "ar-plan", "ar-react")
    assert told[0].startswith("http://127.0.0.1:")
