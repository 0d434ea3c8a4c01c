"""Misspelt words are mended, known ones left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.lexicon.plain import is_plain, plain_words
from agent.lexicon.typos import Spelling
from agent.mentions import tokens

WEIGHTS = {
    "switzerland": 2.0,
    "population": 3.0,
    "bohr": 2.0,
    "born": 3.0,
    "length": 3.0,
    "tesla": 2.0,
}


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling(WEIGHTS, frozenset({"switzerland", "bohr", "tesla"}))


def mended(spelling: Spelling, text: str) -> str:
    return " ".join(token.text for token in spelling.corrected(tokens(text), text))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("populaton of switzerlnd", "population of switzerland"),
        ("niels borh", "niels bohr"),
        ("the lenght", "the length"),
        ("teslas deliveries", "tesla deliveries"),
    ],
)
def test_a_slip_is_mended(spelling: Spelling, written: str, meant: str) -> None:
    assert mended(spelling, written).startswith(meant.rpartition(" ")[0])
    assert set(meant.split()) & set(WEIGHTS) <= set(mended(spelling, written).split())


def test_abbreviations_and_everyday_words_stay(spelling: Spelling) -> None:
    assert mended(spelling, "NASA was there") == "nasa was there"
    assert mended(spelling, "my printer broke") == "my printer broke"
    assert mended(spelling, "a bark at dusk, a sip of stew") == "a bark at dusk , a sip of stew"


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("exceeding", "excluding"),
        ("restated", "related"),
        ("wager", "wagner"),
        ("thesis", "theiss"),
        ("seventy", "seventh"),
        ("trekking", "trucking"),
        ("hype", "hope"),
    ],
)
def test_a_word_of_english_stays_however_near_a_known_one_is(word: str, near: str) -> None:
    assert mended(Spelling({near: 5.0}, ()), f"some {word} there") == f"some {word} there"


@given(st.lists(st.sampled_from(sorted(plain_words()))))
def test_known_words_are_never_changed(spelling: Spelling, words: list[str]) -> None:
    text = " ".join(words)
    assert mended(spelling, text) == " ".join(token.text for token in tokens(text))


def test_regular_forms_of_everyday_words_are_everyday() -> None:
    assert is_plain("walked")
    assert is_plain("countries")
    assert not is_plain("germany")
    assert not is_plain("danish")
    assert not is_plain("everest")
