from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from agent.events import AgentEvent, PlanContradicted
from tests.ui import recordings
from ui.console import (
    PLAIN,
    UNICODE,
    Style,
    answer,
    board,
    board_width,
    comparison,
    event_line,
    finding_line,
    signs_for,
    stacked,
)
from ui.doctor import Finding
from ui.panels.view import BLANK, advance, view


def drawn(*things: object, width: int = 80) -> str:
    console = Console(file=StringIO(), width=width, color_system=None)
    for thing in things:
        console.print(thing)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def pictures(events: list[AgentEvent], style: Style) -> list[str]:
    now, shown = BLANK, []
    for event in events:
        now = advance(now, event)
        shown.append(drawn(board(now, "diffusion", style), width=style.width))
    return shown


STYLE = Style("en", UNICODE, 80)


def test_a_plan_fills_in_cell_by_cell() -> None:
    shown = pictures(recordings.constraint_search(), STYLE)
    masks = [picture.count("░░") for picture in shown]
    first, last = masks.index(max(masks)), len(masks) - 1
    assert masks[first] > 20
    assert masks[last] == 0
    assert any(0 < n < max(masks) for n in masks)


def test_a_revision_is_marked_with_what_stood_there_before() -> None:
    shown = pictures(recordings.constraint_search(), Style("en", UNICODE, 120))
    assert any("░░ ↺" in picture for picture in shown)
    assert "verify(#2; prize year; >; 2000) ↺1 was verify(#2; birth date" in shown[-1]


def test_the_end_shows_states_answer_and_costs() -> None:
    last = pictures(recordings.constraint_search(), STYLE)[-1]
    assert "✓" in last
    assert "Donna Strickland" in last
    assert "answered · forwards 6 · turns 2" in last


@pytest.mark.parametrize("width", [20, 40, 60, 200])
def test_a_board_is_never_wider_than_it_may_be(width: int) -> None:
    now = view(recordings.constraint_search())
    lines = drawn(board(now, "diffusion", Style("zh", UNICODE, width)), width=width).splitlines()
    assert lines
    assert all(len(line) <= width for line in lines)


def test_plain_signs_are_plain() -> None:
    shown = pictures(recordings.constraint_search(), Style("en", PLAIN, 80))
    inside = "".join(shown).translate(str.maketrans("", "", "╭╮╰╯─│…’"))
    assert inside.isascii()


def test_signs_follow_the_encoding() -> None:
    class Ascii(StringIO):
        encoding = "ascii"  # type: ignore[assignment]

    assert signs_for(Console(file=Ascii())) is PLAIN
    assert signs_for(Console(file=StringIO())) is UNICODE


def test_boards_stand_side_by_side_only_where_there_is_room() -> None:
    boards = [
        board(view(recordings.constraint_search(arm)), arm, STYLE)
        for arm in ("diffusion", "ar-plan")
    ]
    wide, narrow = (Console(file=StringIO(), width=width) for width in (170, 100))
    assert len(drawn(stacked(boards, wide), width=170).splitlines()) < len(
        drawn(stacked(boards, narrow), width=100).splitlines()
    )
    assert (board_width(wide, 2), board_width(narrow, 2)) == (85, 100)


def test_a_comparison_says_how_many_times_more_the_second_took() -> None:
    results = [
        result
        for arm in ("diffusion", "ar-plan")
        if (result := view(recordings.constraint_search(arm)).result)
    ]
    text = drawn(comparison(results), width=100)
    assert "ar-plan / diffusion" in text
    row = next(line for line in text.splitlines() if line.startswith("forwards"))
    ours, theirs = results[0].metrics.forwards, results[1].metrics.forwards
    assert row.split()[1:] == [str(ours), str(theirs), f"{theirs / ours:.1f}×"]
    assert "/" not in drawn(comparison(results[:1]))


def test_an_answer_lists_its_facts() -> None:
    result = view(recordings.constraint_search()).result
    assert result is not None
    text = drawn(answer(result, UNICODE))
    assert "[2] Andrea Ghez · prize year · 2020 (nobel.api2)" in text
    many = result.model_copy(update={"citations": result.citations * 10})
    assert "and 18 more facts" in drawn(answer(many, UNICODE))


def test_large_events_are_lines_and_small_ones_are_silent() -> None:
    events = recordings.constraint_search()
    lines = [event_line(event, "diffusion", 3) for event in events]
    assert "[diffusion] row 1 ok: 229 entities" in lines
    assert "[diffusion] turn 1: plan of 4 rows after 3 forwards" in lines
    told = next(event for event in events if isinstance(event, PlanContradicted))
    assert event_line(told, "x", 0).endswith(
        "birth date is a date, 2000 is a number; 1 cell reopened"
    )
    assert lines[0] == ""


def test_a_lack_comes_with_what_works_and_the_remedy() -> None:
    lack = Finding("pango", "missing", "text layout", False, "html, md", "apt-get install x")
    text = drawn(finding_line(lack, UNICODE))
    assert "works without it: html, md" in text
    assert "remedy: apt-get install x" in text
    assert "remedy" not in drawn(finding_line(Finding("python", "ok", "3.11"), UNICODE))
