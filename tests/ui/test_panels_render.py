"""Views as HTML: whole, complete in both languages, and safe whatever a log holds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.events import EVENTS, AgentEvent
from agent.types import Language, RowStatus
from tests.ui import recordings
from tests.ui.markup import Markup
from ui.panels import render
from ui.panels.view import BLANK, OVER, view
from ui.words import LANGUAGES, say

LEFT = recordings.constraint_search()
RIGHT = recordings.constraint_search("ar-plan", "a1")
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "${alert(1)}",
    "{{7*7}}{% raw %}",
    "</span></section><h1>",
    "\\`+alert(1)+`",
    "javascript:alert(1)",
    "&lt;b&gt; 100 % { $ 0 }",
)


def everything(left: list[AgentEvent], right: list[AgentEvent], lang: Language) -> str:
    views = view(left), view(right)
    return "".join(
        (
            render.masthead(lang),
            render.toolbox(*views, lang),
            render.verdict(*views, lang),
            render.strip(*views, lang),
            render.status_line(*views, lang),
            render.panel(views[0], "diffusion", lang, has_report=True),
            render.panel(views[1], "ar", lang),
        )
    )


def spoilt(value: Any, poison: str, key: str = "") -> Any:
    """The same event data with every free text replaced."""
    if isinstance(value, dict):
        return {name: spoilt(inner, poison, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [spoilt(inner, poison, key) for inner in value]
    is_free = isinstance(value, str) and key not in ("kind", "state", "status", "level")
    return poison if is_free else value


def poisoned(events: list[AgentEvent], poison: str) -> list[AgentEvent]:
    return [EVENTS.validate_python(spoilt(event.model_dump(), poison)) for event in events]


@given(st.integers(0, len(LEFT)), st.integers(0, len(RIGHT)), st.sampled_from(LANGUAGES))
def test_the_page_is_whole_at_every_moment(n_left: int, n_right: int, lang: Language) -> None:
    page = Markup(everything(LEFT[:n_left], RIGHT[:n_right], lang))
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("arm", ["diffusion", "ar-plan", "ar-react"])
def test_a_real_log_is_whole_at_every_moment(arm: str) -> None:
    events = recordings.recorded(arm)
    for n in range(len(events) + 1):
        Markup(render.panel(view(events[:n]), "ar", "zh", has_report=True))


def test_in_a_real_log_diffusion_scrapes_less_than_ar() -> None:
    scraped = {
        arm: sum(
            e.kind == "plan_contradicted" and len(e.reopened) for e in recordings.recorded(arm)
        )
        for arm in ("diffusion", "ar-plan")
    }
    assert 0 < scraped["diffusion"] < scraped["ar-plan"]


@pytest.mark.parametrize("poison", HOSTILE)
def test_nothing_that_a_log_holds_becomes_markup(poison: str) -> None:
    harmless = Markup(everything(poisoned(LEFT, "word"), poisoned(RIGHT, "word"), "en"))
    hostile = Markup(everything(poisoned(LEFT, poison), poisoned(RIGHT, poison), "en"))
    assert hostile.structure == harmless.structure
    assert poison in hostile.text


@given(st.text(min_size=1, max_size=40))
def test_no_text_at_all_becomes_markup(text: str) -> None:
    harmless = Markup(render.panel(view(poisoned(LEFT, "word")), "diffusion", "en"))
    hostile = Markup(render.panel(view(poisoned(LEFT, text)), "diffusion", "en"))
    assert {tag for tag, _ in hostile.structure} == {tag for tag, _ in harmless.structure}
    assert {name for _, name, _ in hostile.attributes} == {
        name for _, name, _ in harmless.attributes
    }


def test_links_stay_on_this_server() -> None:
    page = Markup(everything(poisoned(LEFT, "//evil.example/x"), RIGHT, "en"))
    links = [value for _, name, value in page.attributes if name in ("href", "src")]
    assert links
    assert all(link.startswith("runs/") and "//" not in link for link in links)


def test_the_panel_says_what_happened() -> None:
    page = Markup(render.panel(view(LEFT), "diffusion", "en"))
    for words in ("Diffusion agent", "answered", "229 entities", "Donna Strickland", "revised 1×"):
        assert words in page.text
    assert "birth date is a date, 2000 is a number" in page.text


def test_the_scraped_word_is_on_the_canvas() -> None:
    html = render.panel(view(LEFT), "diffusion", "en")
    assert "<s>%3</s><b>%2</b>" in html


def test_a_blank_page_has_no_answers_and_no_comparison() -> None:
    page = Markup(everything([], [], "en"))
    assert "waiting for a task" in page.text
    assert "Answer" not in page.text
    assert 'class="strip idle"' in render.strip(BLANK, BLANK, "en")


def test_an_ar_win_is_said_plainly() -> None:
    assert "AR wins here" in render.verdict(view(RIGHT), view(LEFT), "en")
    assert "自回归更快" in render.verdict(view(RIGHT), view(LEFT), "zh")


def test_the_report_is_offered_only_where_there_is_one() -> None:
    answered, unanswered = view(recordings.report()), view(recordings.unanswerable())
    assert ".pdf" in render.panel(answered, "diffusion", "en", has_report=True)
    assert ".pdf" not in render.panel(answered, "diffusion", "en")
    assert ".pdf" not in render.panel(unanswered, "ar", "en", has_report=True)
    assert ".json" in render.panel(unanswered, "ar", "en")


def test_a_long_log_shows_its_end() -> None:
    many = LEFT[:4] + LEFT[4:5] * 500
    html = render.panel(view(many), "diffusion", "en")
    assert html.count("<time>") <= render.LOG_LINES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_status_and_phase_has_a_word(lang: Language) -> None:
    for status in RowStatus:
        assert say(f"status_{status}", lang)
    for phase in (*OVER, "waiting", "queued", "linking", "drafting", "acting", "revising"):
        assert say(f"phase_{phase}", lang)
    for state in ("fixed", "locked", "masked", "revealed", "committed"):
        assert say(f"cell_{state}", lang)


def test_a_chinese_page_is_chinese() -> None:
    page = Markup(everything(LEFT, RIGHT, "zh"))
    for english in ("forwards", "turns", "Answer", "Plan", "Log", "Shared", "done", "seconds"):
        assert english not in page.text


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0, "0"), (3.0, "3"), (1234.0, "1,234"), (0.0041, "0.004"), (0.256, "0.26")],
)
def test_numbers_are_short(value: float | None, shown: str) -> None:
    assert render.number(value) == shown
