"""Marks: words of a question that speak for a word of the plan canvas, and where their marks go."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import plan
from agent.lexicon import marks as lexicon
from agent.lexicon.marks import Mark, Place, marks
from agent.mentions import tokens

NUMBER = re.compile(r"\d[\d,.]*")
THING = re.compile(r"Norway|Chile|挪威|智利")


def places(pattern: re.Pattern[str], text: str) -> list[Place]:
    return [Place(match.start(), match.end()) for match in pattern.finditer(text)]


def marked(text: str) -> str:
    """The text with its marks in it, as a planner reads them."""
    found = marks(tokens(text), places(NUMBER, text), places(THING, text))
    for mark in reversed(found):
        text = f"{text[: mark.at]} {mark.word} {text[mark.at :]}"
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("over 5", ">"), ("more than about 5", ">"), ("north of 5", ">"), ("under 5", "<"),
        ("before the year 1950", "<"), ("at least 5", ">="), ("no fewer than 5", ">="), ("since 1950", ">="),
        ("no more than 5", "<="), ("up to 5", "<="), ("5 or more", ">="), ("5 metres and above", ">="),
        ("5 people or fewer", "<="), ("超过5", ">"), ("不到5", "<"), ("不少于5", ">="), ("至多5", "<="),
        ("5以上", ">="), ("5米以下", "<="), ("1950年以前", "<"), ("1950年之后", ">"), ("比5高", ">"), ("比5小", "<"),
        ("没有超过5", "<="), ("有没有超过5", ">"), ("小于等于5", "<="), ("大于或等于5", ">="), ("人口过5", ">"),
    ],
)  # fmt: skip
def test_a_comparison_is_marked_before_its_number(said: str, word: str) -> None:
    number = NUMBER.search(said)
    assert number is not None
    assert Mark(number.start(), word) in marks(tokens(said), places(NUMBER, said), [])


@pytest.mark.parametrize(
    "said", ["between 3 and 7", "anywhere between 3 and 7", "介于3和7之间", "在3到7之间"]
)
def test_a_range_is_marked_at_both_ends(said: str) -> None:
    found = [mark.word for mark in marks(tokens(said), places(NUMBER, said), [])]
    assert found == [">=", "<="]


@pytest.mark.parametrize(
    ("said", "marked_so"),
    [
        ("which is the tallest?", "which is the tallest argmax ?"),
        ("the least populous one", "the least argmin populous one"),
        ("how many are there", "how many count are there"),
        ("哪座山最高？", "哪座山最高 argmax ？"),
        ("都有几座", "都 intersect 有几座 count"),
        ("Is Norway larger?", "Is verify Norway larger?"),
        ("not born in Norway", "not born in != Norway"),
        ("anywhere outside Chile", "anywhere outside != Chile"),
        ("不在智利的", "不在 != 智利的"),
        ("挪威以外的", "!= 挪威以外的"),
        ("not today, Norway", "not today, Norway"),
    ],
)
def test_words_are_marked_where_they_stand(said: str, marked_so: str) -> None:
    assert marked(said) == marked_so


def test_a_word_is_marked_once() -> None:
    assert marked("the tallest of the tallest").count("argmax") == 1


def test_the_words_of_a_name_speak_for_nothing() -> None:
    text = "Most of Norway"
    assert marks(tokens(text), [], [Place(0, len(text))]) == []


@given(st.text(alphabet="abc more than 至少超过以上不到 5,7 最高 or less between and", max_size=60))
def test_every_mark_is_a_canvas_word_at_a_place_of_the_text(text: str) -> None:
    found = marks(tokens(text), places(NUMBER, text), places(THING, text))
    assert all(mark.word in plan.CANVAS_WORDS and 0 <= mark.at <= len(text) for mark in found)
    assert [mark.at for mark in found] == sorted(mark.at for mark in found)


def test_the_table_speaks_for_canvas_words_only() -> None:
    table = tomllib.loads(Path(lexicon.__file__).with_name("marks.toml").read_text("utf-8"))
    named = {*table["before"], *table["after"], *table["words"], *table["openings"]}
    assert named <= set(plan.CANVAS_WORDS)
