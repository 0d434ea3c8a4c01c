"""Traditional characters are read as simplified ones, each in its place."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.lexicon.traditional import TRADITIONAL_FILE, simplified
from agent.link import Linker
from tools.types import Entity, FieldRef


@pytest.mark.parametrize(
    ("traditional", "wanted"),
    [
        ("費米後來是在哪個國家過世的？", "费米后来是在哪个国家过世的？"),
        ("瑞士住著多少人", "瑞士住著多少人"),
        ("這裡住著多少人", "这里住着多少人"),
        ("最著名的諾貝爾獎得主", "最著名的诺贝尔奖得主"),
        ("矽跟鈽哪個重", "硅跟钚哪个重"),
        ("How many people live in Zürich?", "How many people live in Zürich?"),
    ],
)
def test_a_text_is_read_in_simplified_characters(traditional: str, wanted: str) -> None:
    assert simplified(traditional) == wanted


@given(st.text())
def test_every_character_stays_in_its_place(text: str) -> None:
    assert len(simplified(text)) == len(text)


def test_no_character_is_both_traditional_and_read_as_such() -> None:
    table = tomllib.loads(TRADITIONAL_FILE.read_text("utf-8"))
    assert len(set(table["traditional"])) == len(table["traditional"]) == len(table["simplified"])
    assert not set(table["traditional"]) & set(table["simplified"])


def test_a_question_in_traditional_characters_links_as_in_simplified_ones(linker: Linker) -> None:
    brief = linker.link("義大利的失業率比紐西蘭高多少？")
    found = {p.target.id for p in brief.pointers if isinstance(p.target, Entity | FieldRef)}
    assert {"country/ITA", "country/NZL", "unemployment"} <= found
    assert brief.question == "義大利的失業率比紐西蘭高多少？"
