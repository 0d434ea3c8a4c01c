"""Patterns, against Python's own regular expressions."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.constraints.automaton import LanguageError, explore
from model.constraints.characters import LAST, Characters
from model.constraints.regex import PatternError, parse
from model.constraints.terms import Terms

ATOMS = st.sampled_from(
    ["a", "b", "é", "字", "[ab]", "[^a]", r"\d", r"\w", r"\.", ".", r"[b-é]", r"[^\W0]", r"é"]
)
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: (
        st.tuples(inner, inner).map("".join)
        | st.tuples(inner, inner).map("|".join)
        | inner.map(lambda p: f"(?:{p})*")
        | inner.map(lambda p: f"({p})?")
        | inner.map(lambda p: f"(?:{p})+")
        | st.tuples(inner, st.integers(0, 2), st.integers(0, 2)).map(
            lambda t: f"(?:{t[0]}){{{t[1]},{t[1] + t[2]}}}"
        )
    ),
    max_leaves=6,
)
TEXTS = st.text(alphabet="ab1_.é字\n", max_size=6)


@given(PATTERNS, st.lists(TEXTS, max_size=20))
def test_a_pattern_accepts_what_python_matches(pattern: str, texts: list[str]) -> None:
    terms = Terms()
    automaton = explore(terms, parse(pattern, terms))
    for text in texts:
        matches = re.fullmatch(pattern, text, re.ASCII) is not None
        assert automaton.accepts(text.encode()) == matches, text


@given(PATTERNS, PATTERNS, st.lists(TEXTS, max_size=10))
def test_intersection_and_complement_mean_and_and_not(
    one: str, other: str, texts: list[str]
) -> None:
    terms = Terms()
    term = terms.both((parse(one, terms), terms.without(parse(other, terms))))
    try:
        automaton = explore(terms, term)
    except LanguageError:
        automaton = None
    for text in texts:
        is_one, is_other = (re.fullmatch(p, text, re.ASCII) is not None for p in (one, other))
        accepts = automaton is not None and automaton.accepts(text.encode())
        assert accepts == (is_one and not is_other)


@given(st.integers(0, LAST), st.integers(0, LAST), st.characters(codec="utf-8"))
def test_a_range_of_characters_holds_those_between_its_ends(
    low: int, high: int, character: str
) -> None:
    some = Characters.of((low, high))
    terms = Terms()
    for characters, is_inside in (
        (some, low <= ord(character) <= high),
        (some.inverted(), not low <= ord(character) <= high),
    ):
        term = characters.term(terms)
        accepts = term != terms.nothing and explore(terms, term).accepts(character.encode())
        assert accepts == is_inside


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("(?=a)b", "lookahead"), ("(?<!a)b", "lookbehind"), (r"(a)\1", "backreference"),
        ("(?P<x>a)(?P=x)", "backreference"), (r"\bab", "word boundary"), ("(?i)a", "flag"),
        ("(?>ab)", "atomic"), ("a^b", "anchor"), ("a{2", "repetition without numbers"),
        ("a{1,2000}", "1000"), ("a{3,2}", "reversed"), ("a**", "repetition of a repetition"),
        ("a++", "repetition of a repetition"), ("(ab", "unclosed '('"), ("ab)", "unbalanced"),
        ("[ab", "unclosed '['"), ("[z-a]", "in order"), (r"\q", "unknown escape"), ("*a", "repeat"),
        (r"\x4", "hexadecimal"), ("a\\", "nothing behind"),
    ],
)  # fmt: skip
def test_what_is_not_regular_is_refused_by_name(pattern: str, named: str) -> None:
    with pytest.raises(PatternError, match=re.escape(named)):
        parse(pattern, Terms())


def test_anchors_at_the_ends_and_named_groups_are_welcome() -> None:
    terms = Terms()
    assert parse("^(?P<x>a)(?<y>b)??$", terms) == parse("ab?", terms)


def test_a_language_without_texts_or_with_too_many_states_is_refused() -> None:
    terms = Terms()
    with pytest.raises(LanguageError, match="no text"):
        explore(terms, terms.both((parse("a", terms), parse("b", terms))))
    with pytest.raises(LanguageError, match="20000 states"):
        explore(terms, parse("(a|b)*a(a|b){20}", terms))
