"""The comparison: who won, and that an AR win is said plainly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.types import Metrics, RunResult, Status
from tests.ui import recordings
from ui.panels.comparison import Verdict, agreement, costs, spent, verdict
from ui.panels.view import BLANK, PanelView, broken_off, view


def ended(
    seconds: float, status: Status = "answered", answer: str = "Oslo", value: str | None = None
) -> PanelView:
    result = RunResult(
        question="?", arm="x", status=status, answer=answer, value=value,
        metrics=Metrics(seconds=seconds, forwards=7),
    )  # fmt: skip
    return replace(BLANK, run="r", phase=status, result=result)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (ended(1.0), ended(3.0), Verdict("verdict_diffusion", "3.0", "diffusion")),
        (ended(3.0), ended(1.0), Verdict("verdict_ar", "3.0", "ar")),
        (ended(1.0), ended(1.01), Verdict("verdict_even")),
        (ended(0.0), ended(1.0), Verdict("verdict_even")),
        (ended(1.0), ended(9.0, "abstained"), Verdict("verdict_only_diffusion", "", "diffusion")),
        (ended(1.0, "failed"), ended(9.0), Verdict("verdict_only_ar", "", "ar")),
        (ended(1.0, "failed"), ended(9.0, "abstained"), Verdict("verdict_neither")),
        (ended(1.0, "stopped"), ended(9.0), Verdict("verdict_stopped")),
        (BLANK, BLANK, Verdict("verdict_idle")),
    ],
)
def test_the_verdict_is_what_the_clocks_and_answers_say(
    left: PanelView, right: PanelView, expected: Verdict
) -> None:
    assert verdict(left, right) == expected


def test_nobody_has_won_while_somebody_works() -> None:
    working = view(recordings.constraint_search()[:-1])
    assert verdict(working, working).key == "verdict_running"
    assert verdict(ended(1.0), working).key == "verdict_right_running"
    assert verdict(working, ended(1.0)).key == "verdict_left_running"


def test_a_run_that_broke_off_gives_no_verdict() -> None:
    broken = broken_off(view(recordings.constraint_search()[:-1]))
    assert verdict(broken, ended(1.0)).key == "verdict_stopped"


def test_answers_are_compared_by_value_where_there_is_one() -> None:
    assert agreement(ended(1, value="5"), ended(2, answer="five", value="5")) == "same_answer"
    assert agreement(ended(1, answer="Oslo "), ended(2, answer="oslo")) == "same_answer"
    assert agreement(ended(1), ended(2, answer="Bern")) == "other_answer"
    assert agreement(ended(1), ended(2, "abstained")) == ""


def test_costs_are_counted_along_the_way_and_measured_at_the_end() -> None:
    events = recordings.constraint_search()
    working, done = view(events[:-1]), view(events)
    assert spent(working, "forwards") == len(working.forwards)
    assert spent(working, "model_seconds") is None
    assert done.result is not None
    assert spent(done, "forwards") == done.result.metrics.forwards
    assert {cost.name for cost in costs(working, done)} >= {"seconds", "forwards", "turns"}


def test_the_longer_bar_sets_the_scale() -> None:
    by_name = {cost.name: cost for cost in costs(ended(1.0), ended(4.0))}
    assert by_name["seconds"].most == 4.0
    assert by_name["turns"].most == 0.0
