"""Fields asked of things of another sort: another thing, what leads to such a thing, or nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent import plan as canvas
from agent.offers import Offers
from agent.sorts import Mend, Sorts
from agent.types import Brief, Plan, Pointer, RowStatus
from tests.agent.test_check import checked, only
from tests.support.runs import (
    BOHR,
    BORN,
    BRIEF,
    CURIE,
    FIELDS,
    POLAND,
    FixedLinker,
    TableOfFields,
    entities,
    number,
    plan,
)
from tools.types import Failed, FieldRef, Observation, Reason, Scalar

SPOKEN = tuple(replace(p, end=9) if p.symbol[0] == "%" else p for p in BRIEF.pointers)
NAMES_POLAND = Pointer("@5", "country", "Poland", POLAND)
WRONG = Failed(Reason.TYPE_MISMATCH, "'population' is a field of country, not of laureate")
A_DATE = Scalar("1867-11-07", "", "", ())


def sorts(drafted: Plan, seen: dict[int, Observation], *more: Pointer) -> Sorts:
    brief = replace(BRIEF, pointers=(*SPOKEN, *more))
    return Sorts(drafted, Offers(brief, "en", TableOfFields(), FixedLinker()), seen)


def mend(rows: dict[int, str], seen: dict[int, Observation], *more: Pointer) -> Mend | None:
    """How the last of these rows, which asks for a population, is mended."""
    drafted = plan(rows, f"#{len(rows)}")
    return sorts(drafted, seen, *more).mend(drafted.rows[-2], FIELDS["population"])


def test_another_thing_that_the_question_names_is_asked_instead() -> None:
    assert mend({1: "lookup @1 %2"}, {}, NAMES_POLAND) == Mend(1, 1, (NAMES_POLAND,))


def test_a_thing_is_not_asked_the_same_twice() -> None:
    found = mend({1: "lookup @5 %2", 2: "lookup @1 %2"}, {}, NAMES_POLAND)
    assert found is not None
    assert (found.offers, found.insertion is None) == ((), False)


def test_what_leads_to_such_a_thing_is_asked_first() -> None:
    drafted = plan({1: "lookup @1 %2 @3", 2: "calculate max #1"}, "#2")
    found = sorts(drafted, {}).mend(drafted.rows[0], FIELDS["population"])
    assert found is not None
    assert found.insertion is not None
    assert found.insertion.choices == (((1, 2), frozenset({"%1"})),)
    grown = canvas.with_rows(drafted, found.insertion)
    assert [f"{r.tool} {' '.join(canvas.arguments(r))}" for r in grown.rows] == [
        "lookup @1 %1",
        "lookup #1 %2 @3",
        "calculate max #2",
        "finish #3",
    ]


def test_a_row_before_that_read_a_value_finds_the_thing_instead() -> None:
    date = Pointer("%3", "field", "birth date", FieldRef("birth_date", "birth date"), end=9)
    found = mend({1: "lookup @1 %3", 2: "lookup #1 %2"}, {1: A_DATE}, date)
    assert found == Mend(1, 2, (SPOKEN[4],))


@pytest.mark.parametrize(
    ("rows", "seen"),
    [
        ({1: "search @2", 2: "lookup #1 %2"}, {1: entities(CURIE, BOHR)}),  # many: the field is wrong
        ({1: "search @2", 2: "verify #1 %2 > @3"}, {1: entities(CURIE)}),  # a claim stays about its set
        ({1: "search @2", 2: "calculate count #1", 3: "lookup #2 %2"}, {2: number(5)}),  # no lookup before
        ({n: f"lookup @{1 if n == 7 else 4} %2" for n in range(1, 8)}, {}),  # no room
    ],
)  # fmt: skip
def test_nothing_is_mended_where_no_way_leads(
    rows: dict[int, str], seen: dict[int, Observation]
) -> None:
    assert mend(rows, seen) is None


def test_the_check_keeps_the_field_that_was_spoken_of(tmp_path: Path) -> None:
    brief = Brief(BRIEF.question, "en", BRIEF.text, SPOKEN)
    found = only(checked(tmp_path, plan({1: "lookup @1 %2"}, "#1"), {1: WRONG}, brief=brief))
    assert (found.row, found.status, found.banned) == (1, RowStatus.FAILED, ())
    assert found.insertion is not None
    (tmp_path / "again").mkdir()
    unspoken = only(checked(tmp_path / "again", plan({1: "lookup @1 %2"}, "#1"), {1: WRONG}))
    assert (unspoken.cells, unspoken.banned, unspoken.insertion) == ((2,), ("%2",), None)


def test_dates_are_no_words_where_another_operand_is() -> None:
    drafted = plan({1: "lookup @1 %3", 2: "lookup @1 %1", 3: "calculate years #1 #2"}, "#3")
    when = Pointer("%3", "field", "population", FieldRef("population", "population"))
    operand = sorts(drafted, {1: A_DATE, 2: BORN}, when).wordy_operand(drafted.rows[2])
    assert operand is not None
    assert operand.index == 2
