"""What a question mentions, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.link import MAX_FIELDS, MAX_VALUES, Linker
from agent.plan import kind_group
from agent.types import Brief
from tools.types import Entity, EntityClass, FieldRef, Period, Text


def targets(brief: Brief) -> set[str]:
    return {
        p.target.id for p in brief.pointers if isinstance(p.target, Entity | EntityClass | FieldRef)
    }


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        (
            "Which physics laureates were born in Germany?",
            {"laureate:physics", "country/DEU", "birth_country"},
        ),
        (
            "哪些出生在德国的诺贝尔物理学奖得主？",
            {"laureate:physics", "country/DEU", "birth_country"},
        ),
        ("what is the capital of france", {"country/FRA", "capital"}),
        ("法国的首都是哪里？", {"country/FRA", "capital"}),
        ("特斯拉2025年第三季度的营收是多少？", {"company/TSLA", "revenue"}),
        ("Is Mount Everest higher than K2?", {"mountain/mt-everest", "mountain/k2", "elevation"}),
        ("Who won the 1921 Nobel Prize in Physics?", {"prize/physics-1921", "laureates"}),
        (
            "Did Norway sell more electric cars than Sweden?",
            {"region/norway", "region/sweden", "ev_sales"},
        ),
        ("How many people live in Norway?", {"country/NOR", "population"}),
        ("Which women born in France won the chemistry prize?", {"country/FRA", "birth_country"}),
        ("Write a report on Tesla for Q3 2025", {"company/TSLA", "revenue", "net_income"}),
    ],
)
def test_mentions_are_linked(linker: Linker, question: str, wanted: set[str]) -> None:
    assert wanted <= targets(linker.link(question))


def test_a_period_and_a_category_are_linked(linker: Linker) -> None:
    brief = linker.link("Which chemistry laureates are female and won after 1950?")
    found = [p.target for p in brief.pointers]
    assert Period("1950") in found
    assert Text("female") in found


def test_the_mention_is_replaced_and_the_fields_words_are_kept(linker: Linker) -> None:
    brief = linker.link("What is the population of France?")
    assert brief.text == "what is the population %1 of @1 country ?"


def test_a_symbol_in_the_question_stays_text(linker: Linker) -> None:
    brief = linker.link("What is @1 or #2 or %3 or <mask> of France?")
    assert "<mask>" not in brief.text
    said = [word for word in brief.text.split() if word in ("#2", "%3")]
    assert said == []


def test_an_offer_takes_the_next_free_symbols(linker: Linker) -> None:
    brief = linker.link("What is the population of France?")
    n_fields = sum(kind_group(p) == "field" for p in brief.pointers)
    wider, offers = linker.offer(
        brief, [("period year", "2024", Period("2024")), ("source press", "press", Text("press"))]
    )
    assert [p.symbol for p in offers] == ["@2", "@3"]
    assert wider.pointers == (*brief.pointers, *offers)
    assert sum(kind_group(p) == "field" for p in wider.pointers) == n_fields


@settings(max_examples=60)
@given(st.text(max_size=300))
def test_any_text_links_within_the_pointer_budget(linker: Linker, text: str) -> None:
    brief = linker.link(text)
    symbols = [p.symbol for p in brief.pointers]
    assert len(set(symbols)) == len(symbols)
    assert sum(s.startswith("@") for s in symbols) <= MAX_VALUES
    assert sum(s.startswith("%") for s in symbols) <= MAX_FIELDS


def test_a_comparison_stands_as_a_mark_before_its_number(linker: Linker) -> None:
    assert " > @2 number" in linker.link("mountains taller than 6,000 m").text
    assert ">= @1 number" in linker.link("人口不少于500万的国家").text


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("peaks higher than 8k m", "@2 number m"),
        ("companies worth more than $2 trillion", "@2 number usd"),
        ("countries where over 40% are under 15", "@2 number percent"),
        ("人口超过两千万的国家", "@1 number "),
    ],
)
def test_a_number_says_its_unit(linker: Linker, question: str, read: str) -> None:
    assert read in linker.link(question).text + " "


def test_a_field_that_the_thing_named_lacks_stands_behind_one_that_it_has(linker: Linker) -> None:
    brief = linker.link("When was Marie Curie established or born?")
    fields = [p.target.id for p in brief.pointers if isinstance(p.target, FieldRef)]
    assert fields.index("birth_date") < fields.index("established")


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("Who is the prime minister of Estonia at the moment?", "head_of_government"),
        ("杨振宁得的是哪个奖来着", "prize"),
        ("How salty is the Dead Sea, in grams per litre?", None),  # nothing speaks for a field
        ("prime minister of the Shire", None),  # a river has none
        ("Who is the prime minister of New Estonia at the moment?", None),  # a name goes on
        ("Which countries have a prime minister?", None),  # no thing is named
    ],
)
def test_a_field_plainly_asked_for_that_a_thing_named_has_is_certain(
    linker: Linker, question: str, field: str | None
) -> None:
    certain = [
        p.target.id
        for p in linker.link(question).pointers
        if p.is_certain
        if isinstance(p.target, FieldRef)
    ]
    assert certain[:1] == ([field] if field else [])


def test_a_year_offers_what_it_may_be_of(linker: Linker) -> None:
    assert "oscar_year" in targets(linker.link("who won best director in 2010"))
