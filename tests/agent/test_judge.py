"""Judging: numbers within tolerance and in any unit, sets in any order, abstention where it is right."""

from __future__ import annotations

import pytest

from agent.judge import Task, is_right
from agent.types import RunResult, Status


def result(value: str | None, unit: str | None = None, status: Status = "answered") -> RunResult:
    return RunResult(
        question="q", arm="diffusion", status=status, answer="", value=value, unit=unit
    )


def task(answer: str, *accept: str, unit: str = "", tolerance: float = 0.0) -> Task:
    return Task(id="t", question="q", answer=answer, accept=accept, unit=unit, tolerance=tolerance)


@pytest.mark.parametrize(
    ("gold", "said", "unit", "is_correct"),
    [
        (task("100", unit="USD", tolerance=0.01), "101", "USD", True),
        (task("100", unit="USD", tolerance=0.01), "101.1", "USD", False),
        (task("-100", tolerance=0.01), "-99.5", None, True),
        (task("100"), "100.0", None, True),
        (task("100"), "-100", None, False),
        (task("100", "-100"), "-100", None, True),
        (task("1", unit="km"), "1000", "m", True),
        (task("1", unit="km"), "1", "m", False),
        (task("1", unit="km"), "1", None, True),
        (task("1", unit="USD"), "1", "EUR", False),
        (task("0", tolerance=0.01), "0", None, True),
        (task("Norway; Sweden"), "Sweden; Norway", None, True),
        (task("Norway; Sweden"), "Norway", None, False),
        (task("Norway"), "Norway; Sweden", None, False),
        (task("Anne L’Huillier"), "anne l'huillier", None, True),
        (task("Türkiye", "Turkey"), "Turkey", None, True),
        (task("Dutch; French", "Dutch", "French"), "French", None, True),
        (task("supported"), "yes", None, True),
        (task("contradicted"), "yes", None, False),
        (task("1; 2.50"), "2.5; 1", None, True),
        (task("Norway"), "", None, False),
        (task("nan"), "nan", None, True),
    ],
)
def test_an_answer_is_compared_by_rule(
    gold: Task, said: str, unit: str | None, is_correct: bool
) -> None:
    assert is_right(gold, result(said, unit)) == is_correct


@pytest.mark.parametrize("status", ["abstained", "stopped", "failed"])
def test_what_is_not_answered_is_not_right(status: Status) -> None:
    assert not is_right(task("Norway"), result("Norway", status=status))


@pytest.mark.parametrize(
    ("status", "is_correct"),
    [("abstained", True), ("answered", False), ("stopped", False), ("failed", False)],
)
def test_the_unanswerable_is_right_only_when_abstained(status: Status, is_correct: bool) -> None:
    unanswerable = Task(id="t", question="q", unanswerable=True)
    assert is_right(unanswerable, result(None, status=status)) == is_correct
