"""Periods and dates are read in both languages and compared no finer than they are known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.values.periods import (
    Moment,
    full_years,
    is_other_reading,
    nearest,
    order,
    read_moment,
    read_period,
)


@pytest.mark.parametrize(
    ("said", "spelled"),
    [
        ("2025", "2025"),
        ("2025年", "2025"),
        ("the year 2025", "2025"),
        ("FY2025", "FY2025"),
        ("fy 2025", "FY2025"),
        ("fiscal 2025", "FY2025"),
        ("fiscal year 2025", "FY2025"),
        ("2025财年", "FY2025"),
        ("2026Q2", "2026Q2"),
        ("Q2 2026", "2026Q2"),
        ("Q2 of 2026", "2026Q2"),
        ("second quarter of 2026", "2026Q2"),
        ("2026年第二季度", "2026Q2"),
        ("2026年二季度", "2026Q2"),
        ("2024-11", "2024-11"),
        ("November 2024", "2024-11"),
        ("2024年11月", "2024-11"),
        ("5 November 2024", "2024-11-05"),
        ("November 5, 2024", "2024-11-05"),
        ("2024年11月5日", "2024-11-05"),
    ],
)
def test_spellings_of_a_period_become_the_tables(said: str, spelled: str) -> None:
    assert read_period(said) == spelled


@pytest.mark.parametrize("said", ["", "Norway", "25", "2024-13", "2024Q5", "12345", "2024-11-99"])
def test_what_is_no_period_is_not_read(said: str) -> None:
    assert read_period(said) is None


@given(st.text(max_size=40))
def test_any_text_is_a_period_or_none(text: str) -> None:
    spelled = read_period(text)
    assert spelled is None or read_period(spelled) == spelled


def test_an_unknown_month_leaves_a_year() -> None:
    assert read_moment("1943-00-00") == Moment(1943)


def test_dates_compare_at_the_precision_asked_for() -> None:
    assert order(Moment(1950, 5, 1), Moment(1950)) == 0
    assert order(Moment(1951, 1, 1), Moment(1950)) == 1
    assert order(Moment(1950, 5), Moment(1950, 6)) == -1


def test_a_date_known_too_coarsely_is_not_ordered() -> None:
    assert order(Moment(1950), Moment(1950, 6)) is None


@pytest.mark.parametrize(
    ("one", "other", "years"),
    [
        (Moment(1879, 3, 14), Moment(1921, 3, 13), 41),
        (Moment(1879, 3, 14), Moment(1921, 3, 14), 42),
        (Moment(1921, 3, 13), Moment(1879, 3, 14), 41),
        (Moment(1879, 3, 14), Moment(1921), 42),
        (Moment(2000, 2), Moment(2001, 1), 0),
    ],
)
def test_full_years(one: Moment, other: Moment, years: int) -> None:
    assert full_years(one, other) == years


def test_the_nearest_periods_come_first() -> None:
    known = ["2019", "2024", "FY2022", "2022Q4", ""]
    assert nearest(known, "2022") == ("FY2022", "2022Q4", "2024", "2019")


@pytest.mark.parametrize(
    ("period", "wanted", "is_other"),
    [
        ("FY2024", "2024", True),
        ("2024", "FY2024", True),
        ("2024", "2024", False),
        ("FY2023", "2024", False),
        ("2024Q3", "2024", False),
        ("2024Q2", "2024Q3", False),
        ("", "2024", False),
        ("", "FY", False),
    ],
)
def test_only_the_same_year_is_another_reading(period: str, wanted: str, is_other: bool) -> None:
    assert is_other_reading(period, wanted) is is_other
