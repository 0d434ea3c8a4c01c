"""Numbers with their scales and units, in digits and in words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.lexicon.quantities import quantities
from tools.types import Quantity


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("more than 10 million people", "10000000", ""),
        ("above 5,000 m", "5000", "m"),
        ("mountains over 8k m", "8000", "m"),
        ("over 30m people", "30000000", ""),
        ("$2.5B", "2500000000", "USD"),
        ("larger than 2.5 billion dollars", "2500000000", "USD"),
        ("超过300亿美元", "30000000000", "USD"),
        ("海拔超过8000米", "8000", "m"),
        ("over 20%", "20", "%"),
        ("longer than 1,000 kilometres", "1000", "km"),
        ("73,000km", "73000", "km"),
        ("3,600 K", "3600", "K"),
        ("melts below 320 k", "320", "K"),
        ("面积大于7.8万平方公里", "78000", "km2"),
        ("more than thirty hours", "30", "h"),
        ("at least a million inhabitants", "1000000", ""),
        ("three oscars or more", "3", ""),
        ("四座奥斯卡以上", "4", ""),
        ("两千八百亿美元", "280000000000", "USD"),
        ("人口在百万以上", "1000000", ""),
        ("超过八千三百米", "8300", "m"),
        ("占两成", "20", "%"),
        ("百分之二十", "20", "%"),
    ],
)
def test_a_number_is_scaled_to_base_units(text: str, number: str, unit: str) -> None:
    assert Quantity(Decimal(number), unit) in [found.target for found in quantities(text)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("more than twice as many", "2"),
        ("did it double?", "2"),
        ("was it negative", "0"),
        ("是正的还是负的", "0"),
        ("翻了一番", "2"),
    ],
)
def test_words_that_imply_a_number_stay_in_the_text(text: str, number: str) -> None:
    implied = [found for found in quantities(text) if found.target == Quantity(Decimal(number))]
    assert implied
    assert all(found.keeps_words for found in implied)


@pytest.mark.parametrize(
    "text", ["one of the two", "哪一个国家", "二氧化碳", "百事可乐", "第一", "in the first place"]
)
def test_words_that_count_nothing_are_no_numbers(text: str) -> None:
    assert list(quantities(text)) == []


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error_and_spans_lie_inside_it(text: str) -> None:
    for found in quantities(text):
        assert 0 <= found.start < found.end <= len(text)
