"""Verb phrases as plain questions, comparatives by themselves, sets said in the singular."""

from __future__ import annotations

import random
import re

import pytest

from agent.curriculum.families.asking import compared, yes_no
from agent.curriculum.families.draw import Draw, NotDrawnError
from agent.curriculum.families.extremes import draw_subset
from agent.curriculum.noise import Surface
from agent.curriculum.speech import CLOSE, OPEN, Speech
from agent.curriculum.world import World
from agent.types import Language

_MARKED = re.compile(f"{OPEN}[^{CLOSE}]*{CLOSE}")


def draw(world: World, speech: Speech, lang: Language, seed: int = 1) -> Draw:
    return Draw(random.Random(seed), world, speech, Surface(speech.books[lang]), lang)


@pytest.mark.parametrize(
    ("verbs", "asked"),
    [
        ("have more moons than Mars", "does Saturn have more moons than Mars"),
        ("are larger than Mars", "is Saturn larger than Mars"),
        ("were born in Peru", "was Saturn born in Peru"),
        ("won after 1950", "did Saturn win after 1950"),
        ("can be found in Peru", "can Saturn be found in Peru"),
    ],
)
def test_a_verb_phrase_becomes_a_question(
    world: World, speech: Speech, verbs: str, asked: str
) -> None:
    said = [yes_no(draw(world, speech, "en", seed), "Saturn", verbs) for seed in range(30)]
    assert any(asked in question for question in said)
    assert all("Saturn" in question for question in said)


def test_a_chinese_predicate_becomes_a_question(world: World, speech: Speech) -> None:
    assert "土星" in yes_no(draw(world, speech, "zh"), "土星", "比火星大")


def test_a_comparative_stands_alone_in_english_and_with_its_other_side_in_chinese(
    world: World, speech: Speech
) -> None:
    english = compared(draw(world, speech, "en", 3), "length", "river", "the Rhine")
    assert english == "longer"
    assert _first_that_is_said(world, speech) == "比莱茵河长"


def _first_that_is_said(world: World, speech: Speech) -> str:
    for seed in range(20):
        try:
            return compared(draw(world, speech, "zh", seed), "length", "river", "莱茵河")
        except NotDrawnError:
            continue
    return ""


def test_the_singular_of_a_set_says_the_same_conditions(world: World, speech: Speech) -> None:
    n_singular = 0
    for seed in range(200):
        try:
            subset = draw_subset(draw(world, speech, "en", seed), rows_left=5)
        except NotDrawnError:
            continue
        if subset.one and subset.rows[0].tool == "search" and len(subset.rows) > 1:
            n_singular += 1
            assert _MARKED.findall(subset.one) == _MARKED.findall(subset.said)
    assert n_singular > 3
