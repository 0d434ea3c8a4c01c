"""Conditions: what they demand holds for the member they were drawn from, and their words say just that."""

from __future__ import annotations

import random
import re
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.curriculum.families.conditions import AMOUNT_SENSES, COMPARATORS, TIME_SENSES
from agent.curriculum.families.draw import Draw, NotDrawnError
from agent.curriculum.families.sets import NarrowedSet, draw_set
from agent.curriculum.noise import Surface, plain
from agent.curriculum.phrasebook import Phrasebook
from agent.curriculum.speech import Speech
from agent.curriculum.world import Constraint, World, meets
from agent.types import Language
from tools.types import Period, Quantity

_ONCE = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def drawn_set(world: World, speech: Speech, lang: Language, seed: int) -> NarrowedSet | None:
    d = Draw(random.Random(seed), world, speech, Surface(speech.books[lang]), lang)
    try:
        return draw_set(d, d.rng.choice((1, 2, 3)))
    except NotDrawnError:
        return None


@_ONCE
@given(st.integers(0, 10**6), st.sampled_from(("en", "zh")))
def test_a_set_is_exactly_who_meets_its_conditions(
    world: World, speech: Speech, seed: int, lang: Language
) -> None:
    drawn = drawn_set(world, speech, lang, seed)
    if drawn is None:
        return
    ids = [e.id for e in world.store.members(drawn.group)]
    for condition in drawn.conditions:
        for constraint in condition.constraints:
            ids = world.satisfying(ids, constraint)
    assert set(ids) == set(drawn.ids)
    assert 0 < len(ids) < len(world.store.members(drawn.group))


@_ONCE
@given(st.integers(0, 10**6), st.sampled_from(("en", "zh")))
def test_rows_stand_in_one_order_and_point_back(
    world: World, speech: Speech, seed: int, lang: Language
) -> None:
    drawn = drawn_set(world, speech, lang, seed)
    if drawn is None:
        return
    tools = [row.tool for row in drawn.rows]
    n_looked_up = tools.count("lookup")
    assert tools == ["search", *["lookup"] * n_looked_up, *["verify"] * (len(tools) - 1 - n_looked_up)]  # fmt: skip
    subjects = [row.words[0] for row in drawn.rows if row.tool == "verify"]
    assert subjects == ["#1", *[f"#{n}" for n in range(n_looked_up + 2, len(tools))]]


@_ONCE
@given(st.integers(0, 10**6))
def test_bounds_are_said_in_the_question(world: World, speech: Speech, seed: int) -> None:
    drawn = drawn_set(world, speech, "en", seed)
    if drawn is None:
        return
    said = plain(drawn.whole or drawn.head + drawn.verbs)
    bounds = [c.target for x in drawn.conditions if not x.reference for c in x.constraints]
    assert all(bound.text in said for bound in bounds if isinstance(bound, Period))
    n_numbers = sum(isinstance(bound, Quantity) for bound in bounds)
    words = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|teen|ty|hundred"
    assert len(re.findall(rf"\d+|{words}", said)) >= n_numbers


def test_every_sense_has_words_and_a_comparator() -> None:
    for lang in ("en", "zh"):
        book = Phrasebook(lang)
        assert all(book.frames[f"quantity.{sense}"] for sense in AMOUNT_SENSES)
        assert all(book.frames[f"time.{sense}"] for sense in TIME_SENSES)
    assert set(COMPARATORS) == {*AMOUNT_SENSES, *TIME_SENSES}


@pytest.mark.parametrize(
    ("sense", "inside", "edge"),
    [
        ("more", 11, False), ("less", 9, False), ("at_least", 10, True), ("at_most", 10, True), ("exactly", 10, True),
        ("after", 11, False), ("before", 9, False), ("since", 10, True), ("until", 10, True), ("in", 10, True),
    ],
)  # fmt: skip
def test_a_sense_takes_its_bound_in_or_leaves_it_out(sense: str, inside: int, edge: bool) -> None:
    constraint = Constraint("population", COMPARATORS[sense][0], Quantity(Decimal(10)))
    assert meets(Decimal(inside), constraint, Decimal(10))
    assert meets(Decimal(10), constraint, Decimal(10)) == edge
