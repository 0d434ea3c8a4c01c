"""Periods of companies' statements: what is stated, what can be worked out, and what cannot."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.sources.filings import Concept, Statement


def stated(
    start: str | None, end: str, value: int, form: str = "10-Q", filed: str = "", year: int = 0
) -> Statement:
    """A statement filed 30 days after its end unless said otherwise; one filing a day."""
    first = date.fromisoformat(start) if start else None
    last = date.fromisoformat(end)
    on = date.fromisoformat(filed) if filed else last + timedelta(days=30)
    return Statement(first, last, Decimal(value), form, on, f"{on}/{form}", year or None)


def value_of(concept: Concept, period: str) -> int | None:
    found = concept.of(period)
    return None if found is None else int(found[1].best.value)


def test_the_newest_filing_stands_and_the_older_value_stays_behind_it() -> None:
    concept = Concept(
        [
            stated("2024-01-01", "2024-03-31", 10, filed="2024-04-20"),
            stated("2024-01-01", "2024-03-31", 12, filed="2025-04-20"),
            stated("2024-01-01", "2024-03-31", 10, filed="2024-07-20"),
        ]
    )
    found = concept.of("2024Q1")
    assert found is not None
    assert [int(told.value) for told in found[1].statements] == [12, 10]


def test_a_report_goes_before_a_newer_proxy_statement() -> None:
    year = ("2024-01-01", "2024-12-31")
    concept = Concept(
        [stated(*year, 98000, "10-K", "2025-01-30"), stated(*year, 98, "DEF 14A", "2025-04-15")]
    )
    assert value_of(concept, "FY2024") == 98000
    assert len(concept.spans[0].statements) == 1


def test_a_proxy_statement_alone_is_better_than_nothing() -> None:
    concept = Concept([stated("2024-01-01", "2024-12-31", 98, "DEF 14A", "2025-04-15")])
    assert value_of(concept, "FY2024") == 98


def test_the_fiscal_year_is_that_of_the_report_whose_latest_period_it_is() -> None:
    """A report for fiscal 2024 also repeats 2023, under its own `fy` of 2024."""
    concept = Concept(
        [
            stated("2023-01-30", "2024-01-28", 1, "10-K", "2025-03-20", 2024),
            stated("2024-01-29", "2025-02-02", 2, "10-K", "2025-03-20", 2024),
            stated("2023-01-30", "2024-01-28", 1, "10-K", "2024-03-20", 2023),
        ]
    )
    assert [period for period, _ in concept.series()] == ["FY2024", "FY2023"]


def test_a_year_that_is_called_by_its_end_keeps_its_name() -> None:
    concept = Concept([stated("2024-01-29", "2025-01-26", 5, "10-K", "2025-02-26", 2025)])
    assert value_of(concept, "FY2025") == 5
    assert value_of(concept, "2025") == 5
    assert value_of(concept, "FY2024") is None


@pytest.mark.parametrize(
    ("start", "end", "period"),
    [
        ("2024-01-01", "2024-03-31", "2024Q1"),
        ("2023-12-31", "2024-03-30", "2024Q1"),
        ("2024-05-13", "2024-09-01", "2024Q3"),  # 16 weeks
        ("2024-05-06", "2024-09-01", "2024Q3"),  # 17 weeks
        ("2024-10-28", "2025-01-26", "2024Q4"),
        ("2024-01-01", "2024-03-22", ""),  # 82 days
        ("2024-01-01", "2024-04-29", ""),  # 120 days
        ("2024-01-01", "2024-06-30", ""),
    ],
)
def test_a_quarter_has_83_to_119_days(start: str, end: str, period: str) -> None:
    assert Concept(()).period(stated(start, end, 1)) == period


def test_two_quarters_of_a_season_keep_the_one_that_fills_it() -> None:
    """A company with quarters of 12, 12, 12 and 16 weeks ends two of them in the middle of spring."""
    winter = stated("2024-11-25", "2025-02-16", 1)
    spring = stated("2025-02-17", "2025-05-11", 2)
    concept = Concept([winter, spring])
    assert value_of(concept, "2025Q1") == 1
    assert value_of(concept, "2025-05-11") == 2


def test_a_quarter_is_the_difference_of_stretches_from_the_same_start() -> None:
    concept = Concept(
        [stated("2024-01-01", "2024-09-30", 70), stated("2024-01-01", "2024-12-31", 100, "10-K")]
    )
    difference = concept.derived("2024Q4")
    assert difference is not None
    quarter = difference.quarter
    assert (quarter.start, quarter.end, quarter.value) == (
        date(2024, 10, 1),
        date(2024, 12, 31),
        Decimal(30),
    )


def test_stretches_from_different_starts_give_no_quarter() -> None:
    concept = Concept(
        [stated("2024-01-02", "2024-09-30", 70), stated("2024-01-01", "2024-12-31", 100, "10-K")]
    )
    assert concept.of("2024Q4") is None
    assert concept.derived("2024Q4") is None
    assert concept.has_stretch_to("2024Q4")


def test_half_a_year_is_no_quarter() -> None:
    concept = Concept(
        [stated("2024-01-01", "2024-06-30", 40), stated("2024-01-01", "2024-12-31", 100, "10-K")]
    )
    assert concept.derived("2024Q4") is None


def test_a_balance_goes_by_its_fiscal_year_its_quarter_and_its_day() -> None:
    concept = Concept([stated(None, "2024-12-31", 7, "10-K", "2025-01-30", 2024)])
    for period in ("FY2024", "2024", "2024Q4", "2024-12-31"):
        assert value_of(concept, period) == 7
    assert value_of(concept, "2024Q3") is None


DAYS = st.dates(date(2015, 1, 1), date(2026, 1, 1))
STATEMENTS = st.builds(
    Statement,
    st.one_of(st.none(), DAYS),
    DAYS,
    st.integers(-(10**6), 10**6).map(Decimal),
    st.sampled_from(["10-K", "10-Q", "8-K", "DEF 14A", "10-K/A"]),
    DAYS,
    st.sampled_from(["a", "b", "c"]),
    st.one_of(st.none(), st.integers(2014, 2027)),
)


@given(st.lists(STATEMENTS, max_size=12))
def test_a_difference_never_mixes_starts_and_is_always_a_quarter(told: list[Statement]) -> None:
    concept = Concept(told)
    assert all(concept.of(period) for period, _ in concept.series())
    for quarter in (f"{year}Q{number}" for year in (2016, 2020, 2024) for number in range(1, 5)):
        if difference := concept.derived(quarter):
            assert difference.longer.best.start == difference.shorter.best.start
            assert 83 <= difference.quarter.n_days <= 119
            total = difference.shorter.best.value + difference.quarter.value
            assert total == difference.longer.best.value
