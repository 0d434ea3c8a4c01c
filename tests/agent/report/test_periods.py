from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.report.periods import between, brief, holes, moment, said, shifted, spelled, year_ago

PERIODS = st.one_of(
    st.builds("{}Q{}".format, st.integers(1900, 2100), st.integers(1, 4)),
    st.builds("{}-{:02}".format, st.integers(1900, 2100), st.integers(1, 12)),
    st.builds("FY{}".format, st.integers(1900, 2100)),
    st.builds("{}".format, st.integers(1900, 2100)),
)


@given(PERIODS, st.integers(-20, 20))
def test_steps_forth_and_back_return(period: str, steps: int) -> None:
    there = shifted(period, steps)
    assert there is not None
    assert shifted(there, -steps) == period


@given(PERIODS)
def test_a_period_is_spelled_as_it_was_read(period: str) -> None:
    assert spelled(moment(period)) == period


@given(PERIODS, st.integers(1, 12))
def test_between_holds_every_step(period: str, steps: int) -> None:
    last = shifted(period, steps)
    assert last is not None
    span = between(period, last)
    assert len(span) == steps + 1
    assert holes((period, last)) == span[1:-1]


def test_quarters_and_months_have_a_year_ago_and_years_do_not() -> None:
    assert year_ago("2025Q3") == "2024Q3"
    assert year_ago("2024-11") == "2023-11"
    assert year_ago("2024") is None


@pytest.mark.parametrize(
    ("period", "english", "chinese", "short"),
    [
        ("2025Q3", "the third quarter of 2025", "2025年第三季度", "Q3 2025"),
        ("FY2025", "fiscal 2025", "2025财年", "FY 2025"),
        ("2024-11", "November 2024", "2024年11月", "November 2024"),
        ("1903-02-05", "5 February 1903", "1903年2月5日", "5 February 1903"),
        ("1943-00-00", "1943", "1943年", "1943"),
        ("2024", "2024", "2024年", "2024"),
        ("now and then", "now and then", "now and then", "now and then"),
    ],
)
def test_periods_in_words(period: str, english: str, chinese: str, short: str) -> None:
    assert (said(period, "en"), said(period, "zh"), brief(period, "en")) == (
        english,
        chinese,
        short,
    )
