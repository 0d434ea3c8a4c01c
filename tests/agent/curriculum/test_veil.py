"""Strange words beside pointers: what may change, and what may not."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.curriculum.veil import Veil
from agent.plan import CANVAS_WORDS
from agent.types import Brief, Pointer
from tools.types import Entity, FieldRef

KENYA = Pointer("@1", "country", "Kenya", Entity("country/KEN", "Kenya", "country"), 0, 5)
FIELDS = tuple(
    Pointer(f"%{n}", "field", label, FieldRef(label, label))
    for n, label in enumerate(("population", "area", "capital"), 1)
)
TEXT = "quiz tonight : how many %1 count people live less happily in @1 country these days verify ?"
ZH = "请问 @1 country 的人口 %1 比邻国多不多 verify"


def brief(text: str = TEXT, lang: str = "en") -> Brief:
    return Brief("q", "zh" if lang == "zh" else "en", text, (KENYA, *FIELDS))


def veiled(seed: int, said: Brief, *, is_answered: bool = True) -> Brief:
    rng, veil = random.Random(seed), Veil()
    for _ in range(40):
        veil.veiled(said, rng, is_answered=True)
    return veil.veiled(said, rng, is_answered=is_answered)


def signs(text: str) -> list[str]:
    return [w for w in text.split() if re.match(r"[@%]\d", w) or w in CANVAS_WORDS]


@given(st.integers(0, 10_000), st.sampled_from([(TEXT, "en"), (ZH, "zh")]), st.booleans())
def test_pointers_marks_and_their_order_stay(
    seed: int, said: tuple[str, str], is_answered: bool
) -> None:
    before = brief(*said)
    after = veiled(seed, before, is_answered=is_answered)
    assert signs(after.text) == signs(before.text)
    assert "@1 country" in after.text
    assert [p.symbol for p in after.pointers] == [p.symbol for p in before.pointers]
    assert after.pointers[0] == KENYA
    assert [p.target for p in after.pointers] == [p.target for p in before.pointers]


@given(st.integers(0, 10_000))
def test_words_that_turn_a_question_round_stay(seed: int) -> None:
    assert "less" in veiled(seed, brief()).text.split()
    zh = veiled(seed, brief(ZH, "zh")).text
    assert "比" in zh
    assert "不" in zh


@given(st.integers(0, 10_000))
def test_a_question_without_an_answer_keeps_every_word_and_label(seed: int) -> None:
    before = brief()
    after = veiled(seed, before, is_answered=False)
    kept = iter(after.text.split())
    assert all(word in kept for word in before.text.split())
    assert after.pointers == before.pointers


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_some_texts_and_some_labels_become_strange_and_some_stay(lang: str) -> None:
    before = brief(*(TEXT, "en") if lang == "en" else (ZH, "zh"))
    after = [veiled(seed, before) for seed in range(200)]
    assert 0.2 < sum(b.text != before.text for b in after) / 200 < 0.7
    assert 0.1 < sum(b.pointers != before.pointers for b in after) / 200 < 0.6
