"""Faults of a plan that need no evidence."""

from __future__ import annotations

import pytest

from agent.faults import Fault, fault, least_sure
from agent.plan import row_of
from agent.types import N_ARGS, N_ROWS, NIL, Plan, Row


def written(*lines: str) -> Plan:
    """A plan of rows as a gold plan writes them; the last line is the ending."""
    rows = []
    for n, line in enumerate(lines, 1):
        tool, *words = line.split()
        index = N_ROWS if tool == "finish" else n
        rows.append(Row(index, tool, (*words, *[NIL] * (N_ARGS - len(words)))))
    return Plan(tuple(rows))


def faults(plan: Plan) -> dict[int, Fault]:
    return {row.index: found for row in plan.rows if (found := fault(plan, row))}


@pytest.mark.parametrize(
    "lines",
    [
        ("lookup @1 %1", "finish #1"),
        ("lookup @1 %1 @3", "lookup @2 %1 @3", "calculate ratio #1 #2", "finish #3"),
        ("search @1", "verify #1 %1 > @2", "lookup #2 %2", "calculate argmax #3", "finish #4"),
        ("lookup @1 %1", "lookup @1 %2", "finish #1 #2"),
        ("search @1", "lookup #1 %1", "finish #1 #2"),
        ("calculate sum @1 @1", "finish #1"),
    ],
)
def test_a_plan_in_which_every_row_serves_has_no_fault(lines: tuple[str, ...]) -> None:
    assert faults(written(*lines)) == {}


def test_the_second_of_two_equal_rows_repeats() -> None:
    plan = written("lookup @1 %1 @3", "lookup @1 %1 @3", "calculate ratio #1 #2", "finish #3")
    assert faults(plan) == {2: Fault("repeats", (1, 2, 3))}


@pytest.mark.parametrize(
    ("line", "columns"),
    [("calculate growth #1 #1", (2, 3)), ("verify #1 ∅ < #1", (1, 4))],
)
def test_a_row_that_compares_something_with_itself(line: str, columns: tuple[int, ...]) -> None:
    plan = written("lookup @1 %1", line.replace("∅", NIL), "finish #2")
    assert faults(plan) == {2: Fault("itself", columns)}


def test_an_ending_that_stops_before_the_row_built_upon_it_is_to_blame() -> None:
    plan = written("search @1", "verify #1 %1 = @2", "finish #1")
    assert faults(plan) == {N_ROWS: Fault("unused", (1,))}


def test_an_ending_is_not_judged_before_the_plan_is_complete() -> None:
    plan = written("search @1", "verify #1 %1 = @2", "finish #1")
    ending = row_of(plan, N_ROWS)
    assert ending is not None
    assert fault(plan, ending, is_complete=False) is None


def test_the_word_written_with_the_least_confidence_is_blamed() -> None:
    plan = written("lookup @1 %1", "lookup @1 %1", "finish #1 #2")
    assert least_sure(plan.rows[1], (1, 2), {"2.1": 0.9, "2.2": 0.4}) == 2
    assert least_sure(plan.rows[1], (1, 2), {"2.2": 0.99}) == 2
