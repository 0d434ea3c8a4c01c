"""Revising: the smallest rung first, each once, and never a row that has been executed."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.arms import DIFFUSION_LADDER, Level
from agent.draft import draft, standing
from agent.forms import template_of
from agent.journal import Outcome
from agent.plan import dependents, references, slot_name, template
from agent.revise import has_filling, opened_by, revise
from agent.state import Cell, RunState
from agent.types import N_ARGS, N_ROWS, NIL, Arm, Contradiction, Plan, Row, RowStatus
from model.types import Slot, Template
from tests.support.runs import BORN, BRIEF, POINTERS, deps_of, happened, linked, plan, script

LONG = {
    1: "lookup @1 %1",
    2: "lookup #1 %2 @3",
    3: "lookup @4 %1 @3",
    4: "calculate growth #2 #3",
    5: "lookup @4 %2",
}
EMPTY = Contradiction(2, (2,), RowStatus.EMPTY, ("%2",), "no value")


def standing_plan(done: set[int], rows: Mapping[int, str] = LONG, finish: str = "#4") -> Plan:
    ok = dict.fromkeys(done, RowStatus.OK)
    rows_of = plan(rows, finish).rows
    return Plan(tuple(replace(row, status=ok.get(row.index, row.status)) for row in rows_of))


def contradicted(done: set[int], *notes: Contradiction, arm: Arm = "diffusion") -> RunState:
    return replace(
        linked(arm),
        plan=standing_plan(done),
        observed={i: str(i) for i in done},
        notes=notes or (EMPTY,),
        is_complete=True,
    )


def rows_of(cells: frozenset[Cell]) -> set[int]:
    return {row for row, _ in cells}


def test_each_rung_opens_more_than_the_one_before() -> None:
    state = contradicted({1, 3})
    opened = [opened_by(level, EMPTY, state, 0.0) for level in DIFFUSION_LADDER]
    assert opened[0] == {(2, 2)}
    assert opened[1] == {(2, column) for column in range(N_ARGS + 1)}
    assert rows_of(opened[2]) == {2, 4, 8}
    assert rows_of(opened[3]) == {2, 4, 5, 6, 7, 8}
    assert rows_of(opened[4]) == set(range(1, N_ROWS + 1))
    assert all(small < large for small, large in itertools.pairwise(opened))


def test_a_rejected_word_is_scraped_off_the_rows_that_repeat_it() -> None:
    state = contradicted({1})
    repeated = plan({1: "lookup @1 %1", 2: "lookup #1 %2 @3", 3: "verify #2 <nil> > @3"}, "#3")
    state = replace(state, plan=repeated)
    period = Contradiction(2, (3,), RowStatus.EMPTY, ("@3",), "")
    assert opened_by(Level.SLOT, period, state, 0.0) == {(2, 3), (3, 4)}


def test_low_confidence_widens_and_never_narrows() -> None:
    state = replace(
        contradicted({1, 3}), confidence={"2.1": 0.3, "4.tool": 0.2, "5.1": 0.1, "1.1": 0.0}
    )
    plain = opened_by(Level.SLOT, EMPTY, state, 0.0)
    assert opened_by(Level.SLOT, EMPTY, state, 0.5) == plain | {(2, 1), (4, 0)}


def test_left_to_right_everything_from_the_contradiction_on_is_written_again() -> None:
    assert rows_of(opened_by(Level.TAIL, EMPTY, contradicted({1, 3}), 0.5)) == set(range(2, 9))


def climbed(folder: Path, arm: Arm, note: Contradiction = EMPTY, rounds: int = 12) -> list[str]:
    """The rungs used when the same contradiction keeps coming back."""
    with deps_of(folder, arm=arm) as deps:
        state = contradicted({1, 3}, note, arm=arm)
        for _ in range(rounds):
            state = revise(state, deps)
            if state.halt:
                break
            state = replace(state, plan=standing_plan({1, 3}), notes=(note,))
    assert state.halt == "gap"
    assert state.gaps == (note.reason,)
    return [event.level for event in happened(folder, "plan_contradicted")]


def test_a_contradiction_that_returns_climbs_the_ladder_once(tmp_path: Path) -> None:
    levels = climbed(tmp_path, "diffusion")
    assert levels[:5] == ["slot", "row", "dependents", "rest", "plan"]
    assert levels[5:] == ["slot", "row", "dependents", "rest"]  # no second new plan


@pytest.mark.parametrize("arm", ["ar-plan", "ar-react"])
def test_left_to_right_there_are_two_rungs(tmp_path: Path, arm: Arm) -> None:
    assert climbed(tmp_path, arm) == ["tail", "plan", "tail"]


@pytest.mark.parametrize("arm", ["diffusion", "ar-plan", "ar-react"])
def test_a_missing_row_is_opened_together_with_the_ending(tmp_path: Path, arm: Arm) -> None:
    missing = Contradiction(6, (0,), RowStatus.CONTRADICTED, ("nop",), "")
    with deps_of(tmp_path, arm=arm) as deps:
        state = revise(contradicted(set(range(1, 6)), missing, arm=arm), deps)
    assert {(6, 0), (6, 1), (8, 1)} <= state.open
    assert not any(row < 6 for row, _ in state.open)
    assert "nop" in state.banned[6, 0]


def test_a_plan_that_lacks_its_first_row_is_opened_whole(tmp_path: Path) -> None:
    missing = Contradiction(1, (0,), RowStatus.CONTRADICTED, ("nop",), "")
    with deps_of(tmp_path) as deps:
        state = revise(replace(contradicted(set(), missing), plan=plan({})), deps)
    assert rows_of(state.open) == set(range(1, N_ROWS + 1))


def test_another_complaint_about_the_row_begins_at_the_foot(tmp_path: Path) -> None:
    other = Contradiction(2, (3,), RowStatus.EMPTY, ("@3",), "")
    with deps_of(tmp_path) as deps:
        state = revise(contradicted({1, 3}), deps)
        state = revise(replace(state, notes=(other,)), deps)
    assert [e.level for e in happened(tmp_path, "plan_contradicted")] == ["slot", "slot"]
    assert state.open == {(2, 3)}


def test_what_is_offered_is_all_that_may_stand_there(tmp_path: Path) -> None:
    note = replace(EMPTY, offers=(POINTERS[4],))
    with deps_of(tmp_path) as deps:
        state = revise(contradicted({1, 3}, note), deps)
    slots = {slot.name: slot for slot in template_of(state).slots()}
    allowed = slots["2.2"].allowed
    assert allowed is not None
    assert allowed - slots["2.2"].banned == {"%1"}
    assert [name for name, slot in slots.items() if slot.value is None] == ["2.2"]


def test_a_rung_on_which_nothing_could_be_written_is_passed_over(tmp_path: Path) -> None:
    both = replace(EMPTY, banned=("%1", "%2"))
    with deps_of(tmp_path) as deps:
        state = revise(contradicted({1, 3}, both), deps)
    (event,) = happened(tmp_path, "plan_contradicted")
    assert event.level == "row"
    assert state.banned[2, 2] == {"%1", "%2"}


@pytest.mark.parametrize("arm", ["diffusion", "ar-plan", "ar-react"])
def test_a_period_that_was_asked_for_is_opened_on_no_rung(tmp_path: Path, arm: Arm) -> None:
    note = replace(EMPTY, kept=(3,))
    with deps_of(tmp_path) as deps:
        state = contradicted({1}, note, arm=arm)
        levels = set()
        for _ in range(8):
            opened = revise(state, deps)
            if opened.halt:
                break
            assert opened.plan is not None
            assert (2, 3) not in opened.open
            levels.add(tuple(sorted(opened.open)))
            state = replace(opened, notes=(note,))
        assert opened.halt == "gap"
        assert levels


def test_two_contradictions_are_mended_by_one_fill(tmp_path: Path) -> None:
    second = Contradiction(5, (1,), RowStatus.FAILED, ("@4",), "")
    with deps_of(tmp_path) as deps:
        state = revise(contradicted({1, 3}, EMPTY, second), deps)
    assert state.open == {(2, 2), (5, 1)}
    assert state.metrics.revisions == 1


def test_a_new_plan_is_a_backtrack_and_begins_with_nothing_but_what_was_rejected(
    tmp_path: Path,
) -> None:
    with deps_of(tmp_path, arm="ar-plan") as deps:
        state = revise(contradicted({1, 3}, arm="ar-plan"), deps)
        state = revise(replace(state, notes=(EMPTY,)), deps)
    assert (state.plan, state.observed, state.allowed, state.open) == (None, {}, {}, frozenset())
    assert (state.metrics.revisions, state.metrics.backtracks) == (2, 1)
    assert state.banned == {(2, 2): {"%2"}}


def with_slot(form: Template, name: str, **changes: object) -> Template:
    parts = tuple(
        replace(part, **changes) if isinstance(part, Slot) and part.name == name else part
        for part in form.parts
    )
    return replace(form, parts=parts)


def test_a_template_that_leaves_a_way_has_a_filling() -> None:
    assert has_filling(template(BRIEF))
    assert has_filling(template(BRIEF, plan(LONG, "#4"), frozenset({(2, 2)})))


def test_a_template_whose_words_exclude_each_other_has_none() -> None:
    form = with_slot(template(BRIEF), "1.tool", value="lookup")
    assert not has_filling(with_slot(form, "1.1", value="growth"))


def test_a_row_before_a_used_one_cannot_be_left_unused() -> None:
    form = template(BRIEF, plan(LONG, "#4"), frozenset({(2, c) for c in range(N_ARGS + 1)}))
    others = frozenset({"lookup", "search", "calculate", "verify"})
    assert has_filling(form)
    assert not has_filling(with_slot(form, "2.tool", banned=others))
    last = template(
        BRIEF, plan({1: "lookup @1 %1"}), frozenset({(1, c) for c in range(N_ARGS + 1)})
    )
    assert has_filling(with_slot(last, "1.tool", banned=others))


WORDS = ("@1", "@4", "%1", "%2", NIL)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    n_rows = draw(st.integers(1, N_ROWS - 1))
    rows = []
    for index in range(1, n_rows + 1):
        words = WORDS + tuple(f"#{j}" for j in range(1, index))
        given_words = draw(st.tuples(*[st.sampled_from(words)] * N_ARGS))
        status = draw(st.sampled_from([RowStatus.OK, RowStatus.EMPTY, RowStatus.TODO]))
        rows.append(Row(index, draw(st.sampled_from(["lookup", "search"])), given_words, status))
    ending = draw(st.integers(1, n_rows))
    return Plan((*rows, Row(N_ROWS, "finish", (f"#{ending}", *[NIL] * (N_ARGS - 1)))))


@given(
    drafted=plans(),
    level=st.sampled_from(DIFFUSION_LADDER[:-1]),
    row=st.integers(1, N_ROWS - 1),
    columns=st.sets(st.integers(1, N_ARGS), min_size=1, max_size=2),
    unsure=st.dictionaries(
        st.tuples(st.integers(1, N_ROWS), st.integers(0, N_ARGS)), st.floats(0, 1)
    ),
)
def test_no_rung_but_a_new_plan_opens_an_executed_row(
    drafted: Plan, level: Level, row: int, columns: set[int], unsure: dict[Cell, float]
) -> None:
    blamed = {r.index: r for r in drafted.rows}.get(row)
    if blamed is None or blamed.status is RowStatus.OK:
        return
    confidence = {slot_name(*cell): value for cell, value in unsure.items()}
    state = replace(linked(), plan=drafted, confidence=confidence)
    note = Contradiction(row, tuple(sorted(columns)), blamed.status, (), "")
    opened = opened_by(level, note, state, 0.5)
    done = {r.index for r in drafted.rows if r.status is RowStatus.OK}
    assert not rows_of(opened) & done
    assert {(row, column) for column in columns} <= opened
    assert (N_ROWS, 0) not in opened


@given(
    drafted=plans(), opened=st.frozensets(st.tuples(st.integers(1, N_ROWS), st.integers(1, N_ARGS)))
)
def test_rows_that_stand_rest_on_rows_that_stand(drafted: Plan, opened: frozenset[Cell]) -> None:
    observed = {row.index: "call" for row in drafted.rows if row.status is RowStatus.OK}
    kept = standing(drafted, opened, observed)
    for row in drafted.rows:
        if row.index in kept:
            assert row.status is RowStatus.OK
            assert set(references(row)) <= set(kept)
            assert row.index not in rows_of(opened)
    for row in set(observed) - set(kept):
        assert not dependents(drafted, row) & set(kept)


@settings(max_examples=20)
@given(drafted=plans(), written=plans(), row=st.integers(1, N_ROWS - 1))
def test_executed_rows_come_out_of_a_fill_exactly_as_they_went_in(
    tmp_path_factory: pytest.TempPathFactory,
    drafted: Plan,
    written: Plan,
    row: int,
) -> None:
    opened = frozenset((row, column) for column in range(N_ARGS + 1))
    observed = {r.index: "call" for r in drafted.rows if r.status is RowStatus.OK}
    state = replace(linked(), plan=drafted, observed=observed, open=opened, notes=(EMPTY,))
    kept = standing(drafted, opened, observed)
    words = script({r.index: " ".join((r.tool, *r.words)) for r in written.rows[:-1]}, "#1")
    with deps_of(tmp_path_factory.mktemp("run"), [words]) as deps:
        deps.journal.keep("call", Outcome(BORN, 0.0))
        after = draft(state, deps)
    before_rows = {r.index: r for r in drafted.rows}
    after_rows = {r.index: r for r in after.drafted.rows}
    assert all(after_rows[index] == before_rows[index] for index in kept)
    assert after.observed == kept
