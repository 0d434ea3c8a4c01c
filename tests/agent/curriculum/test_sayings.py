"""Sayings: what is read, what is refused, and that every line that ships can be drawn, linked and run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from agent.curriculum.canvas import linked_plan
from agent.curriculum.families.draw import NotDrawnError
from agent.curriculum.sayings.drawing import Sayings
from agent.curriculum.sayings.reading import (
    HOLE,
    PeriodHole,
    Saying,
    SayingError,
    read_sayings,
    sayings,
)
from agent.curriculum.speech import Speech
from agent.curriculum.stream import tasks, with_sayings
from agent.curriculum.tasks import Task
from agent.curriculum.world import World, is_held_out
from agent.link import Linker
from agent.types import Language
from tools.facts.store import FactStore
from tools.types import Entity, Period, Quantity

LANGUAGES: tuple[Language, ...] = ("en", "zh")
GROWTH = """
[[said]]
a = "company"
p = "FY2019..FY2025"
q = "FY2019..FY2025"
plan = "lookup {a} %revenue {p}; lookup {a} %revenue {q}; calculate growth #2 #1; finish #3"
lines = ["{a} took in how much more in {q} than in {p}?"]
"""
TALL = """
[[said]]
n = "1000..9000 m"
plan = "search class:mountain; verify #1 %elevation > {n}; calculate count #2; finish #3"
lines = ["mountains over {n}, how many?"]
"""
SALTY = """
[[said]]
a = "lake"
plan = "finish"
lines = ["is {a} salty?"]
"""


@pytest.fixture(scope="module")
def drawn(store: FactStore) -> Sayings:
    return Sayings(World(store, held_out=False), Speech(store))


def _read(tmp_path: Path, text: str, lang: Language = "en") -> list[Saying]:
    path = tmp_path / "some.toml"
    path.write_text(text, encoding="utf-8")
    return list(read_sayings(path, lang))


def _tasks(drawn: Sayings, saying: Saying, n: int) -> Iterator[Task]:
    rng = random.Random(7)
    while n:
        try:
            yield drawn.of_line(rng, saying, saying.lines[0])
        except NotDrawnError:
            continue
        n -= 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[[said]]\nplan = "lookup {a} %depth; finish #1"\nlines = ["{a}?"]', "fills {a}"),
        (
            '[[said]]\na = "lake"\nplan = "lookup {a} %depth; finish #1"\nlines = ["depth?"]',
            "has holes []",
        ),
        ('[[said]]\na = "a lake"\nplan = "finish"\nlines = ["{a}?"]', "no type"),
        ('[[said]]\np = "lately"\nplan = "finish"\nlines = ["{p}?"]', "no range of periods"),
        ("said = 3", "not [[said]] entries"),
        ("[[said]", "Expected"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(SayingError, match=r"some\.toml") as refused:
        _read(tmp_path, text)
    assert complaint in str(refused.value)


def test_periods_are_known_of_the_thing_different_and_ascend(
    tmp_path: Path, drawn: Sayings, store: FactStore
) -> None:
    for task in _tasks(drawn, _read(tmp_path, GROWTH)[0], 20):
        company = task.rows[0].words[0]
        earlier, later = (row.words[2] for row in task.rows[:2])
        assert isinstance(company, Entity)
        assert isinstance(earlier, Period)
        assert isinstance(later, Period)
        assert earlier.text < later.text
        known = {fact.period for fact in store.index("revenue")[company.id]}
        assert {earlier.text, later.text} <= known
        assert task.gold is not None
        assert task.gold.unit == "%"


def test_a_thing_that_the_plan_names_fills_no_hole(tmp_path: Path, drawn: Sayings) -> None:
    beside = """
[[said]]
a = "planet"
plan = "lookup {a} %diameter; lookup planet/jupiter %diameter; calculate ratio #1 #2; finish #3"
lines = ["how many of {a} make a Jupiter across?"]
"""
    for task in _tasks(drawn, _read(tmp_path, beside)[0], 40):
        planet, jupiter = (row.words[0] for row in task.rows[:2])
        assert planet != jupiter


def test_numbers_are_round_and_stay_within_their_range(tmp_path: Path, drawn: Sayings) -> None:
    for task in _tasks(drawn, _read(tmp_path, TALL)[0], 40):
        bound = task.rows[1].words[3]
        assert isinstance(bound, Quantity)
        assert 1000 <= bound.number <= 9000
        assert bound.number % 100 == 0
        assert bound.unit == "m"


def test_a_question_without_an_answer_has_an_empty_plan_and_no_gold(
    tmp_path: Path, drawn: Sayings
) -> None:
    (task,) = _tasks(drawn, _read(tmp_path, SALTY)[0], 1)
    assert task.gold is None
    assert [row.tool for row in task.rows] == ["finish"]
    assert task.topology == "unanswerable"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_names_of_the_evaluation_split_are_never_drawn(drawn: Sayings, lang: Language) -> None:
    rng = random.Random(3)
    lines = [saying for saying in sayings(lang) if saying.holes]
    for saying in rng.sample(lines, min(60, len(lines))):
        try:
            filled = drawn.filled(rng, saying)
        except NotDrawnError:
            continue
        things = [f.term for f in filled.values() if isinstance(f.term, Entity)]
        assert not any(is_held_out(thing.id) for thing in things)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_lines_are_read_and_say_the_holes_of_their_plan(lang: Language) -> None:
    held = list(sayings(lang))
    assert sum(len(saying.lines) for saying in held) > 1000
    for saying in held:
        for line in saying.lines:
            assert set(HOLE.findall(line)) <= saying.holes.keys()
        assert all(h.periods for h in saying.holes.values() if isinstance(h, PeriodHole))


def test_most_drawn_lines_link_to_their_plan(drawn: Sayings, store: FactStore) -> None:
    linker, rng = Linker(store), random.Random(11)
    linked = drawn_lines = 0
    while drawn_lines < 120:
        try:
            task = drawn.task(rng, LANGUAGES[drawn_lines % 3 == 0])
        except NotDrawnError:
            continue
        drawn_lines += 1
        linked += linked_plan(task.rows, linker.link(task.question)) is not None
    assert linked > 0.8 * drawn_lines


def test_a_stream_mixes_sayings_in_and_repeats_them_with_its_seed(
    drawn: Sayings, store: FactStore
) -> None:
    world, speech = World(store, held_out=False), Speech(store)

    def some(seed: int) -> list[Task]:
        return list(islice(with_sayings(tasks(world, speech, seed), drawn, seed), 60))

    first = some(5)
    said = [task for task in first if task.family == "said"]
    assert 10 <= len(said) <= 40
    assert [task.question for task in first] == [task.question for task in some(5)]
