"""A page served to a real browser. Chromium is this machine's own; nothing is downloaded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
import uvicorn

from tests.ui.fake_runner import FakeReports, FakeRunner
from ui.app import build_server
from ui.serving import take_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
PATIENCE_MS = 120_000


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def runner() -> FakeRunner:
    return FakeRunner(0.02)


@pytest.fixture(scope="session")
def address(runner: FakeRunner) -> Iterator[str]:
    place = take_port("127.0.0.1", 0)
    config = uvicorn.Config(
        build_server(runner, FakeReports()), log_level="warning", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    serving = threading.Thread(target=server.run, kwargs={"sockets": [place]}, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{place.getsockname()[1]}/"
    server.should_exit = True
    serving.join(20)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def visit(context: BrowserContext, address: str) -> Callable[..., Page]:
    """Opens the page in a new tab and waits until it can be used."""

    def visit(query: str = "", width: int = 1280) -> Page:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address + query)
        page.wait_for_selector("#left .panel")
        page.wait_for_function("document.documentElement.lang !== '' && location.search !== ''")
        return page

    return visit
