"""Dates are moved by durations and are apart by days and months, never more finely than they are known."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.facts import FewFacts
from tests.tools.conftest import Run
from tools.toolbox import Toolbox
from tools.types import Call, Failed, Scalar

TOOLBOX = Toolbox(FewFacts())


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1879-03-14 + 90 days", "1879-06-12"),
        ("90 days + 1879-03-14", "1879-06-12"),
        ("1879-03-14 - 2 weeks", "1879-02-28"),
        ("1879-03-14 + 76 years", "1955-03-14"),
        ("2024-01-31 + 1 month", "2024-02-29"),
        ("2024-02-29 - 1 year", "2023-02-28"),
        ("2024-03-31 - 25 months", "2022-02-28"),
    ],
)
def test_a_date_is_moved(run: Run, expression: str, value: str) -> None:
    found = run("calculate", expression=expression)
    assert isinstance(found, Scalar), found
    assert found.value == value


@pytest.mark.parametrize(
    ("known", "expression", "value"),
    [
        ("1859", "#1 + 30 years", "1889"),
        ("1859", "#1 + 24 months", "1861"),
        ("2024-11", "#1 + 3 months", "2025-02"),
    ],
)
def test_a_coarse_date_stays_coarse(run: Run, known: str, expression: str, value: str) -> None:
    found = run("calculate", {"#1": Scalar(known)}, expression=expression)
    assert isinstance(found, Scalar), found
    assert found.value == value


def test_a_calendar_year_is_moved_by_years(run: Run) -> None:
    found = run("calculate", {"#1": Scalar(Decimal(1921), "year")}, expression="#1 - 30 years")
    assert isinstance(found, Scalar)
    assert (found.value, found.unit, found.derivation) == (Decimal(1891), "year", "1921 − 30 years")


@pytest.mark.parametrize(
    ("expression", "value", "unit"),
    [
        ("1955-04-18 - 1879-03-14", 27793, "days"),
        ("1879-03-14 - 1955-04-18", -27793, "days"),
        ("days(1879-03-14, 1955-04-18)", 27793, "days"),
        ("months(2024-03-30, 2024-01-31)", 1, "months"),
        ("months(2024-01-31, 2024-03-31)", 2, "months"),
        ("days(2000-01-01, 2001-01-01) in weeks", Decimal(366) / 7, "weeks"),
    ],
)
def test_two_dates_are_apart(run: Run, expression: str, value: Decimal, unit: str) -> None:
    found = run("calculate", expression=expression)
    assert isinstance(found, Scalar), found
    assert isinstance(found.value, Decimal)
    assert abs(found.value - value) < Decimal("1e-15")
    assert found.unit == unit


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("2025Q3 + 3 months", "2025Q3 is no date"),
        ("FY2024 + 1 year", "FY2024 is no date"),
        ("2023-02-30 + 1 day", "no day of the calendar"),
        ("1879-03-14 + 3 km", "moves by days"),
        ("1879-03-14 + 1.5 days", "whole steps"),
        ("1879-03-14 + 99999 years", "out of the years"),
        ("#1 + 3 days", "not known to the day"),
        ("#1 - 3 months", "not known to the month"),
        ("Oslo + 1 day", "'Oslo' is no number"),
        ("1879-03-14 + 3", "is a text"),
    ],
)
def test_what_is_no_date_is_refused(run: Run, expression: str, said: str) -> None:
    found = run("calculate", {"#1": Scalar("1859")}, expression=expression)
    assert isinstance(found, Failed), found
    assert said.lower() in found.detail.lower()


@given(st.dates(date(2, 1, 1), date(9998, 1, 1)), st.integers(-300, 300))
def test_moving_by_days_is_what_the_calendar_says(day: date, n: int) -> None:
    expression = f"{day.isoformat()} {'-' if n < 0 else '+'} {abs(n)} days"
    found = TOOLBOX.run(Call("calculate", {"expression": expression}))
    assert isinstance(found, Scalar)
    assert found.value == (day + timedelta(days=n)).isoformat()
