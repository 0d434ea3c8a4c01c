"""What the question names and a plan leaves out, and the rows that are put in for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import plan as canvas
from agent.codec import decode, encode
from agent.draft import draft
from agent.journal import Outcome
from agent.offers import Offers
from agent.omissions import left_out
from agent.revise import has_filling, revise
from agent.state import RunState
from agent.types import N_ROWS, Arm, Brief, Contradiction, Insertion, Plan, Pointer, RowStatus
from tests.support.runs import BORN, FixedLinker, deps_of, linked, make_field, plan, script
from tools.facts.store import Field
from tools.types import EntityClass, FieldRef, Quantity, Term, Text

FIELDS = {
    field.id: field
    for field in (
        make_field("archipelago", "island", "text"),
        replace(make_field("area", "island|country"), unit="km2"),
        replace(make_field("elevation", "island"), unit="m"),
        make_field("gender", "laureate", "text"),
    )
}


@dataclass
class Islands:
    def field(self, field_id: str) -> Field | None:
        return FIELDS.get(field_id)


def pointer(symbol: str, kind: str, target: Term, at: int) -> Pointer:
    return Pointer(symbol, kind, kind, target, start=at, end=at + 3)


ISLANDS = pointer("@1", "class island", EntityClass("island", "islands", "island"), 0)
CANARIES = pointer("@2", "value archipelago", Text("Canary Islands"), 10)
LARGE = pointer("@3", "number square km", Quantity(Decimal(800), "km2"), 20)
FILTERED = EntityClass("island:volcanic", "volcanic islands", "island", "kind", "volcanic")
VOLCANIC = pointer("@4", "class island", FILTERED, 30)
GREEK = pointer("@5", "class island", EntityClass("island:greek", "", "island", "land", "GR"), 40)
WOMEN = pointer("@6", "value gender", Text("female"), 50)
FIELD_POINTERS = tuple(
    Pointer(f"%{n}", "field", key, FieldRef(key, key), end=60 + n)
    for n, key in enumerate(("archipelago", "area", "elevation"), 1)
)


def asked(*pointers: Pointer, text: str = "") -> Brief:
    return Brief("Which islands?", "en", text, (*pointers, *FIELD_POINTERS))


def missing(drafted: Plan, *pointers: Pointer, text: str = "") -> Contradiction | None:
    found = left_out(drafted, Offers(asked(*pointers, text=text), "en", Islands(), FixedLinker()))
    return found[0] if found else None


def rows_put_in(drafted: Plan, found: Contradiction | None) -> list[str]:
    assert found is not None
    assert found.insertion is not None
    return shown(canvas.with_rows(drafted, found.insertion))


def shown(drafted: Plan) -> list[str]:
    return [f"{r.index} {r.tool} {' '.join(canvas.arguments(r))}".strip() for r in drafted.rows]


LARGEST = plan({1: "search @1", 2: "lookup #1 %2", 3: "calculate argmax #2"}, "#3")


def test_a_value_left_out_is_put_in_behind_the_search() -> None:
    found = missing(LARGEST, ISLANDS, CANARIES)
    assert rows_put_in(LARGEST, found) == [
        "1 search @1",
        "2 verify #1 %1 = @2",
        "3 lookup #2 %2",
        "4 calculate argmax #3",
        "8 finish #4",
    ]
    assert found is not None
    assert found.insertion is not None
    assert found.insertion.choices == (((2, 3), frozenset({"=", "!="})),)
    assert "value archipelago" in found.reason


def test_a_number_left_out_is_compared_as_it_was_said_with_a_field_it_can_measure() -> None:
    drafted = plan({1: "search @1", 2: "calculate count #1"}, "#2")
    found = missing(drafted, ISLANDS, LARGE, text="@1 class island with at least >= @3 number")
    assert rows_put_in(drafted, found)[1] == "2 verify #1 %2 >= @3"
    assert found is not None
    assert found.insertion is not None
    assert found.insertion.choices == (((2, 2), frozenset({"%2"})),)


def test_what_the_question_denies_is_denied_by_the_plan() -> None:
    drafted = plan({1: "search @1", 2: "verify #1 %1 = @2", 3: "calculate count #2"}, "#3")
    found = missing(
        drafted, ISLANDS, CANARIES, text="@1 class island outside != @2 value archipelago"
    )
    assert rows_put_in(drafted, found)[1:3] == ["2 verify #1 %1 != @2", "3 calculate count #2"]
    assert found is not None
    assert found.insertion is not None
    assert found.insertion.choices == (((2, 3), frozenset({"!="})),)
    assert (
        missing(drafted, ISLANDS, CANARIES, text="@1 class island in @2 value archipelago") is None
    )


def test_a_narrower_class_takes_the_place_of_the_whole() -> None:
    found = missing(LARGEST, ISLANDS, VOLCANIC)
    assert found is not None
    assert found.insertion is None
    assert (found.row, found.cells, found.banned, found.offers) == (1, (1,), ("@1",), (VOLCANIC,))


def test_another_part_is_intersected_with_the_part_that_is_searched_for() -> None:
    drafted = plan({1: "search @4", 2: "verify #1 %2 > @3"}, "#2")
    assert rows_put_in(drafted, missing(drafted, VOLCANIC, GREEK, LARGE)) == [
        "1 search @4",
        "2 search @5",
        "3 calculate intersect #1 #2",
        "4 verify #3 %2 > @3",
        "8 finish #4",
    ]


def test_a_plan_that_says_nothing_begins_with_the_things_that_have_the_value() -> None:
    found = missing(plan({}), ISLANDS, CANARIES)
    assert rows_put_in(plan({}), found) == ["1 search @1", "2 verify #1 %1 = @2", "8 finish"]
    assert found is not None
    assert found.insertion is not None
    assert dict(found.insertion.choices)[N_ROWS, 1] == frozenset(canvas.REFERENCES)


def test_a_value_alone_is_no_question_about_things_that_have_it() -> None:
    alone = replace(asked(), pointers=(ISLANDS, replace(CANARIES, end=61), FIELD_POINTERS[0]))
    assert left_out(plan({}), Offers(alone, "en", Islands(), FixedLinker())) == ()
    spoken = replace(alone, pointers=(*alone.pointers, FIELD_POINTERS[1]))
    assert left_out(plan({}), Offers(spoken, "en", Islands(), FixedLinker())) != ()


@pytest.mark.parametrize(
    ("rows", "pointers", "text"),
    [
        ({1: "search @1 @2"}, (ISLANDS, CANARIES), ""),
        ({1: "search @1"}, (ISLANDS, WOMEN), ""),  # islands have none
        ({1: "search @1"}, (ISLANDS, LARGE), "@1 class island, @3 number"),  # compared with nothing
        ({1: "search @1", 2: "verify #1 %1 = #1"}, (ISLANDS, CANARIES), ""),  # claimed already
        ({1: "lookup @7 %2"}, (ISLANDS, CANARIES), ""),  # searches for nothing
        ({}, (ISLANDS, WOMEN), ""),
    ],
)
def test_nothing_else_counts_as_left_out(
    rows: dict[int, str], pointers: tuple[Pointer, ...], text: str
) -> None:
    assert missing(plan(rows, "#1" if rows else ""), *pointers, text=text) is None


def test_another_word_for_what_is_said_is_not_left_out() -> None:
    twin = replace(LARGE, symbol="@7", start=30, end=33)
    within = replace(CANARIES, symbol="@8", target=Text("Canary"), start=11, end=12)
    drafted = plan({1: "search @1 @2", 2: "verify #1 %2 > @3"}, "#2")
    text = "@1 class island > @3 number (> @7 number)"
    assert missing(drafted, ISLANDS, CANARIES, LARGE, twin, within, text=text) is None


def test_nothing_is_put_in_where_the_canvas_is_full() -> None:
    full = plan({n: "search @1" if n == 1 else f"lookup #{n - 1} %2" for n in range(1, 8)}, "#7")
    assert missing(full, ISLANDS, CANARIES) is None


def short_of_a_row(arm: Arm, drafted: Plan = LARGEST) -> RunState:
    done = tuple(replace(row, status=RowStatus.OK) for row in drafted.rows)
    found = missing(drafted, ISLANDS, CANARIES)
    assert found is not None
    return replace(
        linked(arm),
        brief=asked(ISLANDS, CANARIES),
        plan=Plan(done),
        observed={row.index: f"call {row.index}" for row in done},
        confidence={"1.1": 0.9, "2.1": 0.8, "8.1": 0.7},
        banned={(2, 2): frozenset({"%3"})},
        tried={((3, 1),): ("slot",)},
        notes=(found,),
        is_complete=True,
    )


@pytest.mark.parametrize("arm", ["diffusion", "ar-plan", "ar-react"])
def test_every_arm_keeps_what_it_wrote_and_fills_the_new_row_only(tmp_path: Path, arm: Arm) -> None:
    rows = {
        1: "search @1",
        2: "verify #1 %1 = @2",
        3: "lookup #2 %2",
        4: "calculate argmax #3",
    }
    with deps_of(tmp_path, [script(rows, "#4")], arm=arm) as deps:
        deps.journal.keep("call 1", Outcome(BORN, 0.0))
        opened = revise(short_of_a_row(arm), deps)
        form = deps.template_of(opened)
        written = draft(opened, deps)
    assert opened.open == {(2, 3)}
    assert has_filling(form)
    assert [slot.name for slot in form.slots() if slot.value is None] == ["2.3"]
    assert opened.observed == written.observed == {1: "call 1"}
    assert opened.banned == {(3, 2): frozenset({"%3"})}
    assert opened.tried == {((4, 1),): ("slot",)}
    assert opened.confidence == {"1.1": 0.9}
    assert written.is_complete
    assert written.drafted.rows[0].status is RowStatus.OK
    assert {row.status for row in written.drafted.rows[1:]} == {RowStatus.TODO}


def test_a_plan_that_said_nothing_is_open_behind_what_is_put_in(tmp_path: Path) -> None:
    blank = plan({})
    with deps_of(tmp_path) as deps:
        opened = revise(short_of_a_row("diffusion", blank), deps)
        assert has_filling(deps.template_of(opened))
    assert {row for row, _ in opened.open} == {2, *range(3, N_ROWS + 1)}
    assert (2, 3) in opened.open
    assert (2, 0) not in opened.open


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Chains of rows that each rest on one or two before them."""
    n = draw(st.integers(1, 5))
    rows = {1: "search @1"}
    for index in range(2, n + 1):
        refs = draw(st.lists(st.integers(1, index - 1), min_size=1, max_size=2))
        rows[index] = "calculate intersect " + " ".join(f"#{ref}" for ref in refs)
    return plan(rows, f"#{n}")


@given(plans(), st.integers(1, 5), st.integers(1, 2), st.booleans())
def test_rows_rest_on_the_same_rows_after_others_took_the_place_of_one(
    drafted: Plan, first: int, n: int, is_kept: bool
) -> None:
    first = min(first, max(row.index for row in drafted.rows if row.index < N_ROWS))
    new = tuple(plan({first + i: "verify #1 %1 = @2"}).rows[0] for i in range(n + 1))
    old = canvas.row_of(drafted, first)
    assert old is not None
    rows = (old, *new[1:]) if is_kept else new
    grown = canvas.with_rows(drafted, Insertion(rows, ()))
    moved = {i: i if i < first or i == N_ROWS else i + n for i in range(1, N_ROWS + 1)}
    assert [r.index for r in grown.rows] == sorted({r.index for r in grown.rows})
    assert grown.rows[first - 1 : first + n] == rows
    for row in drafted.rows:
        after = canvas.row_of(grown, moved[row.index])
        assert after is not None
        if row.index < first:
            assert after == row
        elif row.index > first:
            assert canvas.references(after) == tuple(moved[ref] for ref in canvas.references(row))


def test_an_insertion_survives_a_checkpoint() -> None:
    found = missing(LARGEST, ISLANDS, CANARIES)
    assert found is not None
    assert isinstance(found.insertion, Insertion)
    assert decode(encode(found)) == found
