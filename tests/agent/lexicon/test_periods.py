"""Periods, as people write and say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.lexicon.periods import periods
from tools.types import Period


def read(text: str) -> list[str]:
    return [found.target.text for found in periods(text) if isinstance(found.target, Period)]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("revenue in Q3 2025?", "2025Q3"),
        ("inflation in '21", "2021"),
        ("growth since '98", "1998"),
        ("2025Q3", "2025Q3"),
        ("the third quarter of 2025", "2025Q3"),
        ("Q3 '25", "2025Q3"),
        ("3Q25", "2025Q3"),
        ("last quarter of 2024", "2024Q4"),
        ("2025年第三季度的营收", "2025Q3"),
        ("二〇二五年第三季度", "2025Q3"),
        ("24年一季度", "2024Q1"),
        ("从2025Q3到", "2025Q3"),
        ("fiscal year 2024", "FY2024"),
        ("FY24", "FY2024"),
        ("fiscal year twenty twenty-two", "FY2022"),
        ("2024财年", "FY2024"),
        ("who won in 1921", "1921"),
        ("over 2014, 2019", "2014"),
        ("2022-2023", "2023"),
        ("1921年诺贝尔奖", "1921"),
        ("on 5 May 1985", "1985-05-05"),
        ("in March 2001", "2001-03"),
        ("1985年5月5日", "1985-05-05"),
        ("since twenty nineteen", "2019"),
        ("in this century", "2001"),
        ("08年的通胀", "2008"),
        ("98年以后得奖的", "1998"),
    ],
)
def test_a_period_is_read_in_the_tables_spelling(text: str, period: str) -> None:
    assert period in read(text)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("in the nineties", "1990", "1999"),
        ("winners from the 1970s", "1970", "1979"),
        ("上世纪90年代", "1990", "1999"),
        ("五十年代", "1950", "1959"),
        ("the 19th century", "1801", "1900"),
    ],
)
def test_a_decade_or_century_is_its_first_and_last_year(text: str, first: str, last: str) -> None:
    assert read(text) == [first, last]
    assert all(found.keeps_words for found in periods(text))


def test_bare_quarters_take_the_year_of_the_next_one() -> None:
    assert {"2023Q1", "2023Q2", "2023Q3"} <= set(read("Q1, Q2 and Q3 of 2023"))
    assert {"2024Q1", "2024Q2"} <= set(read("in 2024: Q1 vs Q2"))
    assert read("Q1 or Q2") == []


@pytest.mark.parametrize(
    ("text", "quarters"),
    [
        ("all four quarters of 2023", [1, 2, 3, 4]),
        ("the first half of 2023", [1, 2]),
        ("in 2023, second half", [3, 4]),
        ("2023年前三季度", [1, 2, 3]),
        ("2023年下半年", [3, 4]),
    ],
)
def test_quarters_taken_together_are_of_the_year_beside_them(
    text: str, quarters: list[int]
) -> None:
    assert {f"2023Q{n}" for n in quarters} == {p for p in read(text) if "Q" in p}


def test_half_a_year_without_a_year_is_no_period() -> None:
    assert read("the first half of the match") == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("was profit in 2024 under half of the year before?", "2023"),
        ("FY2024 against the previous fiscal year", "FY2023"),
        ("sold in 2019, and a year later?", "2020"),
        ("2023年和前一年相比", "2022"),
        ("苹果2024财年比上一财年", "FY2023"),
    ],
)
def test_a_year_next_to_a_named_one_is_a_period(text: str, meant: str) -> None:
    assert meant in read(text)


@pytest.mark.parametrize("text", ["born the year before 1950", "the year before", "目前年产量2020"])
def test_the_year_before_something_else_is_none(text: str) -> None:
    assert len(read(text)) == any(c.isdigit() for c in text)


@pytest.mark.parametrize("text", ["8,848 m", "$2000", "12.2019"])
def test_figures_are_no_years(text: str) -> None:
    assert read(text) == []


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error_and_spans_lie_inside_it(text: str) -> None:
    for found in periods(text):
        assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize("text", ["活了98年", "存在70年的公司", "60年后", "90年代", "第08年"])
def test_a_number_of_years_is_no_year(text: str) -> None:
    assert not {"1998", "1970", "1960", "2008"} & set(read(text))
