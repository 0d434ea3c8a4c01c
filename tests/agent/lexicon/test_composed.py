"""Fields that several ideas speak for together."""

from __future__ import annotations

import tomllib

import pytest

from agent.lexicon.composed import COMPOSED_FILE, ComposedIndex
from agent.mentions import tokens
from tools.facts.store import FactStore

FIELDS = tomllib.loads(COMPOSED_FILE.read_text("utf-8"))["fields"]
INDEX = ComposedIndex(FIELDS)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("how many of those who smoke are men", "tobacco_male"),
        ("男人里有多少抽烟", "tobacco_male"),
        ("coal that Poland mines", "coal_production"),
        ("loos in the villages", "sanitation_rural"),
        ("the coal that gets shipped out", "coal_exports"),
        ("who composed the song they sing", "anthem_authors"),
        ("核电站一共关停了几座", "reactors_shut_down"),
    ],
)
def test_ideas_count_in_any_order(text: str, field: str) -> None:
    assert field in {found.field for found in INDEX.find(tokens(text))}


@pytest.mark.parametrize("text", ["how many people smoke", "coal", "villages of Nepal"])
def test_one_idea_alone_says_nothing(text: str) -> None:
    assert not list(INDEX.find(tokens(text)))


def test_every_field_of_the_table_is_one_of_the_facts(store: FactStore) -> None:
    assert {field for field in FIELDS if store.field(field) is None} == set()


def test_every_field_of_the_table_needs_several_ideas() -> None:
    assert [field for field, ways in FIELDS.items() if min(map(len, ways)) < 2] == []


def test_a_field_that_the_facts_do_not_have_is_never_found() -> None:
    few = ComposedIndex({"coal_production"})
    assert [found.field for found in few.find(tokens("men smoke and dig up coal"))] == [
        "coal_production"
    ]
