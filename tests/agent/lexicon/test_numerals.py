"""Numbers in words."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.lexicon.numerals import chinese, spoken


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("half a billion", "500000000"),
        ("two thousand eight hundred", "2800"),
        ("three hundred and fifty", "350"),
        ("one and a half million", "1500000"),
        ("two point five million", "2500000"),
        ("a dozen", "12"),
        ("forty-two", "42"),
    ],
)
def test_english_words_add_up(text: str, number: str) -> None:
    assert [n.number for n in spoken(text)] == [Decimal(number)]


@pytest.mark.parametrize(
    ("text", "year"), [("nineteen eighty-four", "1984"), ("twenty twenty-two", "2022")]
)
def test_years_are_said_in_pairs(text: str, year: str) -> None:
    (found,) = spoken(text)
    assert (found.number, found.is_year) == (Decimal(year), True)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("两千八百", "2800"),
        ("十四亿", "1400000000"),
        ("一万五", "15000"),
        ("一千零五", "1005"),
        ("一亿两千万", "120000000"),
        ("一点五亿", "150000000"),
        ("两万亿", "2000000000000"),
        ("二〇二五", "2025"),
        ("十", "10"),
    ],
)
def test_chinese_numerals_add_up(text: str, number: str) -> None:
    assert chinese(text) == Decimal(number)


def test_hundreds_before_kilometres_keep_the_unit() -> None:
    assert [n.number for n in spoken("三百千米")] == [Decimal(300)]
    assert [n.number for n in spoken("八千米")] == [Decimal(8000)]


@given(st.text(alphabet="零一二两三十百千万亿点 and hundred million one-two ", max_size=60))
def test_spans_lie_inside_and_apart(text: str) -> None:
    ends = [(n.start, n.end) for n in spoken(text)]
    assert all(0 <= start < end <= len(text) for start, end in ends)
    ordered = sorted(ends)
    assert all(one[1] <= other[0] for one, other in pairwise(ordered))


@given(st.integers(min_value=1, max_value=99_999))
def test_a_number_written_out_comes_back(number: int) -> None:
    assert chinese(_written(number)) == Decimal(number)


def _written(number: int) -> str:
    """Every place said, so that no short form is involved: 10203 → 一万零二百零三."""
    if number >= 10_000:
        rest = number % 10_000
        gap = "零" if rest and rest < 1000 else ""
        return f"{_written(number // 10_000)}万{gap}{_written(rest) if rest else ''}"
    said = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            said += "零一二三四五六七八九"[digit] + name
        elif said and number and not said.endswith("零"):
            said += "零"
    return said
