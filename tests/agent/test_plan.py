"""The canvas of a plan: what may stand in it, what it says, and the calls it becomes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import plan as plans
from agent.types import N_ARGS, N_ROWS, NIL, Brief, Contradiction, Plan, Pointer, Row, RowStatus
from model.types import Slot, Template
from tools.types import Entities, Entity, EntityClass, FieldRef, Period, Quantity, Text

GERMANY = Entity("country/DEU", "Germany", "country")
BRIEF = Brief(
    "Which physics laureates were born in Germany and won after 1950?",
    "en",
    "which @1 class laureate were born %1 in @2 country and won after @3 period year ?",
    (
        Pointer(
            "@1",
            "class laureate",
            "physics laureates",
            EntityClass("laureate:physics", "l", "laureate"),
        ),
        Pointer("@2", "country", "Germany", GERMANY),
        Pointer("@3", "period year", "1950", Period("1950")),
        Pointer("@4", "number", "10", Quantity(Decimal(10))),
        Pointer("@5", "value gender", "female", Text("female")),
        Pointer("@6", "source filing", "filing", Text("filing")),
        Pointer("%1", "field", "birth country", FieldRef("birth_country", "birth country")),
        Pointer("%2", "field", "prize year", FieldRef("prize_year", "prize year")),
    ),
)


def row(index: int, tool: str, *words: str) -> Row:
    return Row(index, tool, (*words, *[NIL] * N_ARGS)[:N_ARGS])


PLAN = Plan(
    (
        row(1, "search", "@1"),
        row(2, "verify", "#1", "%1", "=", "@2"),
        row(3, "verify", "#2", "%2", ">", "@3"),
        row(N_ROWS, "finish", "#3"),
    )
)


def slots(template: Template) -> dict[str, Slot]:
    return {slot.name: slot for slot in template.slots()}


def is_valid(made: Row) -> bool:
    words = (made.tool, *made.words)
    options = plans.alternatives(plans.words_for(BRIEF.pointers, made.index), made.index)
    return any(
        all(word in allowed for word, allowed in zip(words, option, strict=True))
        for option in options
    )


def test_every_row_of_a_good_plan_obeys_the_grammar() -> None:
    assert all(is_valid(made) for made in PLAN.rows)


@pytest.mark.parametrize(
    "bad",
    [
        row(1, "verify", "#1", "%1", "=", "@2"),
        row(2, "lookup", "@1", "%1"),
        row(2, "lookup", "@2", "@3"),
        row(2, "lookup", "#2", "%1"),
        row(2, "calculate", "growth", "#1"),
        row(2, "calculate", "count", NIL),
        row(2, "search", NIL),
        row(2, "search", "@1", NIL, "@2"),
        row(2, "verify", "@2", NIL, "=", "@3"),
        row(2, "nop", "#1"),
        row(N_ROWS, "search", "@1"),
    ],
    ids=lambda made: " ".join((made.tool, *plans.arguments(made))),
)
def test_a_call_that_could_not_run_is_not_in_the_grammar(bad: Row) -> None:
    assert not is_valid(bad)


@given(st.integers(1, N_ROWS), st.data())
def test_whatever_the_grammar_allows_refers_to_earlier_rows_only(
    index: int, data: st.DataObject
) -> None:
    options = plans.alternatives(plans.words_for(BRIEF.pointers, index), index)
    option = data.draw(st.sampled_from(options))
    words = [data.draw(st.sampled_from(sorted(allowed))) for allowed in option]
    made = Row(index, words[0], tuple(words[1:]))
    assert all(1 <= j < index for j in plans.references(made))


def test_reading_back_the_words_of_a_plan_gives_the_plan() -> None:
    template = plans.template(BRIEF, PLAN)
    known = {name: slot.value or "" for name, slot in slots(template).items()}
    assert plans.read(known) == PLAN


def test_a_draft_leaves_every_slot_open_but_the_last_tool() -> None:
    known = {name for name, slot in slots(plans.template(BRIEF)).items() if slot.value}
    assert known == {f"{N_ROWS}.tool"}


@given(st.frozensets(st.tuples(st.integers(1, N_ROWS - 1), st.integers(0, N_ARGS))))
def test_a_revision_opens_exactly_the_reopened_cells(reopened: frozenset[tuple[int, int]]) -> None:
    found = slots(plans.template(BRIEF, PLAN, reopened))
    opened = {plans.cell_of(name) for name, slot in found.items() if slot.value is None}
    assert opened == reopened


def test_a_banned_word_is_refused_in_its_cell_only() -> None:
    found = slots(
        plans.template(BRIEF, PLAN, frozenset({(2, 2)}), banned={(2, 2): frozenset({"%1"})})
    )
    assert found["2.2"].banned == {"%1"}
    assert not any(slot.banned for name, slot in found.items() if name != "2.2")


def test_the_prompt_tells_what_went_wrong_and_what_is_offered() -> None:
    offer = Pointer("@7", "period fiscal", "FY2024", Period("FY2024"))
    note = Contradiction(2, (3,), RowStatus.EMPTY, ("@3",), "no value", (offer,))
    assert plans.prompt(BRIEF, (note,)).endswith("; #2 empty @3 ; @7 period fiscal")


def test_dependents_are_found_through_other_rows() -> None:
    assert plans.dependents(PLAN, 1) == {2, 3, N_ROWS}
    assert plans.dependents(PLAN, 3) == {N_ROWS}


def test_a_row_is_ready_when_its_references_are_done() -> None:
    assert plans.is_ready(PLAN.rows[0], ())
    assert not plans.is_ready(PLAN.rows[2], (1,))
    assert plans.is_ready(PLAN.rows[2], (1, 2))


def test_a_call_binds_the_symbols_it_mentions_and_no_other() -> None:
    seen = Entities((GERMANY,))
    call = plans.call(PLAN.rows[1], BRIEF, {1: seen})
    assert call.args == {"claim": "#1 %1 = @2"}
    assert call.bindings == {
        "#1": seen,
        "%1": FieldRef("birth_country", "birth country"),
        "@2": GERMANY,
    }


@pytest.mark.parametrize(
    ("made", "args"),
    [
        (row(1, "search", "@1", "@5"), {"query": "@1 @5"}),
        (row(2, "lookup", "@2", "%1", "@3"), {"source": "@2", "field": "%1", "period": "@3"}),
        (row(2, "lookup", "@2", "%1", NIL, "@6"), {"source": "@2", "field": "%1", "origin": "@6"}),
        (row(4, "calculate", "growth", "#2", "#1"), {"expression": "growth(#2, #1)"}),
        (row(2, "verify", "#1", NIL, ">", "@4", "@3"), {"claim": "#1 > @4 in @3"}),
    ],
)
def test_each_tool_gets_its_arguments_by_name(made: Row, args: dict[str, str]) -> None:
    seen = {j: Entities((GERMANY,)) for j in plans.references(made)}
    assert plans.call(made, BRIEF, seen).args == args


def test_people_read_labels_instead_of_pointers() -> None:
    assert plans.shown(PLAN.rows[1], BRIEF) == ["#1 birth country = Germany"]
