"""Names have the variants people write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.facts.names import (
    company_variants,
    fold,
    is_everyday,
    person_variants,
    slug,
    straight,
    surname,
)


@pytest.mark.parametrize(
    ("stored", "usual"),
    [
        ("Gagarin, Yuri", "Yuri Gagarin"),
        ("Carter, Manley Lanier, Jr.", "Manley Lanier Carter Jr."),
        ("Yuri Gagarin", "Yuri Gagarin"),
    ],
)
def test_surname_first_is_turned_round(stored: str, usual: str) -> None:
    assert straight(stored) == usual


@pytest.mark.parametrize(
    ("name", "variant"),
    [
        ("Richard P. Feynman", "Richard Feynman"),
        ("John F. Nash Jr.", "John Nash"),
        ("Erwin Schrödinger", "Erwin Schrodinger"),
        ("Sir Alexander Fleming", "Alexander Fleming"),
    ],
)
def test_people_go_by_shorter_names(name: str, variant: str) -> None:
    assert variant in list(person_variants(name))


@pytest.mark.parametrize(
    ("name", "variant"),
    [
        ("Tesla, Inc.", "Tesla"),
        ("Oracle Corporation", "Oracle"),
        ("The Coca-Cola Company", "Coca-Cola"),
    ],
)
def test_companies_go_without_their_suffix(name: str, variant: str) -> None:
    assert variant in list(company_variants(name))


def test_a_surname_ignores_the_generation() -> None:
    assert surname("Martin Luther King Jr.") == "King"


def test_everyday_words_are_told_from_names() -> None:
    assert is_everyday("Young")
    assert is_everyday("V")
    assert not is_everyday("Einstein")


def test_slugs_keep_letters_apart() -> None:
    assert slug("Öland") != slug("Åland")


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
