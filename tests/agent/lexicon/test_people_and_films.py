"""People, films, elements and classes by the other words for them."""

from __future__ import annotations

import pytest

from agent.link import Linker
from tools.types import Entity, EntityClass, Term, Text


def targets(linker: Linker, question: str) -> list[Term]:
    return [p.target for p in linker.link(question).pointers]


def ids(linker: Linker, question: str) -> list[str]:
    return [t.id for t in targets(linker, question) if isinstance(t, Entity | EntityClass)]


def test_what_stands_between_the_words_of_a_cue_is_read(linker: Linker) -> None:
    assert Text("Apollo 11") in targets(linker, "How long did Apollo 11 last?")


def test_no_class_is_implied_that_has_nothing_to_do_with_what_is_named(linker: Linker) -> None:
    assert ids(linker, "what's the shallowest moon of Saturn") == ["moon:saturn"]


def test_a_value_goes_before_a_film_of_its_name(linker: Linker) -> None:
    assert Text("Apollo 13") in targets(linker, "the crew of Apollo 13")
    assert "film" in {p.kind for p in linker.link("How many Oscars did Apollo 13 win?").pointers}


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("When did James Robinson win his Nobel?", "nobel/1046"),
        ("Bill Nordhaus birth date", "nobel/968"),
        ("Catalina Moreno's Oscar nominations", "person/nm1503432"),
        ("did Streep win", "person/nm0000658"),
        ("how many Oscars did return of the king get", "film/tt0167260"),
        ("Birdman wins at the Oscars", "film/tt2562232"),
        ("melting point of Fe", "element/Fe"),
        ("what's pb's boiling point", "element/Pb"),
        ("Does gold sink in mercury?", "element/Hg"),
        ("Where does the WHO sit?", "org/who"),
    ],
)
def test_short_and_other_names_mean_the_thing(linker: Linker, question: str, meant: str) -> None:
    assert meant in ids(linker, question)


@pytest.mark.parametrize(
    "question",
    ["Li Keqiang", "I like every element. At what kelvin do they boil?", "who was born a metal"],
)
def test_symbols_and_surnames_are_no_words(linker: Linker, question: str) -> None:
    assert {"element/Li", "element/At", "nobel/61"}.isdisjoint(ids(linker, question))


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("which films did Alfred Newman get an Oscar for", "Alfred Newman"),
        ("movies edith head won for", "Edith Head"),
    ],
)
def test_those_who_won_for_a_film_are_values(linker: Linker, question: str, value: str) -> None:
    assert Text(value) in targets(linker, question)


def test_words_are_no_category_of_the_oscars_where_films_are_not_spoken_of(linker: Linker) -> None:
    assert Text("Makeup and Hairstyling") not in targets(linker, "how many days make up a year")


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("Where is the Labour Organisation based?", "org/ilo"),
        ("seat of the World Trade Organisation", "org/wto"),
        ("how many Oscars did Godfather 2 win", "film/tt0071562"),
        ("Crouching Tiger's Oscars", "film/tt0190332"),
        ("Martian gravity", "planet/mars"),
    ],
)
def test_other_spellings_and_parts_of_names_mean_the_thing(
    linker: Linker, question: str, meant: str
) -> None:
    assert meant in ids(linker, question)


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("what do you call element number 50", "element"),
        ("which year gave the largest prize sum for chemistry", "prize:chemistry"),
        ("oldest of the women with a Nobel", "laureate:women"),
        ("biggest of the moons circling Uranus", "moon:uranus"),
        ("Which bodies were founded in 1945?", "organization"),
        ("Which world is the heaviest?", "planet"),
    ],
)
def test_classes_are_meant_in_other_words(linker: Linker, question: str, meant: str) -> None:
    assert meant in ids(linker, question)
