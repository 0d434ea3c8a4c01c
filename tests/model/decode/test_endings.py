"""Rules that end something: Prophet the block, the stop rules the text."""

from __future__ import annotations

import math

import pytest
from torch import Tensor

from model.decode.ending import StopBan, StopCut
from model.decode.prophet import Prophet, lead
from model.decode.threshold import Threshold
from model.decode.top_k import TopK
from model.view import View
from tests.model.scored import revealed, scores_of
from tests.model.views import view_of

STOP = 9


def margins(confidence: list[float], gaps: list[float]) -> list[float]:
    """Margins at which the proposals lead their rivals by these gaps in nats."""
    return [c - c * math.exp(-gap) for c, gap in zip(confidence, gaps, strict=True)]


def test_the_lead_is_the_gap_of_the_logits() -> None:
    scores = scores_of([0.6, 0.5, 1.0], margin=[0.4, 0.5, 1.0])
    assert lead(scores).tolist() == pytest.approx([math.log(3), math.inf, math.inf], rel=1e-5)
    narrow = scores_of([0.5, 0.2], margin=margins([0.5, 0.2], [4.0, 0.5]))
    assert lead(narrow).tolist() == pytest.approx([4.0, 0.5], rel=1e-4)


@pytest.mark.parametrize(
    ("step", "gap", "is_all"),
    [
        (1, 7.4, False),
        (1, 7.6, True),
        (4, 4.9, False),
        (4, 5.1, True),
        (7, 2.4, False),
        (7, 2.6, True),
    ],
)
def test_prophet_asks_for_less_the_later_it_is(step: int, gap: float, is_all: bool) -> None:
    view = view_of([True] * 4, steps_left=10 - step, step=step, region=[0, 0, 1, 1])
    confidence = [0.3, 0.2, 0.6, 0.6]
    scores = scores_of(confidence, margin=margins(confidence, [0.1, 0.1, gap - 0.1, gap + 0.1]))
    inner = TopK()
    expected = [0, 1, 2, 3] if is_all else revealed(inner, view, scores)
    assert revealed(Prophet(inner), view, scores) == expected


def test_prophet_looks_at_the_first_masked_cells_of_the_answer() -> None:
    view = view_of([True] * 4, steps_left=9)
    confidence, gaps = [0.5] * 4, [9.0, 9.0, 1.0, 1.0]
    scores = scores_of(confidence, margin=margins(confidence, gaps))
    taken = {
        (answer, watched): len(
            revealed(Prophet(TopK(), watched=watched, answer=answer), view, scores)
        )
        for answer in ("last", "all")
        for watched in (2, 4)
    }
    assert taken == {("last", 2): 1, ("last", 4): 1, ("all", 2): 4, ("all", 4): 1}


def test_prophet_ends_the_block_once_the_answer_is_revealed() -> None:
    view = view_of([True, True, False], steps_left=9)
    assert revealed(Prophet(TopK()), view, scores_of([0.3, 0.2])) == [0, 1]


def test_prophet_waits_while_the_answer_is_out_of_the_inner_rules_sight() -> None:
    class FirstOnly(TopK):
        def eligible(self, view: View) -> Tensor:
            return view.masked & (view.region == 0)

    view = view_of([True] * 3, steps_left=3, region=[0, 0, 1])
    assert revealed(Prophet(FirstOnly()), view, scores_of([1.0, 1.0])) == [0]


def test_a_stop_token_is_not_sure_before_its_time() -> None:
    inner = Threshold(0.9)
    scores = scores_of([0.95, 0.99, 0.2], token=[1, STOP, 2])
    early = view_of([True] * 3, stop_ids=(STOP,))
    assert revealed(StopBan(inner), early, scores) == [0]
    assert revealed(StopBan(inner), view_of([True] * 3), scores) == [0, 1]
    late = view_of([False] * 3 + [True] * 3, stop_ids=(STOP,))
    assert revealed(StopBan(inner, until=0.5), late, scores) == [3, 4]
    assert revealed(StopBan(inner, until=0.6), late, scores) == [3]


def test_a_canvas_of_stop_tokens_alone_still_moves() -> None:
    view = view_of([True] * 3, stop_ids=(STOP,))
    assert revealed(StopBan(Threshold()), view, scores_of([0.5, 0.99, 0.7], token=[STOP] * 3)) == [
        0
    ]


def test_what_stands_behind_a_stop_token_is_revealed_with_it() -> None:
    view = view_of([True] * 5, stop_ids=(STOP,))
    scores = scores_of([0.1, 0.2, 0.95, 0.1, 0.1], token=[1, 1, STOP, 1, STOP])
    assert revealed(StopCut(Threshold()), view, scores) == [2, 3, 4]
    elsewhere = scores_of([0.1, 0.95, 0.1, 0.1, 0.1], token=[1, 1, STOP, 1, STOP])
    assert revealed(StopCut(Threshold()), view, elsewhere) == [1]


def test_a_stop_token_revealed_before_cuts_as_well() -> None:
    view = view_of([True, False, True, True], ids=[0, STOP, 0, 0], stop_ids=(STOP,))
    scores = scores_of([0.3, 0.2, 0.1], token=[1, 1, 1])
    assert revealed(StopCut(Threshold()), view, scores) == [0, 2, 3]


def test_rules_around_a_rule_nest() -> None:
    view = view_of([True] * 4, steps_left=4, stop_ids=(STOP,))
    scores = scores_of([0.3, 0.99, 0.2, 0.1], token=[1, STOP, 1, 1])
    assert revealed(StopCut(TopK()), view, scores) == [1, 2, 3]
    assert revealed(StopCut(StopBan(TopK())), view, scores) == [0]
