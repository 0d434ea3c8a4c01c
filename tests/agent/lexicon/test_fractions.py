"""Parts in words are percentages, unless they are parts of a year or of a prize."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agent.lexicon.fractions import fractions
from tools.types import Quantity


@pytest.mark.parametrize(
    ("text", "percent", "said"),
    [
        ("at least a quarter of the vans were electric", "25", "a quarter"),
        ("three-quarters of all people", "75", "three-quarters"),
        ("where forest takes more than one fifth", "20", "one fifth"),
        ("城市人口超过四分之三的国家", "75", "四分之三"),
        ("至少5分之2", "40", "5分之2"),
        ("fewer than one in ten people", "10", "one in ten"),
        ("nine out of ten people live there", "90", "nine out of ten"),
        ("where 3 in 4 adults can read", "75", "3 in 4"),
        ("每十个人里有九个住在城里", "90", "每十个人里有九个"),
    ],
)
def test_a_part_in_words_is_a_percentage(text: str, percent: str, said: str) -> None:
    found = list(fractions(text))
    assert [each.target for each in found] == [Quantity(Decimal(percent), "%")]
    assert text[found[0].start : found[0].end] == said


@pytest.mark.parametrize(
    "text",
    [
        "the third quarter of 2023",
        "over a quarter of 2024",
        "who got a quarter of the prize",
        "more than a quarter later",
        "谁拿了三分之一的奖金",
        "百分之五",
        "0分之3",
        "three missions in ten days",
        "one in 2023",
    ],
)
def test_what_is_no_share_is_left_alone(text: str) -> None:
    assert list(fractions(text)) == []
