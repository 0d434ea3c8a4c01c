"""Numbers in many spellings, and noise that leaves names mostly alone."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.curriculum.noise import Surface, plain
from agent.curriculum.numerals import grouped, han_year, in_words, written
from agent.curriculum.phrasebook import Phrasebook
from agent.curriculum.speech import CLOSE, OPEN, spoken
from agent.types import Language


@pytest.mark.parametrize(
    ("number", "lang", "said"),
    [
        (8000, "en", "eight thousand"), (25, "en", "twenty-five"), (300, "en", "three hundred"), (8000, "zh", "八千"),
        (2, "zh", "两"), (12, "zh", "十二"), (105, "zh", "一百零五"), (2500, "zh", "两千五百"),
    ],
)  # fmt: skip
def test_numbers_in_words(number: int, lang: Language, said: str) -> None:
    assert in_words(Decimal(number), lang) == said


@pytest.mark.parametrize("number", ["12345", "0.5", "100000"])
def test_numbers_that_nobody_spells_out_stay_digits(number: str) -> None:
    assert in_words(Decimal(number), "en") is None


def test_groups_and_years() -> None:
    assert grouped(Decimal("-1234567.5")) == "-1,234,567.5"
    assert han_year("2025") == "二〇二五"


@given(st.decimals("0.01", "99999999999", places=2), st.integers(0, 50), st.sampled_from(("en", "zh")))  # fmt: skip
def test_digits_read_back_as_the_number(number: Decimal, seed: int, lang: Language) -> None:
    said = written(random.Random(seed), number, lang)
    if said.replace(",", "").replace(".", "").isdigit():
        assert Decimal(said.replace(",", "")) == number


def test_marks_never_reach_the_reader() -> None:
    surface = Surface(Phrasebook("en"))
    rng = random.Random(4)
    for _ in range(300):
        typed = surface.typed(rng, f"How high is {spoken('Mont Blanc')}, do you know?")
        assert OPEN not in typed
        assert CLOSE not in typed


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_names_survive_most_of_the_noise(lang: Language) -> None:
    surface = Surface(Phrasebook(lang))
    rng = random.Random(5)
    asked = {"en": "How many people live in {}?", "zh": "请问{}有多少人口？"}[lang]
    said = [surface.typed(rng, asked.format(spoken("Pallywood"))) for _ in range(400)]
    kept = Counter("pallywood" in text.lower() for text in said)
    assert kept[True] > 0.95 * len(said)
    assert len(set(said)) > 60


def test_a_question_is_often_left_as_it_is() -> None:
    surface = Surface(Phrasebook("en"))
    rng = random.Random(6)
    question = f"What is the area of {spoken('Peru')}?"
    said = [surface.typed(rng, question) for _ in range(400)]
    assert 0.2 < said.count(plain(question)) / len(said) < 0.7
