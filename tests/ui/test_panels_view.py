"""The fold over events: what a panel shows depends on the log alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.events import (
    EVENTS,
    AgentEvent,
    CallFinished,
    CallStarted,
    CanvasChanged,
    CellView,
    PlanContradicted,
    PlanDrafted,
    RunFinished,
)
from agent.types import PlanRow
from tests.ui import recordings
from ui.panels.view import BLANK, OVER, PanelView, advance, awaited, broken_off, view

RECORDINGS = {
    "constraints, diffusion": recordings.constraint_search(),
    "constraints, ar-plan": recordings.constraint_search("ar-plan", "a1"),
    "report, diffusion": recordings.report(),
    "unanswerable, ar-react": recordings.unanswerable(),
    **{
        f"real log, {arm}": recordings.recorded(arm) for arm in ("diffusion", "ar-plan", "ar-react")
    },
}


def canvas(*cells: tuple[int, int, str, str], turn: int = 1) -> CanvasChanged:
    views = [CellView(row=r, column=c, text=text, state=state) for r, c, text, state in cells]
    return CanvasChanged(run="r", at=0.1, turn=turn, step=1, cells=views)


def drafted(*rows: tuple[int, str, str, str]) -> PlanDrafted:
    plan = [PlanRow(row=n, tool=t, args=[a], status=s, revisions=0) for n, t, a, s in rows]
    return PlanDrafted(run="r", at=0.2, turn=1, rows=plan)


def contradicted(*places: tuple[int, int], level: str = "slot") -> PlanContradicted:
    return PlanContradicted(
        run="r", at=0.3, row=places[0][0], reason="no value", level=level, reopened=list(places)
    )


@pytest.mark.parametrize("events", RECORDINGS.values(), ids=RECORDINGS)
def test_a_log_read_back_from_json_gives_the_same_panel(events: list[AgentEvent]) -> None:
    assert view([EVENTS.validate_json(event.model_dump_json()) for event in events]) == view(events)


@given(st.sampled_from(sorted(RECORDINGS)), st.data())
def test_portions_do_not_matter(name: str, data: st.DataObject) -> None:
    events = RECORDINGS[name]
    cut = data.draw(st.integers(0, len(events)))
    now = view(events[:cut])
    for event in events[cut:]:
        now = advance(now, event)
    assert now == view(events)


@given(st.sampled_from(sorted(RECORDINGS)), st.data())
def test_along_the_way_nothing_is_counted_back(name: str, data: st.DataObject) -> None:
    events = RECORDINGS[name]
    early = data.draw(st.integers(0, len(events) - 2))
    late = data.draw(st.integers(early, len(events) - 2))
    before, after = view(events[:early]), view(events[:late])
    assert len(before.log) <= len(after.log)
    assert len(before.forwards) <= len(after.forwards)
    assert (before.turns, before.revisions) <= (after.turns, after.revisions)
    assert before.seconds <= after.seconds


@pytest.mark.parametrize("events", RECORDINGS.values(), ids=RECORDINGS)
def test_a_finished_log_ends_in_a_final_phase_with_its_result(events: list[AgentEvent]) -> None:
    end = view(events)
    last = events[-1]
    assert isinstance(last, RunFinished)
    assert end.phase == last.result.status
    assert end.phase in OVER
    assert end.result == last.result


def test_a_scraped_word_stays_visible_behind_the_new_one() -> None:
    now = view([canvas((1, 1, "@1", "revealed")), contradicted((1, 1))])
    assert (now.cells[0].word, now.cells[0].ghost) == ("", "@1")
    now = advance(now, canvas((1, 1, "@2", "revealed"), turn=2))
    assert (now.cells[0].word, now.cells[0].ghost) == ("@2", "@1")


def test_a_word_written_again_unchanged_leaves_no_ghost() -> None:
    now = view([canvas((1, 1, "@1", "revealed")), contradicted((1, 1))])
    now = advance(now, canvas((1, 1, "@1", "committed"), turn=2))
    assert now.cells[0].ghost == ""


def test_a_rewrite_without_a_mask_is_seen_too() -> None:
    now = view([canvas((1, 1, "@1", "revealed")), canvas((1, 1, "@3", "revealed"))])
    assert (now.cells[0].word, now.cells[0].ghost, now.cells[0].forward) == ("@3", "@1", 2)


@pytest.mark.parametrize("filler", ["<nil>", "nop"])
def test_filler_leaves_no_ghost(filler: str) -> None:
    now = view([canvas((1, 1, filler, "revealed")), canvas((1, 1, "", "masked"))])
    assert now.cells[0].ghost == ""
    now = view([canvas((1, 1, filler, "revealed")), contradicted((1, 1))])
    assert (now.cells[0].state, now.cells[0].ghost) == ("masked", "")


def test_a_cell_keeps_the_number_of_the_forward_that_wrote_it() -> None:
    first = canvas((1, 0, "search", "revealed"), (1, 1, "", "masked"))
    second = canvas((1, 0, "search", "committed"), (1, 1, "@1", "committed"))
    now = view([first, second])
    assert [cell.forward for cell in now.cells] == [1, 2]
    assert [stroke.written for stroke in now.forwards] == [1, 1]


def test_a_canvas_that_writes_nothing_is_no_forward() -> None:
    assert view([canvas((1, 0, "", "masked"))]).forwards == ()


def test_a_forward_that_only_reads_what_was_written_counts() -> None:
    drafted = canvas((1, 0, "search", "revealed"), (1, 1, "@1", "revealed"))
    kept = canvas((1, 0, "search", "committed"), (1, 1, "@1", "committed"))
    refused = canvas((1, 0, "search", "committed"), (1, 1, "", "masked"))
    for read in (kept, refused):
        assert [stroke.written for stroke in view([drafted, read]).forwards] == [2, 0]
    assert [stroke.written for stroke in view([drafted, drafted]).forwards] == [2]


def test_a_row_that_starts_before_its_draft_stands_is_shown_at_once() -> None:
    started = CallStarted(run="r", at=0.1, row=1, call="lookup(Tesla; revenue)")
    ended = CallFinished(run="r", at=0.2, row=1, status="ok", summary="229 found", seconds=0.1)
    now = view([started, ended])
    assert (now.plan[0].tool, now.plan[0].args) == ("lookup", ("Tesla", "revenue"))
    now = advance(now, drafted((1, "lookup", "Tesla", "todo")))
    assert (now.plan[0].args, now.plan[0].status, now.plan[0].former) == (("Tesla",), "ok", ())
    assert now.plan[0].summary == "229 found"


def test_a_revised_row_shows_its_former_call_and_forgets_its_observation() -> None:
    ended = CallFinished(run="r", at=0.2, row=2, status="empty", summary="nothing", seconds=0.1)
    now = view([drafted((2, "verify", "birth date", "todo")), ended, contradicted((2, 2))])
    now = advance(now, drafted((2, "verify", "prize year", "todo")))
    line = now.plan[0]
    assert (line.status, line.summary, line.former) == ("todo", "", ("verify", "birth date"))


def test_a_revised_row_that_runs_during_its_draft_keeps_its_former_call() -> None:
    again = CallStarted(run="r", at=0.4, row=2, call="verify(prize year)")
    now = view([drafted((2, "verify", "birth date", "todo")), contradicted((2, 2)), again])
    assert now.plan[0].former == ("verify", "birth date")
    now = advance(now, drafted((2, "verify", "prize year", "todo")))
    assert (now.plan[0].status, now.plan[0].former) == ("running", ("verify", "birth date"))


def test_contradictions_of_one_round_are_one_revision() -> None:
    now = view([contradicted((1, 1)), contradicted((2, 2))])
    assert (now.revisions, now.backtracks) == (1, 0)
    now = view([contradicted((1, 1)), drafted((1, "search", "x", "todo")), contradicted((1, 0))])
    assert now.revisions == 2


def test_a_new_plan_is_a_backtrack() -> None:
    assert view([contradicted((1, 1), level="plan")]).backtracks == 1


def test_a_log_that_stops_short_is_shown_as_broken_off() -> None:
    events = recordings.constraint_search()[:-1]
    broken = broken_off(view(events))
    assert broken.phase == "broken"
    assert broken.log[-1].key == "log_broken"
    assert broken_off(broken) is broken


def test_a_run_nobody_knows_leaves_the_panel_blank() -> None:
    assert broken_off(awaited("never-was")) == BLANK


def test_a_finished_run_shows_the_seconds_it_measured() -> None:
    events = recordings.constraint_search()
    last = events[-1]
    assert isinstance(last, RunFinished)
    assert view(events).seconds == last.result.metrics.seconds


def test_no_event_is_a_blank_panel() -> None:
    assert view([]) == BLANK == replace(PanelView())
