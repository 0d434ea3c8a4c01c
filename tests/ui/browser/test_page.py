"""The page in a real browser: streams, survives a refresh, stops, speaks Chinese, keeps its shape."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.ui.fake_runner import UNTIL_STOPPED, FakeRunner

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting'"),  # Gradio's own bookkeeping
]
Visit = Callable[..., "Page"]
QUESTION = "Which women won the Nobel Prize in Physics after 2000?"
OVER = "document.querySelectorAll('.panel:is(.phase-answered, .phase-abstained, .phase-stopped)').length === 2"
HAS_BEGUN = "before => location.search.includes('runs=') && location.href !== before"
ENGLISH = {"Start", "Stop", "Answer", "Plan", "forwards", "Shared", "Task", "done"}
SPEAKS_NONE_OF = """words => {
    const said = new Set(document.body.innerText.match(/[A-Za-z]{4,}/g));
    return words.every(word => !said.has(word));
}"""
BUTTONS = ["Start comparison", "Stop", "Watch again"]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def ask(page: Page, question: str = QUESTION) -> None:
    """Ask as a person would: a click that came before the page listened is given again."""
    from playwright.sync_api import TimeoutError as NothingHappenedError

    before = page.url
    for _ in range(5):
        page.fill("#task textarea", question)
        page.click("#start:enabled")
        try:
            page.wait_for_function(HAS_BEGUN, arg=before, timeout=12_000)
        except NothingHappenedError:
            continue
        return
    pytest.fail(f"the page began no run for {question!r}")


def panels(page: Page) -> tuple[str, str]:
    return page.inner_text("#left"), page.inner_text("#right")


def be_quick(page: Page) -> None:
    page.uncheck("#slow input")


def test_both_panels_stream_at_the_same_time(visit: Visit) -> None:
    page = visit()
    ask(page)
    page.wait_for_selector("#stop:enabled")
    page.wait_for_selector("#start:disabled")
    both_move = """() => {
        const written = side => document.querySelectorAll(`#${side} .cell.revealed, #${side} .cell.committed`).length;
        return written('left') > 0 && written('right') > 0
            && document.querySelector('#right .cell.masked') !== null;
    }"""
    page.wait_for_function(both_move)
    page.wait_for_function(OVER)
    assert page.inner_text("#left .cell.ghosted s") == "%3"
    left, right = panels(page)
    assert "Donna Strickland" in left
    assert "Donna Strickland" in right
    assert "faster" in page.inner_text("#verdict")
    assert "model seconds" in page.inner_text("#strip")
    page.wait_for_selector("#start:enabled")
    page.wait_for_selector("#stop:disabled")


def test_a_refresh_loses_nothing(visit: Visit) -> None:
    page = visit()
    be_quick(page)
    ask(page)
    page.wait_for_function(OVER)
    before = panels(page)
    page.reload()
    page.wait_for_function(OVER)
    assert panels(page) == before
    assert page.input_value("#task textarea") == QUESTION


def test_a_refresh_in_the_middle_goes_on(visit: Visit) -> None:
    page = visit()
    ask(page)
    page.wait_for_function("document.querySelector('#right .cell.revealed') !== null")
    page.reload()
    page.wait_for_function(OVER)
    assert "answered" in page.inner_text("#right .phase")


def test_stop_stops_both(visit: Visit) -> None:
    page = visit()
    ask(page, f"Which lakes are deep? Search {UNTIL_STOPPED}.")
    page.wait_for_function("document.querySelector('#right .cell.revealed') !== null")
    page.wait_for_selector("#stop:enabled")
    page.click("#stop")
    page.wait_for_function(OVER)
    assert "stopped" in page.inner_text("#right .phase")
    page.wait_for_selector("#start:enabled")


def test_the_whole_page_speaks_chinese_and_english(visit: Visit) -> None:
    page = visit()
    be_quick(page)
    page.click("#preset-report")
    page.wait_for_function("document.querySelector('#task textarea').value !== ''")
    ask(page, page.input_value("#task textarea"))
    page.wait_for_function(OVER)
    page.click("#language label:has-text('中文')")
    page.wait_for_function("document.querySelector('#left')?.innerText?.includes('扩散智能体')")
    page.wait_for_function("document.querySelector('#start')?.innerText?.includes('开始对比')")
    page.wait_for_function(SPEAKS_NONE_OF, arg=[*ENGLISH])  # a component is drawn after another
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    words = set(re.findall(r"[A-Za-z]{4,}", page.inner_text("body")))
    assert words.isdisjoint(ENGLISH)
    assert "特斯拉" in page.input_value("#task textarea")
    assert "报告" in page.inner_text("#left .downloads")
    page.reload()
    page.wait_for_function("document.querySelector('#left')?.innerText?.includes('已回答')")
    page.click("#language label:has-text('English')")
    page.wait_for_function(
        "document.querySelector('#left')?.innerText?.includes('Diffusion agent')"
    )


@pytest.mark.parametrize("question", ["", "x" * 20_000], ids=["empty", "20,000 characters"])
def test_a_task_that_cannot_be_asked_is_refused_under_the_box(visit: Visit, question: str) -> None:
    page = visit()
    page.fill("#task textarea", question)
    page.click("#start")
    complaint = page.wait_for_selector("#complaint [role=alert]")
    assert complaint is not None
    assert ("20,000" if question else "no task") in complaint.inner_text()
    assert page.is_enabled("#start")
    assert "runs=" not in page.url
    page.wait_for_timeout(1000)  # a watch that has nothing to follow ends meanwhile
    assert [page.inner_text(f"#{name}") for name in ("start", "stop", "replay")] == BUTTONS
    assert "waiting" in page.inner_text("#left .phase")


def test_what_is_typed_before_the_page_listens_stays(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    opening: list[Route] = []
    page.route("**/queue/join*", lambda route: opening.append(route), times=1)
    page.goto(address)
    page.fill("#task textarea", QUESTION)
    while not opening:
        page.wait_for_timeout(50)
    opening[0].continue_()
    page.wait_for_function("location.search !== ''")
    assert page.input_value("#task textarea") == QUESTION


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [390, 768])
def test_a_narrow_page_does_not_scroll_sideways(visit: Visit, width: int, lang: str) -> None:
    page = visit(f"?lang={lang}", width=width)
    be_quick(page)
    assert page.evaluate(SIDEWAYS) == 0
    ask(page)
    page.wait_for_function(OVER)
    page.click("#left .cite summary")
    assert page.evaluate(SIDEWAYS) == 0


def test_two_tabs_do_not_disturb_each_other(visit: Visit) -> None:
    one, two = visit(), visit()
    ask(one)
    ask(two, "Who will win in 2090?")
    for page in (one, two):
        page.wait_for_function(OVER)
    assert "Donna Strickland" in one.inner_text("#left")
    assert "2090" in two.inner_text("#left")
    assert "Donna Strickland" not in two.inner_text("#left")


def test_nothing_in_a_question_is_run(visit: Visit) -> None:
    page = visit()
    be_quick(page)
    page.evaluate("window.harmed = 0")
    ask(page, "<img src=x onerror='harmed=1'>${harmed=2}{{harmed=3}}\"><svg onload='harmed=4'>")
    page.wait_for_function(OVER)
    page.reload()
    page.wait_for_function(OVER)
    assert page.evaluate("window.harmed || 0") == 0
    assert page.query_selector("#left img, #left svg[onload]") is None


def test_nothing_is_fetched_from_elsewhere(context: BrowserContext, address: str) -> None:
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_selector("#left .panel")
    assert asked
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def test_a_citation_shows_its_fact_by_keyboard(visit: Visit) -> None:
    page = visit()
    be_quick(page)
    ask(page)
    page.wait_for_function(OVER)
    page.focus("#left .cite summary")
    page.keyboard.press("Enter")
    fact = page.wait_for_selector("#left .cite[open] .fact", state="visible")
    assert fact is not None
    assert "Donna Strickland" in fact.inner_text()
    page.keyboard.press("Escape")
    page.wait_for_selector("#left .cite .fact", state="hidden")


def test_start_and_stop_work_by_keyboard(visit: Visit) -> None:
    page = visit()
    page.fill("#task textarea", QUESTION)
    page.press("#task textarea", "Control+Enter")
    page.wait_for_function("document.querySelector('#stop:enabled') !== null")
    page.press("#stop", "Enter")
    page.wait_for_function(OVER)


def test_the_report_and_the_run_can_be_downloaded(visit: Visit) -> None:
    page = visit()
    be_quick(page)
    ask(page, "Write a report on Tesla's quarterly revenue and deliveries in 2025.")
    page.wait_for_function(OVER)
    for link, ending in (("a.report", ".pdf"), ("a:not(.report)", ".json")):
        with page.expect_download() as download:
            page.click(f"#left .downloads {link}")
        assert download.value.suggested_filename.endswith(ending)


def test_watching_again_replays_the_run(visit: Visit, runner: FakeRunner) -> None:
    page = visit()
    be_quick(page)
    ask(page)
    page.wait_for_function(OVER)
    n_runs = len(runner.runs)
    page.click("#replay")
    page.wait_for_function("document.querySelector('#right .cell.masked') !== null")
    page.click("#stop")
    page.wait_for_function(OVER)
    assert len(runner.runs) == n_runs


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_colour_schemes_are_drawn(visit: Visit, scheme: str) -> None:
    page = visit(f"?__theme={scheme}")
    paper = page.evaluate("getComputedStyle(document.querySelector('.panel')).backgroundColor")
    assert paper == {"light": "rgb(253, 249, 240)", "dark": "rgb(33, 27, 19)"}[scheme]
