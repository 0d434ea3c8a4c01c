"""What happens on the page, without a browser: opening, starting, stopping, speaking, watching."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from time import sleep
from typing import Any

import pytest

from agent.types import Language
from tests.ui.fake_runner import FakeReports, FakeRunner
from ui.app import build_app
from ui.layout import PRESETS
from ui.page import MAX_TASK_CHARS, UNCHANGED, Page
from ui.panels.desk import Desk
from ui.panels.tail import TICK_SECONDS
from ui.words import LANGUAGES, say

QUESTION = "Which women won the Nobel Prize in Physics after 2000?"


@dataclass
class Visitor:
    """Stands in for Gradio's request."""

    session_hash: str = "visitor-1"
    query_params: dict[str, str] = field(default_factory=dict)


def page_of(runner: FakeRunner) -> Page:
    return Page(Desk(runner), FakeReports(), "en")


async def until_over(pictures: AsyncIterator[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """What a watch shows until Start can be pressed again."""
    shown = []
    async for picture in pictures:
        shown.append(picture)
        if is_enabled(picture[-3]):
            break
    return shown


def seen(pictures: AsyncIterator[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return asyncio.run(until_over(pictures))


async def config_of(lang: Language) -> dict[str, Any]:
    """Within a loop, or Gradio makes one of its own and leaves it open."""
    return dict(build_app(FakeRunner(), None, lang).get_config_file())


def is_enabled(update: dict[str, Any]) -> bool:
    return bool(update["interactive"])


@pytest.mark.parametrize("question", ["", "  \n ", "x" * 20_000])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_task_that_cannot_be_asked_is_refused_under_the_box(question: str, lang: Any) -> None:
    runner = FakeRunner()
    _, begun, complaint = page_of(runner).begin(question, "ar-plan", lang)
    key = "task_long" if question.strip() else "task_empty"
    assert begun == ""
    assert not runner.runs
    assert 'role="alert"' in complaint
    assert say(key, lang, n="20,000", limit="4,000") in complaint


def test_the_longest_task_is_taken() -> None:
    runner = FakeRunner()
    page_of(runner).begin("x" * MAX_TASK_CHARS, "ar-plan", "en")
    assert len(runner.runs) == 2


def test_both_panels_move_and_end_with_a_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.page.TICK_SECONDS", 0)
    page = page_of(FakeRunner())
    runs, begun, complaint = page.begin(QUESTION, "ar-plan", "en")
    assert runs == begun == "diffusion-1.ar-plan-2"
    assert "alert" not in complaint
    pictures = seen(page.watch_new(begun, "en", True, Visitor()))  # type: ignore[arg-type]
    assert len({picture[4] for picture in pictures}) > 10
    assert len({picture[5] for picture in pictures}) > 50
    verdict, strip = pictures[-1][:2]
    assert "faster" in verdict
    assert "model seconds" in strip


def test_no_more_than_ten_pictures_are_sent_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    wait = asyncio.sleep

    async def noted(seconds: float) -> None:
        asked.append(seconds)
        await wait(0)

    monkeypatch.setattr("ui.page.asyncio.sleep", noted)
    page = page_of(FakeRunner())
    _, begun, _ = page.begin(QUESTION, "ar-plan", "en")
    pictures = seen(page.watch_new(begun, "en", True, Visitor()))  # type: ignore[arg-type]
    waits = [seconds for seconds in asked if seconds == TICK_SECONDS]
    assert TICK_SECONDS >= 0.1
    assert len(pictures) <= len(waits) + 1  # one at once, then one a wait at most


def test_buttons_follow_the_runs() -> None:
    page = page_of(FakeRunner(0.005))
    _, begun, _ = page.begin(QUESTION, "ar-plan", "en")
    pictures = seen(page.watch_new(begun, "en", False, Visitor()))  # type: ignore[arg-type]
    first, last = pictures[0][-3:], pictures[-1][-3:]
    assert [is_enabled(button) for button in first] == [False, True, False]
    assert [is_enabled(button) for button in last] == [True, False, True]


def test_a_refresh_shows_what_the_log_holds() -> None:
    runner = FakeRunner()
    page = page_of(runner)
    _, begun, _ = page.begin(QUESTION, "ar-plan", "en")
    before = seen(page.watch_new(begun, "en", False, Visitor()))[-1]  # type: ignore[arg-type]

    reopened = page_of(runner)
    visitor = Visitor("visitor-2", {"runs": begun, "lang": "en"})
    runs, lang, _, task, *_ = reopened.open(visitor)  # type: ignore[arg-type]
    assert (runs, lang, task["value"]) == (begun, "en", QUESTION)
    after = seen(reopened.watch_on(runs, "en", True, visitor))[-1]  # type: ignore[arg-type]
    assert after[:6] == before[:6]


def test_a_refused_start_leaves_the_page_as_it_is() -> None:
    async def shown() -> list[Any]:
        watch = page_of(FakeRunner()).watch_new("", "en", True, Visitor())  # type: ignore[arg-type]
        return [picture async for picture in watch]

    assert asyncio.run(shown()) == [UNCHANGED]


def test_stop_ends_both_runs() -> None:
    page = page_of(FakeRunner(0.05))
    runs, _, _ = page.begin(QUESTION, "ar-plan", "en")
    page.stop(runs)
    last = seen(page.watch_on(runs, "en", True, Visitor()))[-1]  # type: ignore[arg-type]
    assert 'data-phase="stopped"' in last[4]
    assert 'data-phase="stopped"' in last[5]


def test_stop_without_runs_does_nothing() -> None:
    page_of(FakeRunner()).stop("")
    page_of(FakeRunner()).stop("never.was")


def test_a_newer_watch_of_the_same_visitor_takes_over() -> None:
    page = page_of(FakeRunner(0.02))
    _, begun, _ = page.begin(QUESTION, "ar-plan", "en")

    async def both() -> tuple[list[Any], str]:
        older = page.watch_on(begun, "en", False, Visitor())  # type: ignore[arg-type]
        await anext(older)
        newer = page.watch_on(begun, "zh", False, Visitor())  # type: ignore[arg-type]
        shown = asyncio.ensure_future(until_over(newer))
        await asyncio.sleep(TICK_SECONDS)
        left = [picture async for picture in older]
        return left, (await shown)[-1][0]

    left, verdict = asyncio.run(both())
    assert left == [UNCHANGED]  # Gradio sends a watch's last word twice
    assert "扩散智能体" in verdict


def test_a_newer_watch_shows_nothing_until_the_older_one_has_sent_its_last_picture() -> None:
    page = page_of(FakeRunner(0.02))
    _, begun, _ = page.begin(QUESTION, "ar-plan", "en")

    async def both() -> tuple[bool, list[Any]]:
        older = page.watch_on(begun, "en", False, Visitor())  # type: ignore[arg-type]
        await anext(older)  # this picture is on its way to the visitor
        newer = page.watch_on(begun, "zh", False, Visitor())  # type: ignore[arg-type]
        waiting = asyncio.ensure_future(anext(newer))  # type: ignore[arg-type]
        await asyncio.sleep(3 * TICK_SECONDS)
        was_early = waiting.done()
        left = [picture async for picture in older]
        assert await waiting
        return was_early, left

    assert asyncio.run(both()) == (False, [UNCHANGED])


def test_two_visitors_do_not_disturb_each_other() -> None:
    page = page_of(FakeRunner(0.01))
    one = page.begin(QUESTION, "ar-plan", "en")[1]
    two = page.begin("Who will win in 2090?", "ar-react", "en")[1]

    async def both() -> list[tuple[Any, ...]]:
        async def last(runs: str, name: str) -> tuple[Any, ...]:
            return (await until_over(page.watch_on(runs, "en", False, Visitor(name))))[-1]  # type: ignore[arg-type]

        return await asyncio.gather(last(one, "a"), last(two, "b"))

    first, second = asyncio.run(both())
    assert "Donna Strickland" in first[4]
    assert "Donna Strickland" not in second[4]
    assert "2090" in second[5]


def test_a_closed_page_is_forgotten_and_its_watch_ends() -> None:
    page = page_of(FakeRunner(0.05))
    _, begun, _ = page.begin(QUESTION, "ar-plan", "en")

    async def leave_early() -> list[Any]:
        watch = page.watch_on(begun, "en", False, Visitor())  # type: ignore[arg-type]
        await anext(watch)
        page.leave(Visitor())  # type: ignore[arg-type]
        return [picture async for picture in watch]

    assert asyncio.run(leave_early()) == [UNCHANGED]


def test_a_watch_outlives_its_runs() -> None:
    page = page_of(FakeRunner())
    _, begun, _ = page.begin(QUESTION, "ar-plan", "en")

    async def is_open_after_the_end() -> bool:
        watch = page.watch_on(begun, "en", False, Visitor())  # type: ignore[arg-type]
        await until_over(watch)
        waiting = asyncio.ensure_future(anext(watch))  # type: ignore[arg-type]
        await asyncio.sleep(3 * TICK_SECONDS)
        is_open = not waiting.done()
        waiting.cancel()
        return is_open

    assert asyncio.run(is_open_after_the_end())


def test_an_example_is_translated_with_the_page_and_a_question_is_not() -> None:
    page = page_of(FakeRunner())
    for name in PRESETS:
        assert page.speak("zh", say(f"ask_{name}", "en"), "ar-plan")[1]["value"] == say(
            f"ask_{name}", "zh"
        )
    assert page.speak("zh", "My own question?", "ar-plan")[1]["value"] == "My own question?"


def test_a_refresh_remembers_which_rival_worked() -> None:
    runner = FakeRunner()
    runs, _, _ = page_of(runner).begin(QUESTION, "ar-react", "en")
    visitor = Visitor("visitor-2", {"runs": runs})
    while not runner.runs["ar-react-2"].events:
        sleep(0.005)
    rival = page_of(runner).open(visitor)[8]  # type: ignore[arg-type]
    assert rival["value"] == "ar-react"
    assert rival["label"] == say("rival", "en")


def test_opening_a_page_without_runs_leaves_what_is_typed_meanwhile() -> None:
    opened = page_of(FakeRunner()).open(Visitor())  # type: ignore[arg-type]
    assert "value" not in opened[3]
    assert "value" not in opened[8]


def test_a_strange_address_opens_a_blank_page() -> None:
    for runs in ("never.was", "../../etc/passwd", "a.b.c.d", "<script>"):
        page = page_of(FakeRunner())
        opened = page.open(Visitor(query_params={"runs": runs, "lang": "xx"}))  # type: ignore[arg-type]
        assert opened[1] == "en"
        last = seen(page.watch_on(opened[0], "en", True, Visitor()))[-1]  # type: ignore[arg-type]
        assert 'data-phase="waiting"' in last[4]
        assert is_enabled(last[-3])


def test_the_page_can_be_built_in_both_languages() -> None:
    for lang in LANGUAGES:
        config = asyncio.run(config_of(lang))
        assert say("start", lang) in str(config)


@pytest.mark.parametrize("is_online", [False, True])
def test_live_sources_are_used_by_both_agents_or_by_none(is_online: bool) -> None:
    runner = FakeRunner()
    page_of(runner).begin(QUESTION, "ar-plan", "en", is_online)
    assert runner.online == [is_online, is_online]


def test_live_sources_are_off_until_somebody_wants_them() -> None:
    config = asyncio.run(config_of("en"))
    (switch,) = [c for c in config["components"] if c["props"].get("elem_id") == "online"]
    assert switch["props"]["value"] is False
    assert switch["props"]["label"].startswith("Use live sources")
