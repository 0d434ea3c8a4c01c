"""Runs at the desk: begun, read by many, stopped, recalled; and the pace of those who read."""

from __future__ import annotations

from collections.abc import Sequence
from time import sleep

from hypothesis import given
from hypothesis import strategies as st

from agent.events import AgentEvent, RunFinished
from tests.ui import recordings
from tests.ui.fake_runner import FakeRunner
from ui.panels.desk import Desk
from ui.panels.tail import Tail
from ui.panels.view import BLANK, view

EVENTS = recordings.constraint_search()


def until_over(desk: Desk, run_id: str) -> Sequence[AgentEvent]:
    for _ in range(2000):
        events, is_over = desk.read(run_id)
        if is_over:
            return events
        sleep(0.005)
    raise AssertionError(f"{run_id} does not end")


def test_two_readers_see_the_same_events() -> None:
    desk = Desk(FakeRunner())
    (run_id,) = desk.begin("Which women?", ["diffusion"])
    assert until_over(desk, run_id) is until_over(desk, run_id)
    assert isinstance(until_over(desk, run_id)[-1], RunFinished)


def test_a_run_that_nobody_reads_goes_on() -> None:
    runner = FakeRunner(0.001)
    Desk(runner).begin("Which women?", ["diffusion"])
    sleep(0.5)
    assert isinstance(runner.runs["diffusion-1"].events[-1], RunFinished)


def test_a_stopped_run_ends_as_stopped() -> None:
    desk = Desk(FakeRunner(0.05))
    run_ids = desk.begin("Which women?", ["diffusion", "ar-plan"])
    assert all(desk.stop(run_id) for run_id in run_ids)
    assert [view(until_over(desk, run_id)).phase for run_id in run_ids] == ["stopped", "stopped"]


def test_a_run_of_an_earlier_server_is_read_from_its_log() -> None:
    runner = FakeRunner()
    runner.keep("old-1", list(EVENTS))
    desk = Desk(runner)
    desk.recall("old-1")
    assert view(desk.read("old-1")[0]) == view(EVENTS)


def test_an_unknown_run_has_no_events_and_cannot_be_stopped() -> None:
    desk = Desk(FakeRunner())
    assert not until_over(desk, "../../etc/passwd")
    assert not desk.stop("never-was")


class Growing:
    """A desk whose one run becomes known a portion at a time."""

    def __init__(self, portions: list[int]) -> None:
        self._portions = iter(portions)
        self._n_known = 0

    def read(self, run_id: str) -> tuple[Sequence[AgentEvent], bool]:
        self._n_known += next(self._portions, len(EVENTS))
        return EVENTS[: self._n_known], self._n_known >= len(EVENTS)

    def recall(self, run_id: str) -> None:
        pass


@given(st.lists(st.integers(0, 9), max_size=30), st.booleans(), st.booleans())
def test_at_any_pace_the_end_is_the_fold_over_all_events(
    portions: list[int], is_slow: bool, from_start: bool
) -> None:
    tail = Tail(Growing(portions), "d1", is_slow=is_slow, from_start=from_start)  # type: ignore[arg-type]
    for _ in range(3000):
        tail.tick()
    assert tail.is_over
    assert tail.view == view(EVENTS)


def test_slow_motion_shows_each_forward() -> None:
    tail = Tail(Growing([]), "d1", is_slow=True, from_start=True)  # type: ignore[arg-type]
    seen = set()
    while not tail.is_over:
        tail.tick()
        seen.add(len(tail.view.forwards))
    assert seen == {0, 1, 2, 3, 4}


def test_a_reader_who_comes_late_sees_the_present_at_once() -> None:
    tail = Tail(Growing([len(EVENTS)]), "d1", is_slow=True, from_start=False)  # type: ignore[arg-type]
    assert tail.view == view(EVENTS)


def test_a_panel_without_a_run_is_blank_and_over() -> None:
    tail = Tail(Desk(FakeRunner()), "", is_slow=False, from_start=False)
    assert tail.is_over
    assert tail.view == BLANK


def test_a_run_that_broke_off_is_over_and_says_so() -> None:
    runner = FakeRunner()
    runner.keep("old-1", list(EVENTS[:-1]))
    tail = Tail(Desk(runner), "old-1", is_slow=False, from_start=False)
    tail.tick()
    assert tail.is_over
    assert tail.view.phase == "broken"
