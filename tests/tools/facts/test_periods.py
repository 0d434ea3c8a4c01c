"""Periods have one order: newest first, a year before its parts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tools.facts.periods import newest_first, same_year


def test_newest_comes_first_and_undated_last() -> None:
    periods = ["", "2023", "2024-11", "2026Q2", "FY2025", "2025Q4", "2024-11-05", "2024Q1"]
    assert sorted(periods, key=newest_first) == [
        "2026Q2", "FY2025", "2025Q4", "2024-11-05", "2024-11", "2024Q1", "2023", "",
    ]  # fmt: skip


@given(st.integers(min_value=1000, max_value=9999))
def test_a_year_and_its_fiscal_spelling_stand_for_each_other(year: int) -> None:
    assert same_year(str(year)) == f"FY{year}"
    assert same_year(f"FY{year}") == str(year)
    assert same_year(f"{year}Q1") is None
