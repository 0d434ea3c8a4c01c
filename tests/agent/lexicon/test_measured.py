"""Periods and numbers, as people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.lexicon.periods import periods
from agent.lexicon.quantities import quantities
from tools.types import Period, Quantity


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("revenue in Q3 2025?", "2025Q3"),
        ("2025Q3", "2025Q3"),
        ("the third quarter of 2025", "2025Q3"),
        ("2025年第三季度的营收", "2025Q3"),
        ("从2025Q3到", "2025Q3"),
        ("fiscal year 2024", "FY2024"),
        ("FY2024", "FY2024"),
        ("2024财年", "FY2024"),
        ("who won in 1921", "1921"),
        ("over 2014, 2019", "2014"),
        ("1921年诺贝尔奖", "1921"),
    ],
)
def test_a_period_is_read_in_the_tables_spelling(text: str, period: str) -> None:
    assert Period(period) in [found.target for found in periods(text)]


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("more than 10 million people", "10000000", ""),
        ("above 5,000 m", "5000", "m"),
        ("larger than 2.5 billion dollars", "2500000000", "USD"),
        ("超过300亿美元", "30000000000", "USD"),
        ("海拔超过8000米", "8000", "m"),
        ("over 20%", "20", "%"),
        ("longer than 1,000 kilometres", "1000", "km"),
        ("3,600 K", "3600", "K"),
        ("面积大于7.8万平方公里", "78000", "km2"),
    ],
)
def test_a_number_is_scaled_to_base_units(text: str, number: str, unit: str) -> None:
    assert Quantity(Decimal(number), unit) in [found.target for found in quantities(text)]


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error_and_spans_lie_inside_it(text: str) -> None:
    for found in [*periods(text), *quantities(text)]:
        assert 0 <= found.start < found.end <= len(text)
