"""The language files keep their rules, and say comparisons in many ways."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from agent.curriculum.families.draw import COMMON_SHARE, Draw
from agent.curriculum.grammar import Phrase
from agent.curriculum.noise import Surface
from agent.curriculum.phrasebook import Phrasebook
from agent.curriculum.spec import Rule, complaints, frames
from agent.curriculum.speech import Speech
from agent.curriculum.world import World
from agent.types import Language
from tools.facts.store import FactStore

SENSES = {"more", "less", "at_least", "at_most"}


@pytest.fixture(scope="module", params=["en", "zh"])
def book(request: pytest.FixtureRequest) -> Phrasebook:
    lang: Language = request.param
    return Phrasebook(lang)


def test_every_line_keeps_the_rules(book: Phrasebook, store: FactStore) -> None:
    assert list(complaints(book, {f.id: f for f in store.fields()})) == []


def test_every_frame_that_the_families_use_has_lines(book: Phrasebook) -> None:
    named = {name for name, rule in frames().items() if not rule.is_open}
    english = {"does_number", "extreme_one", "first_one"} if book.lang == "zh" else set()
    assert {name for name in named if not book.frames.get(name)} == english - {"does_number"}


@pytest.mark.parametrize("sense", sorted(SENSES))
def test_a_comparison_has_thirty_wordings(book: Phrasebook, sense: str) -> None:
    assert len(book.frames[f"quantity.{sense}"]) >= 30


def test_no_wording_stands_for_two_senses(book: Phrasebook) -> None:
    for group in ("quantity", "measure", "time"):
        lists = [
            {p.source for p in held}
            for name, held in book.frames.items()
            if name.startswith(f"{group}.") and name not in ("time.later", "time.earlier")
        ]
        assert sum(map(len, lists)) == len(set().union(*lists))


def test_lines_that_break_a_rule_are_named(tmp_path: Path, store: FactStore) -> None:
    folder = tmp_path / "en"
    folder.mkdir()
    (folder / "a.toml").write_text('count = ["How many?", "How many {s} [are?"]\nnope = ["x"]\n')
    (folder / "b.toml").write_text('types = ["country"]\n[population]\nask = ["谁{e}？"]\n')
    found = "\n".join(complaints(Phrasebook("en", tmp_path), {f.id: f for f in store.fields()}))
    assert "must say {s}" in found
    assert "no ']' to the end" in found
    assert "no frame is called 'nope'" in found
    assert "is not English" in found


def test_phrases_of_a_type_stand_beside_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    path = tmp_path / "en" / "a.toml"
    path.write_text('types = ["city", "lake"]\n[area]\nnp = ["x"]\n[area.lake]\nnp = ["y"]\n')
    book = Phrasebook("en", tmp_path)
    assert [p.source for p in book.fields["area", "city"]["np"]] == ["x"]
    assert [p.source for p in book.fields["area", "lake"]["np"]] == ["x", "y"]


def test_a_rule_wants_its_slots() -> None:
    rule = Rule(frozenset({"e"}), frozenset({"p"}), frozenset({"q", "r"}))
    assert rule.complaint(Phrase("{e} is {q}( {p})")) == ""
    assert "one of" in rule.complaint(Phrase("{e}"))
    assert "no slot {z}" in rule.complaint(Phrase("{e} {z} {q}"))


def test_what_is_asked_seldom_is_a_minority_of_what_is_drawn(
    world: World, speech: Speech, book: Phrasebook
) -> None:
    draw = Draw(random.Random(1), world, speech, Surface(book), book.lang)
    for type_ in ("country", "company", "region"):
        drawn = draw.askable(type_, "number")
        seldom = [f for f in drawn if book.is_seldom(f, type_)]
        assert set(drawn) - set(seldom)
        assert 0 < len(seldom) <= (1 - COMMON_SHARE) * len(drawn)
