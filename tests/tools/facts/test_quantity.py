"""Numbers are read as sources write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.facts.quantity import parse_number, plain, stated_year


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$308.683 billion (2024 est.)", "308683000000"),
        ("47,735,685 (2025 est.)", "47735685"),
        ("81.9% (2023 est.)", "81.9"),
        ("2,381,740 sq km", "2381740"),
        ("1.284 million sq km", "1284000"),
        ("77.9 years", "77.9"),
        ("-$1.5 billion", "-1500000000"),
        ("-0.3% (2022 est.)", "-0.3"),
        ("2631.2±1.7", "2631.2"),
        ("1.5e3", "1500"),
        ("0 km (landlocked)", "0"),
    ],
)
def test_numbers_are_scaled_to_base_units(text: str, number: str) -> None:
    assert parse_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "?", "uninhabited", "NA", "(2017 est.) 77.9"])
def test_text_without_a_leading_number_has_none(text: str) -> None:
    assert parse_number(text) is None


def test_the_stated_year_is_found() -> None:
    assert stated_year("41.7% (2018 est.)") == "2018"
    assert stated_year("998 km") == ""


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6
    )
)
def test_a_plain_number_reads_back_as_itself(number: Decimal) -> None:
    text = plain(number)
    assert "e" not in text.lower()
    assert parse_number(text) == number
