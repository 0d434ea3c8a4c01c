"""The page for everybody: by keyboard alone, read aloud, in both colour schemes, on a slow machine; and for no attacker.

Stands for what axe calls serious: names, roles, headings, one main landmark, contrast. Not covered: axe itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.reports import composed
from tests.ui.browser.test_page import OVER, QUESTION, ask, be_quick, panels
from tests.ui.recordings import POISON
from ui.export.html import to_html

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting'"),  # Gradio's own bookkeeping
]
Visit = Callable[..., "Page"]
PATIENCE = 60
LONG_TASK_SECONDS = 0.05  # what browsers call a long task
OPERABLE = {"button", "textbox", "radio", "checkbox", "link", "combobox", "slider", "tab"}
UNNAMED_IMAGES = "[...document.images].filter(each => !each.hasAttribute('alt')).length"
# Every visible text with its colour and the first opaque colour behind it, as WCAG 2.2 (1.4.3) reckons contrast.
FAINT = """() => {
    const read = text => {
        const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
        return [r, g, b, a];
    };
    const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3]));
    const behind = element => {
        const colours = [];
        for (let e = element; e; e = e.parentElement) colours.push(read(getComputedStyle(e).backgroundColor));
        return colours.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
    };
    const light = colour => {
        const [r, g, b] = colour.map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const faint = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        const style = getComputedStyle(element);
        const isOff = element.closest('[disabled], [aria-hidden=true], script, style');
        if (!walker.currentNode.data.trim() || isOff || !element.checkVisibility({opacityProperty: true})) continue;
        const under = behind(element);
        const [a, b] = [light(over(read(style.color), under)), light(under)].sort((x, y) => y - x);
        const size = parseFloat(style.fontSize);
        const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        const ratio = (a + 0.05) / (b + 0.05);
        if (ratio < (isLarge ? 3 : 4.5)) {
            faint.add(`${ratio.toFixed(2)} ${element.className || element.tagName}: ${walker.currentNode.data.trim()}`);
        }
    }
    return [...faint];
}"""


def test_a_title_that_would_be_run_is_words_on_the_page(visit: Visit) -> None:
    page = visit()
    be_quick(page)
    page.evaluate("window.harmed = 0")
    ask(page, "What does the harmful page say?")
    page.wait_for_function(OVER)
    assert POISON in page.inner_text("#left")
    page.click("#left .cite summary")
    assert POISON in page.inner_text("#left .cite[open] .fact")
    assert page.query_selector("#left img, #left svg[onload], #left .fact script") is None
    page.reload()
    page.wait_for_function(OVER)
    assert page.evaluate("window.harmed || 0") == 0


def test_a_title_that_would_be_run_is_words_in_a_report(browser: Browser) -> None:
    poison = {"title": POISON, "question": POISON, "subtitle": POISON}
    html = to_html(composed("claim").model_copy(update=poison))
    page = browser.new_page()
    page.set_content(html)
    assert POISON in page.inner_text("h1")
    assert page.evaluate("window.harmed || 0") == 0
    page.close()


def test_two_browsers_see_the_same_run(visit: Visit, browser: Browser) -> None:
    one = visit()
    ask(one)
    elsewhere = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    other = elsewhere.new_page()
    other.goto(one.url)
    for page in (one, other):
        page.wait_for_function(OVER, timeout=120_000)
    assert panels(other) == panels(one)
    elsewhere.close()


def at_rest(page: Page, look: Callable[[], list[Any]]) -> list[Any]:
    """What `look` still finds once the page has come to rest: components are drawn one after another."""
    found = look()
    for _ in range(PATIENCE):
        if not found:
            break
        page.wait_for_timeout(250)
        found = look()
    return found


@contextmanager
def working(page: Page) -> Iterator[dict[str, float]]:
    """How long the page's main thread worked meanwhile, in seconds of its own clock, and on how many pictures."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.evaluate(
        """() => {
            window.pictures = 0;
            const seen = new MutationObserver(() => window.pictures++);
            for (const side of ['left', 'right']) {
                seen.observe(document.getElementById(side), {childList: true, subtree: true, characterData: true});
            }
        }"""
    )
    before, spent = _worked(session), {"seconds": 0.0, "pictures": 0.0}
    yield spent
    spent |= {"seconds": _worked(session) - before, "pictures": page.evaluate("window.pictures")}


def _worked(session: Any) -> float:
    told = session.send("Performance.getMetrics")["metrics"]
    return next(float(metric["value"]) for metric in told if metric["name"] == "TaskDuration")


@pytest.mark.parametrize("question", [QUESTION, "A long one"])
def test_a_picture_takes_less_than_a_long_task(visit: Visit, question: str) -> None:
    page = visit()
    with working(page) as spent:
        ask(page, question)
        page.wait_for_function(OVER)
    assert spent["pictures"] > 5
    assert spent["seconds"] / spent["pictures"] < LONG_TASK_SECONDS


def test_faint_text_is_noticed(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(
        "<p style='background:#fff;color:#999'>faint</p><p style='color:#333'>plain</p>"
    )
    assert [found.partition(": ")[2] for found in page.evaluate(FAINT)] == ["faint"]
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_text_stands_out_from_its_ground(visit: Visit, scheme: str, lang: str) -> None:
    page = visit(f"?lang={lang}&__theme={scheme}")
    be_quick(page)
    assert at_rest(page, lambda: page.evaluate(FAINT)) == []
    ask(page)
    page.wait_for_function(OVER)
    page.click("#left .cite summary")
    assert at_rest(page, lambda: page.evaluate(FAINT)) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_whatever_can_be_operated_has_a_name_and_the_page_an_outline(
    visit: Visit, lang: str
) -> None:
    page = visit(f"?lang={lang}")
    be_quick(page)
    ask(page)
    page.wait_for_function(OVER)
    session = page.context.new_cdp_session(page)

    def read_aloud() -> list[Any]:
        tree = session.send("Accessibility.getFullAXTree")["nodes"]
        return [node for node in tree if not node["ignored"]]

    def operable() -> list[Any]:
        return [node for node in read_aloud() if node["role"]["value"] in OPERABLE]

    assert len(operable()) > 10
    assert at_rest(page, lambda: [n for n in operable() if not n["name"]["value"].strip()]) == []
    nodes = read_aloud()
    roles = [node["role"]["value"] for node in nodes]
    assert roles.count("main") == 1
    assert {"status", "alert"} & {*roles}
    assert page.evaluate(UNNAMED_IMAGES) == 0
    levels = [_level(node) for node in nodes if node["role"]["value"] == "heading"]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def _level(node: Any) -> int:
    return next(int(p["value"]["value"]) for p in node["properties"] if p["name"] == "level")


def test_the_keyboard_alone_starts_stops_and_replays(visit: Visit) -> None:
    page = visit()
    tab_to(page, "#task textarea")
    page.keyboard.type(QUESTION)
    tab_to(page, "#start")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.wait_for_selector("#stop:enabled")
    tab_to(page, "#stop")
    page.keyboard.press("Enter")
    page.wait_for_function(OVER)
    page.wait_for_selector("#replay:enabled")
    tab_to(page, "#replay")
    page.keyboard.press("Enter")
    page.wait_for_selector("#stop:enabled")
    tab_to(page, "#language input[value=zh]")
    page.keyboard.press("Space")
    page.wait_for_function("document.documentElement.lang === 'zh-CN'")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is meant has the focus; everything on the page is reached in a round."""
    for _ in range(80):
        if page.evaluate("s => document.activeElement?.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never comes to {selector}")
