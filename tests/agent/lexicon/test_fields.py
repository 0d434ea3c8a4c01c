"""The lexicon of fields: everything that can be asked for is found by its names and by how people ask."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import agent.lexicon
from agent.lexicon.fields import FieldLexicon, strengths
from agent.link import Linker
from agent.mentions import tokens
from tools.facts.store import FactStore
from tools.types import FieldRef

FOLDER = Path(agent.lexicon.__file__).parent


@pytest.fixture(scope="module")
def lexicon(store: FactStore) -> FieldLexicon:
    return FieldLexicon(store.fields())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_field_has_words_in_both_languages(store: FactStore, lang: str) -> None:
    table = tomllib.loads((FOLDER / f"fields_{lang}.toml").read_text("utf-8"))
    assert set(table) == {field.id for field in store.fields()}
    assert all(said["says"] for said in table.values())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_phrase_stands_twice(lang: str) -> None:
    table = tomllib.loads((FOLDER / f"fields_{lang}.toml").read_text("utf-8"))
    twice = {
        f"{field_id}: {phrase}"
        for field_id, said in table.items()
        for words in said.values()
        for phrase in words.split("|")
        if words.split("|").count(phrase) > 1 or not phrase
    }
    assert twice == set()


def test_every_phrase_speaks_for_its_field(lexicon: FieldLexicon) -> None:
    for lang in ("en", "zh"):
        table = tomllib.loads((FOLDER / f"fields_{lang}.toml").read_text("utf-8"))
        for field_id, said in table.items():
            for phrase in said["says"].split("|"):
                text = phrase.replace("*", "that thing")
                assert field_id in strengths(lexicon.cues(tokens(text))), (field_id, phrase)


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("how tall is K2", "elevation"),
        ("who lives there in Norway, how many people", "population"),
        ("where was Einstein born, which town", "birth_city"),
        ("how much did Apple make in profit", "net_income"),
        ("what does the Elbe flow into", "flows_into"),
        ("what is Nvidia worth", "market_cap"),
        ("K2有多高", "elevation"),
        ("特斯拉赚了多少", "net_income"),
        ("去越南玩要换什么钱", "currency"),
        ("湄公河最后流到哪片海", "flows_into"),
    ],
)
def test_fields_are_found_by_how_people_ask(linker: Linker, question: str, field: str) -> None:
    offered = [
        p.target.id for p in linker.link(question).pointers if isinstance(p.target, FieldRef)
    ]
    assert field in offered[:2]


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        ("co2 per person in Qatar", {"co2", "population"}),
        (
            "the country that hosts Interpol's head office, its median age",
            {"country", "median_age"},
        ),
        ("by 2030, what share of new cars in Europe will be electric?", {"ev_share_projection"}),
        ("预计2030年中国公共快充桩会有多少", {"chargers_fast_projection", "chargers_fast"}),
        ("东盟里面不靠海的是哪国", {"memberships"}),
    ],
)
def test_fields_are_offered_that_an_answer_goes_by(
    linker: Linker, question: str, fields: set[str]
) -> None:
    offered = {
        p.target.id for p in linker.link(question).pointers if isinstance(p.target, FieldRef)
    }
    assert fields <= offered


@pytest.mark.parametrize(
    ("question", "likeliest"),
    [
        ("fast chargers in India in 2023", "chargers_fast"),
        ("fast chargers forecast for India", "chargers_fast_projection"),
        ("fast chargers in India in 2030", "chargers_fast_projection"),
        ("2030年欧洲的电动车渗透率", "ev_share_projection"),
    ],
)
def test_a_projection_comes_first_where_a_forecast_is_asked_for(
    linker: Linker, question: str, likeliest: str
) -> None:
    offered = [p.target for p in linker.link(question).pointers]
    assert next(t.id for t in offered if isinstance(t, FieldRef)) == likeliest


def test_words_said_as_one_come_before_ideas_put_together(lexicon: FieldLexicon) -> None:
    text = "the military spending of Chad"
    assert strengths(lexicon.cues(tokens(text)))["military_spending"].end == text.index(" of Chad")


def test_words_may_stand_between_the_parts_of_a_cue(lexicon: FieldLexicon) -> None:
    together = strengths(lexicon.cues(tokens("which country was the winner of that prize born in")))
    assert together["birth_country"].score > together["birth_city"].score


@pytest.mark.parametrize(
    ("question", "is_size"),
    [
        ("How big is the GDP of Peru?", False),
        ("How large is Peru's GDP?", False),
        ("How big is Peru?", True),
        ("How big is Peru, and what's its GDP?", True),
    ],
)
def test_what_is_asked_to_be_big_is_no_area(linker: Linker, question: str, is_size: bool) -> None:
    spoken = {
        p.target.id for p in linker.link(question).pointers if p.symbol[0] == "%" and p.end >= 0
    }
    assert ("area" in spoken) is is_size
