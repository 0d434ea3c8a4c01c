"""Quantities are read as written, and units survive conversion and arithmetic."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.types import Quantity
from tools.values.units import convert, is_percent, kind_of, over, raised, read_quantity, times


@pytest.mark.parametrize(
    ("said", "number", "unit"),
    [
        ("25", "25", ""),
        ("1,234,567.5", "1234567.5", ""),
        ("-3", "-3", ""),
        ("25 billion", "25000000000", ""),
        ("3.5bn", "3500000000", ""),
        ("12k", "12000", ""),
        ("280.95亿", "28095000000", ""),
        ("5万人", "50000", "people"),
        ("$25 billion", "25000000000", "USD"),
        ("25 billion USD", "25000000000", "USD"),
        ("281亿美元", "28100000000", "USD"),
        ("12%", "12", "%"),
        ("12 percent", "12", "%"),
        ("8,849 metres", "8849", "m"),
        ("1.2 trillion", "1200000000000", ""),
        ("80 million acres", "80000000", "acres"),
        ("100 °F", "100", "°F"),
        ("60 miles per hour", "60", "mph"),
        ("500 people per square km", "500", "people/km2"),
        ("3亿桶", "300000000", "barrels"),
    ],
)
def test_quantities_in_both_languages(said: str, number: str, unit: str) -> None:
    assert read_quantity(said) == Quantity(Decimal(number), unit)


@pytest.mark.parametrize(
    "said", ["", "Norway", "3 apples", "3M Company", "12 34", "1960s", "1" * 61]
)
def test_what_is_no_quantity_is_not_read(said: str) -> None:
    assert read_quantity(said) is None


def test_the_field_settles_whether_m_means_metres() -> None:
    assert read_quantity("8000 m", "m") == Quantity(Decimal(8000), "m")
    assert read_quantity("8000 m", "people") == Quantity(Decimal("8e9"), "")


def test_a_new_unit_is_read_where_the_field_has_it() -> None:
    assert read_quantity("7 kg", "kg") == Quantity(Decimal(7), "kg")


@pytest.mark.parametrize(
    ("number", "unit", "to", "converted"),
    [
        ("2", "km", "m", "2000"),
        ("5", "", "USD", "5"),
        ("5", "USD", "", "5"),
        ("1", "GWh", "MWh", "1000"),
        ("3", "million barrels/day", "barrels/day", "3000000"),
        ("2", "10^24 kg", "t", "2e21"),
        ("36", "km/h", "m/s", "10"),
        ("1", "km3/s2", "m3/s2", "1e9"),
        ("5", "g/cm3", "kg/m3", "5000"),
        ("0", "°C", "K", "273.15"),
        ("5", "% of GDP", "percentage points", "5"),
    ],
)
def test_units_of_one_dimension_convert(number: str, unit: str, to: str, converted: str) -> None:
    assert convert(Decimal(number), unit, to) == Decimal(converted)


def test_units_of_different_dimensions_do_not_meet() -> None:
    assert convert(Decimal(1), "USD", "people") is None
    assert convert(Decimal(1), "USD", "EUR") is None
    assert convert(Decimal(1), "m2", "m3") is None
    assert convert(Decimal(1), "children per woman", "boys per girl") is None


def test_a_unit_says_what_it_measures() -> None:
    assert [kind_of(unit) for unit in ("acres", "km/min", "% of GDP", "USD", "ratio")] == [
        "area",
        "speed",
        "share",
        "money",
        "",
    ]


def test_units_are_carried_and_cancel() -> None:
    assert over("USD", "USD") == ""
    assert over("USD", "people") == "USD/people"
    assert times("USD/people", "people") == "USD"
    assert over("", "people") == "1/people"
    assert times("USD/people", "m") == "USD·m/people"
    assert times("km", "km") == "km2"
    assert raised("USD/people", Decimal(2)) == "USD^2/people^2"
    assert raised("km2", Decimal("0.5")) == "km"
    assert raised("km", Decimal("0.5")) is None


def test_shares_of_something_are_percentages() -> None:
    assert is_percent("% of GDP")
    assert is_percent("percent")
    assert not is_percent("USD")


@given(st.text(max_size=70), st.text(max_size=10))
def test_any_text_is_a_quantity_or_none(text: str, expected: str) -> None:
    assert isinstance(read_quantity(text, expected), Quantity | None)


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12
    )
)
def test_a_number_written_with_groups_is_read_back_exactly(number: Decimal) -> None:
    assert read_quantity(f"{number:,f}") == Quantity(number)
