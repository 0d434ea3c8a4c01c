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
        ("colder than minus 100 degrees", "-100", ""),
        ("warmer than minus fifty degrees", "-50", ""),
        ("a hundred degrees below zero", "-100", ""),
        ("more than 200 m below sea level", "-200", "m"),
        ("低于零下100度", "-100", ""),
        ("低于海平面200米的湖", "-200", "m"),
        ("revenue minus 3,000", "3000", ""),
        ("第四周期的元素", "4", ""),
        ("elements in the fourth row", "4", ""),
        ("metals of the 11th group", "11", ""),
        ("faster than 10 km/s", "10", "km/s"),
        ("每秒超过10公里，每秒10公里", "10", "km/s"),
        ("gravity above 10 m/s2", "10", "m/s2"),
        ("under 100 earth days", "100", "days"),
        ("planets without any moons", "0", ""),
        ("没有卫星的行星", "0", ""),
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


SPELLINGS = {
    "km2": "km2|km²|km^2|sq km|sq. km|sqkm|square km|square kilometre|square kilometer|square kms|平方公里|平方千米",
    "km": "km|kms|kilometre|kilometer|klick|公里|千米",
    "m": "m|metre|meter|mtr|米",
    "mi": "mile|mi|英里",
    "ft": "foot|feet|ft|英尺",
    "%": "%|％|percent|per cent|pct|percentage point|个百分点",
    "USD": "dollar|usd|us dollar|buck|美元|美金|刀",
    "SEK": "sek|krona|kronor|swedish kronor|瑞典克朗|克朗",
    "K": "kelvin|degrees kelvin|开尔文|开",
    "°C": "°c|degrees celsius|celsius|centigrade|摄氏度|℃",
    "h": "hour|hr|小时|个小时|钟头|个钟头",
    "days": "day|天",
    "years": "years old|year old|years of age|岁|周岁",
    "GWh": "gwh|gigawatt hour|吉瓦时",
    "t": "tonne|ton|metric ton|吨",
    "g/cm3": "g/cm3|g/cm³|grams per cubic centimetre|克每立方厘米",
}
UNSAID = "h|t|g|s|l|u|€|euro|yuan|元|人民币|cm|厘米|inch|acre|公顷|pound|公斤|years|yr|年|周|month|百分比|百分点|瓦时|mph|°f|W|瓦"


@pytest.mark.parametrize(
    ("unit", "spelling"),
    [(unit, each) for unit, spellings in SPELLINGS.items() for each in spellings.split("|")],
)
def test_a_number_takes_the_unit_behind_it(unit: str, spelling: str) -> None:
    is_word = spelling.isascii() and spelling[-1].isalpha() and spelling[-1] != "s"
    for said in (spelling, spelling.upper(), *([f"{spelling}s"] if is_word else [])):
        text = f"more than 12 {said}"
        found = next(quantities(text))
        assert (found.target, found.end) == (Quantity(Decimal(12), unit), len(text))


@pytest.mark.parametrize("spelling", UNSAID.split("|"))
def test_other_units_are_left_to_the_words(spelling: str) -> None:
    for said in (f"12 {spelling}", f"12{spelling}"):
        found = next(quantities(f"more than {said}"))
        assert isinstance(found.target, Quantity)
        assert found.target.unit == ""


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error_and_spans_lie_inside_it(text: str) -> None:
    for found in quantities(text):
        assert 0 <= found.start < found.end <= len(text)
