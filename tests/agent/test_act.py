"""Acting: rows run side by side, each the moment it can, never twice and never beyond the cap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Barrier, Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.act import act
from agent.draft import draft
from agent.log import replay
from agent.types import Budget, RowStatus
from model.types import Cell, CellState, DecodeParams, DenoiseStep, Filling, ScriptedModel, Template
from tests.support.runs import (
    BOHR,
    BORN,
    CHAIN,
    PEOPLE,
    REPLIES,
    TableTools,
    acted,
    deps_of,
    entities,
    happened,
    linked,
    script,
)
from tools.types import Call, Failed, Observation, Reason

WAIT = 10.0
TWO_AT_ONCE = script({1: "lookup @1 %1", 2: "lookup @4 %1", 3: "calculate union #1 #2"}, "#3")
FANNED = {f"lookup {name} birth_country": BORN for name in ("Marie Curie", "Niels Bohr")}


def statuses(state: object) -> dict[int, str]:
    return {row.index: row.status for row in state.drafted.rows}


def test_rows_without_a_common_input_run_at_the_same_time(tmp_path: Path) -> None:
    both = Barrier(2, timeout=WAIT)

    def meet(_: Call) -> Observation:
        both.wait()
        return BORN

    tools = TableTools(dict.fromkeys(FANNED, meet) | {"calculate union(Poland, Poland)": BORN})
    with deps_of(tmp_path, [TWO_AT_ONCE], tools) as deps:
        state = acted(linked(), deps)
    assert statuses(state) == {1: "ok", 2: "ok", 3: "ok", 8: "todo"}


def test_a_row_waits_for_the_rows_it_needs(tmp_path: Path) -> None:
    tools = TableTools(REPLIES)
    with deps_of(tmp_path, [CHAIN], tools) as deps:
        acted(linked(), deps)
    assert tools.asked == ["lookup Marie Curie birth_country", "lookup Poland population"]


def test_a_row_that_needs_a_failed_row_does_not_run(tmp_path: Path) -> None:
    tools = TableTools({"lookup Marie Curie birth_country": Failed(Reason.UNAVAILABLE, "down")})
    with deps_of(tmp_path, [CHAIN], tools) as deps:
        state = acted(linked(), deps)
    assert statuses(state) == {1: "failed", 2: "todo", 8: "todo"}
    assert len(tools.asked) == 1


def test_two_rows_that_ask_the_same_send_one_call(tmp_path: Path) -> None:
    same = script({1: "lookup @1 %1", 2: "lookup @1 %1"}, "#1 #2")
    tools = TableTools(REPLIES)
    with deps_of(tmp_path, [same], tools) as deps:
        state = acted(linked(), deps)
    assert statuses(state) == {1: "ok", 2: "contradicted", 8: "todo"}
    assert tools.asked == ["lookup Marie Curie birth_country"]
    assert deps.journal.started == 1


def test_what_the_journal_knows_is_not_asked_again(tmp_path: Path) -> None:
    first, second = TableTools(REPLIES), TableTools({})
    with deps_of(tmp_path, [CHAIN], first) as deps:
        acted(linked(), deps)
    with deps_of(tmp_path, [CHAIN], second) as deps:
        state = acted(linked(), deps)
    assert second.asked == []
    assert statuses(state) == {1: "ok", 2: "ok", 8: "todo"}


def test_a_failure_that_may_pass_is_tried_once_more(tmp_path: Path) -> None:
    replies: Iterator[Observation] = iter(
        [Failed(Reason.UNAVAILABLE, "busy", retryable=True), BORN]
    )
    tools = TableTools({"lookup Marie Curie birth_country": lambda _: next(replies)})
    with deps_of(tmp_path, [script({1: "lookup @1 %1"}, "#1")], tools) as deps:
        state = acted(linked(), deps)
    assert statuses(state)[1] == "ok"
    assert len(tools.asked) == 2


def test_a_failure_that_does_not_pass_is_tried_twice_at_most(tmp_path: Path) -> None:
    tools = TableTools(
        {"lookup Marie Curie birth_country": Failed(Reason.UNAVAILABLE, "busy", retryable=True)}
    )
    with deps_of(tmp_path, [script({1: "lookup @1 %1"}, "#1")], tools) as deps:
        state = acted(linked(), deps)
    assert statuses(state)[1] == "failed"
    assert len(tools.asked) == 2


def test_a_bug_in_a_tool_is_not_taken_for_an_observation(tmp_path: Path) -> None:
    def broken(_: Call) -> Observation:
        raise ZeroDivisionError("a bug")

    tools = TableTools({"lookup Marie Curie birth_country": broken})
    with deps_of(tmp_path, [CHAIN], tools) as deps, pytest.raises(ZeroDivisionError):
        acted(linked(), deps)


class InTwoSteps(ScriptedModel):
    """Commits row 1 in a first step, and the rest only when it is told to."""

    def __init__(self, scripts: Sequence[Mapping[str, str]], go_on: Event) -> None:
        super().__init__(scripts)
        self.go_on = go_on

    def stream(self, template: Template, params: DecodeParams) -> Iterator[DenoiseStep]:
        (whole,) = super().stream(template, params)
        first = tuple(name for name in whole.committed if name.startswith("1."))
        yield DenoiseStep(0, _only(whole, first), revealed=first, committed=first)
        assert self.go_on.wait(WAIT)
        rest = tuple(name for name in whole.committed if name not in first)
        filling: Filling | None = whole.filling
        yield DenoiseStep(1, whole.cells, revealed=rest, committed=rest, filling=filling)


def _only(step: DenoiseStep, names: tuple[str, ...]) -> tuple[Cell, ...]:
    return tuple(
        cell if not cell.slot or cell.slot in names else Cell("", CellState.MASKED, cell.slot)
        for cell in step.cells
    )


def test_a_row_runs_while_the_rest_of_the_plan_is_still_being_denoised(tmp_path: Path) -> None:
    called = Event()

    def answer(_: Call) -> Observation:
        called.set()
        return BORN

    tools = TableTools({**REPLIES, "lookup Marie Curie birth_country": answer})
    with deps_of(tmp_path, InTwoSteps([CHAIN], called), tools) as deps:
        state = acted(linked(), deps)
    assert statuses(state) == {1: "ok", 2: "ok", 8: "todo"}
    kinds = [event.kind for event in replay(tmp_path / "events.jsonl")]
    assert kinds.index("call_started") < kinds.index("plan_drafted")


@settings(max_examples=20)
@given(cap=st.integers(0, 8), n_rows=st.integers(1, 7), chained=st.booleans())
def test_the_cap_on_calls_is_never_exceeded(
    tmp_path_factory: pytest.TempPathFactory, cap: int, n_rows: int, chained: bool
) -> None:
    rows = {
        i: f"lookup #{i - 1} %2"
        if chained and i > 1
        else f"search @{1 if i % 2 else 4} #{i - 1}"
        if i > 1
        else "search @1"
        for i in range(1, n_rows + 1)
    }

    class Anything(TableTools):
        def run(self, call: Call) -> Observation:
            self.asked.append(call.tool)
            return entities(BOHR)

    tools = Anything({})
    folder = tmp_path_factory.mktemp("run")
    with deps_of(folder, [script(rows, "#1")], tools, budget=Budget(max_calls=cap)) as deps:
        state = act(draft(linked(), deps), deps)
    assert len(tools.asked) == deps.journal.started == min(cap, n_rows)
    assert (state.halt == "calls") == (cap < n_rows)


def test_nothing_is_sent_after_a_stop(tmp_path: Path) -> None:
    tools = TableTools(REPLIES)
    with deps_of(tmp_path, [CHAIN], tools) as deps:
        drafted = draft(linked(), deps)
        asked_before = len(tools.asked)
        deps.limits.stop.set()
        state = act(drafted, deps)
    assert state.halt == "stop"
    assert len(tools.asked) <= asked_before + 1


def test_each_call_is_reported_with_its_outcome(tmp_path: Path) -> None:
    with deps_of(tmp_path, [CHAIN]) as deps:
        acted(linked(), deps)
    started, finished = happened(tmp_path, "call_started"), happened(tmp_path, "call_finished")
    assert [e.call for e in started] == [
        "lookup(Marie Curie; birth country)",
        "lookup(#1; population)",
    ]
    assert [(e.row, e.status) for e in finished] == [(1, RowStatus.OK), (2, RowStatus.OK)]
    assert finished[1].summary == "36.6 million people (2024)"
    assert deps.journal.value(deps.dispatcher.keys[2]) == PEOPLE
