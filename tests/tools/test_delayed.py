"""Tools behind a wait answer late and the same."""

from __future__ import annotations

from decimal import Decimal
from time import perf_counter

from tools.delayed import DelayedTools
from tools.types import Call, Observation, Scalar

ANSWER = Scalar(Decimal(7), "people")


class Counting:
    """Answers every call, and remembers when."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def run(self, call: Call) -> Observation:
        self.times.append(perf_counter())
        return ANSWER


def test_an_answer_is_the_same_and_comes_after_the_wait() -> None:
    behind = Counting()
    began = perf_counter()
    assert DelayedTools(behind, 0.02).run(Call("lookup", {"source": "a"})) is ANSWER
    assert behind.times[0] - began >= 0.02


def test_what_works_on_what_is_at_hand_does_not_wait() -> None:
    behind = Counting()
    began = perf_counter()
    DelayedTools(behind, 30.0).run(Call("calculate", {"expression": "1 + 1"}))
    assert behind.times[0] - began < 30.0
