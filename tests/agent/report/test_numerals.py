from __future__ import annotations

from decimal import Decimal

import pytest

from agent.report.numerals import cell, exact, percent, phrase, points, times


@pytest.mark.parametrize(
    ("number", "unit", "english", "chinese"),
    [
        ("28095000000", "USD", "$28.10 billion", "280.95亿美元"),
        ("-2531000000", "USD", "−$2.53 billion", "−25.31亿美元"),
        ("146000000", "USD", "$146.0 million", "1.46亿美元"),
        ("0.39", "USD", "$0.39", "0.39美元"),
        ("497099", "vehicles", "497,099 vehicles", "497,099辆"),
        ("5572279", "people", "5.57 million people", "557.23万人"),
        ("18", "%", "18.0%", "18.0%"),
        ("-10.62", "%", "−10.62%", "−10.62%"),
        ("323802", "km2", "323,802 km²", "323,802平方公里"),
        ("0.0034", "g", "0.0034 g", "0.0034g"),
    ],
)
def test_numbers_in_words(number: str, unit: str, english: str, chinese: str) -> None:
    assert phrase(Decimal(number), unit, "en") == english
    assert phrase(Decimal(number), unit, "zh") == chinese


def test_a_table_keeps_digits_and_unit_apart() -> None:
    assert cell(Decimal("28095000000"), "USD", "en") == ("28.10", "billion USD")
    assert cell(Decimal("28095000000"), "USD", "zh") == ("280.95", "亿美元")


def test_numbers_of_any_size_can_be_shown() -> None:
    assert phrase(Decimal("1e40"), "kg", "en").endswith(" trillion kg")


def test_changes_carry_their_sign() -> None:
    assert percent(Decimal("0.2488"), signed=True) == "+24.9%"
    assert percent(Decimal("-0.003"), signed=True) == "−0.3%"
    assert points(Decimal("0.8"), "en", signed=True) == "+0.8 pp"
    assert points(Decimal("0.8"), "zh") == "0.8个百分点"
    assert times(Decimal("27.33")) == "27.3"


def test_an_exact_number_loses_no_digit() -> None:
    assert exact(Decimal("2777000000"), "USD", "en") == "2,777,000,000 USD"
    assert exact(Decimal("-10.62"), "%", "zh") == "−10.62%"
