"""Things named beside what is asked about, and set against it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent import plan as canvas
from agent.asides import aside
from agent.offers import Offers
from agent.types import Contradiction, Plan, Pointer
from tests.support.runs import BRIEF, FixedLinker, TableOfFields, plan
from tools.types import FieldRef

PAIRED = {1: "lookup @1 %1", 2: "lookup @4 %2", 3: "calculate ratio #1 #2"}
NOW = Pointer("%3", "field", "birth country now", FieldRef("birth_country_now", "now"), end=9)


def found(drafted: Plan, certain: str = "%1") -> tuple[Contradiction, ...]:
    pointers = (replace(p, is_certain=p.symbol in certain.split()) for p in (*BRIEF.pointers, NOW))
    brief = replace(BRIEF, pointers=tuple(pointers))
    return aside(drafted, Offers(brief, "en", TableOfFields(), FixedLinker()))


def test_only_the_lookup_that_is_plainly_asked_for_stays() -> None:
    drafted = plan(PAIRED, "#3")
    (contradiction,) = found(drafted)
    assert contradiction.insertion is not None
    left = canvas.with_rows(drafted, contradiction.insertion)
    assert [f"{row.index} {row.tool} {row.words[0]}" for row in left.rows] == [
        "1 lookup @1",
        "8 finish #1",
    ]
    assert contradiction.insertion.choices == (((8, 1), frozenset({"#1"})),)


@pytest.mark.parametrize(
    ("rows", "finish", "certain"),
    [
        (PAIRED, "#3", ""),  # nothing is plainly asked for
        (PAIRED, "#3", "%1 %2"),  # both are
        (PAIRED, "#1", "%1"),  # not the answer
        ({**PAIRED, 2: "lookup @4 %1"}, "#3", "%1"),  # the same of two things
        ({**PAIRED, 2: "lookup @4 %3"}, "#3", "%1"),  # nearly the same
        ({**PAIRED, 2: "lookup @1 %2"}, "#3", "%1"),  # two figures of one thing
        ({**PAIRED, 2: "lookup #1 %2"}, "#3", "%1"),  # a chain
        ({**PAIRED, 3: "calculate sum #1 #2"}, "#3", "%1"),  # no pair
    ],
)
def test_other_comparisons_are_let_be(rows: dict[int, str], finish: str, certain: str) -> None:
    assert found(plan(rows, finish), certain) == ()
