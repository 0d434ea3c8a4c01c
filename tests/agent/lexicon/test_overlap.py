"""Fields nobody says outright are found by the words they share with a question."""

from __future__ import annotations

import pytest

from agent.lexicon.fields import FieldLexicon
from agent.lexicon.overlap import WordOverlap
from agent.link import MAX_FIELDS, Linker
from agent.mentions import tokens
from tools.facts.store import FactStore
from tools.types import FieldRef


@pytest.fixture(scope="module")
def overlap(store: FactStore) -> WordOverlap:
    lexicon = FieldLexicon(store.fields())
    return WordOverlap(lexicon.fields, lexicon.phrases)


@pytest.mark.parametrize(
    ("question", "kind", "field"),
    [
        ("tesla's unsold cars and parts, what were they worth", "company", "inventory"),
        ("barrels that electric cars saved china per day", "region", "oil_displaced"),
        ("when do slovaks vote for parliament next", "country", "next_legislative_election"),
        ("瑞典国会女的占多少", "country", "women_in_parliament"),
    ],
)
def test_a_field_is_found_by_words_that_are_no_cue(
    overlap: WordOverlap, question: str, kind: str, field: str
) -> None:
    assert field in overlap.fields(tokens(question), [kind])[:4]


def test_only_fields_of_the_things_in_question_are_found(
    overlap: WordOverlap, store: FactStore
) -> None:
    found = overlap.fields(tokens("how deep, how dense, how many people"), ["planet"])
    fields = {field.id: field for field in store.fields()}
    assert found
    assert all("planet" in fields[field_id].types for field_id in found)


def test_words_of_grammar_and_no_words_find_nothing(overlap: WordOverlap) -> None:
    assert overlap.fields(tokens("what is the of and which"), ["country"]) == []
    assert overlap.fields([], ["country"]) == []


def test_what_is_said_outright_goes_before_what_shares_words(linker: Linker) -> None:
    pointers = linker.link("capital of Kenya, a city with an exhibition of agreements").pointers
    fields = [p.target.id for p in pointers if isinstance(p.target, FieldRef)]
    assert fields[0] == "capital"
    assert len(fields) <= MAX_FIELDS


def test_an_idiom_beside_what_is_said_outright_is_offered_last(linker: Linker) -> None:
    pointers = linker.link("the capital of Peru and its fishers").pointers
    unsaid = [p.target.id for p in pointers if isinstance(p.target, FieldRef) and p.end < 0]
    assert unsaid[-1] == "economic_zone"
