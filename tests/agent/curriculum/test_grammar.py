"""The paraphrase grammar: what a phrase can say, and what is refused."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.curriculum.grammar import Phrase, PhraseError

_WORDS = st.text("abc xyz", min_size=1, max_size=8)
_PHRASES = st.recursive(
    _WORDS | st.just("{e}"),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.lists(inner, min_size=1, max_size=3).map(lambda xs: f"[{'|'.join(xs)}]")
        | inner.map(lambda x: f"({x})")
    ),
    max_leaves=8,
)


def all_said(source: str, **slots: str) -> set[str]:
    phrase = Phrase(source)
    return {phrase.say(random.Random(seed), slots) for seed in range(200)}


def test_alternatives_and_options_nest() -> None:
    assert all_said("[a|b (c|d)] e") == {"a e", "b e", "b c e", "b d e"}


def test_a_given_slot_inside_an_option_is_always_said() -> None:
    assert all_said("how many( {p})?", p="in 2019") == {"how many in 2019?"}
    assert all_said("how many( {p})?") == {"how many?"}


def test_a_phrase_fits_only_slots_that_it_says() -> None:
    phrase = Phrase("the {np} of {e}( {p})")
    assert phrase.fits({"np", "e"})
    assert phrase.fits({"np", "e", "p"})
    assert not phrase.fits({"np"})
    assert not phrase.fits({"np", "e", "q"})


def test_double_gaps_and_gaps_before_marks_go() -> None:
    assert all_said("so ,  {e} ?", e="x") == {"so, x?"}


def test_ways_are_counted() -> None:
    assert Phrase("[a|b (c|d)] (e)").n_ways == (1 + 3) * 2


@pytest.mark.parametrize("source", ["[a|b", "a]", "(a", "a|b", "{a", "{A}", "a)", "}"])
def test_a_malformed_phrase_is_refused_with_its_place(source: str) -> None:
    with pytest.raises(PhraseError, match="character"):
        _ = Phrase(source).tree


@given(_PHRASES, st.integers(0, 99))
def test_what_is_said_holds_no_sign_of_the_grammar(source: str, seed: int) -> None:
    said = Phrase(source).say(random.Random(seed), {"e": "NAME"})
    assert not set(said) & set("[]()|{}")


@given(_PHRASES, st.integers(0, 99))
def test_needed_slots_are_said(source: str, seed: int) -> None:
    phrase = Phrase(source)
    said = phrase.say(random.Random(seed), {"e": "NAME"})
    assert "NAME" in said or "e" not in phrase.tree.takes or "{e}" in source
    if phrase.tree.needs:
        assert "NAME" in said
