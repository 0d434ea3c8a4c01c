"""Checking: which cells an observation speaks against, and what may stand there instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from agent.check import check
from agent.journal import Outcome
from agent.offers import can_hold, is_multiple
from agent.state import Cell, RunState
from agent.status import status_of
from agent.types import Brief, Contradiction, Plan, Pointer, Row, RowStatus
from tests.support.runs import (
    BORN,
    BRIEF,
    CURIE,
    FIELDS,
    PEOPLE,
    POLAND,
    deps_of,
    entities,
    fact,
    linked,
    make_field,
    number,
    plan,
)
from tools.types import (
    Answer,
    Entities,
    Failed,
    FieldRef,
    Measure,
    Observation,
    Period,
    Quantity,
    Reason,
    Scalar,
    Table,
    Term,
    Text,
    Truth,
    Verdict,
)

NOW = Pointer(
    "%3", "field", "birth country now", FieldRef("birth_country_now", "birth country now")
)
TORN = number(
    5,
    fact(1, POLAND, "population", "5", "mondial"),
    fact(2, POLAND, "population", "6", "worldbank"),
    fact(3, POLAND, "population", "7", "factbook"),
    disagrees=True,
)


def checked(
    folder: Path,
    drafted: Plan,
    seen: Mapping[int, Observation],
    *,
    is_complete: bool = True,
    brief: Brief = BRIEF,
    banned: Mapping[Cell, frozenset[str]] | None = None,
    question: str = "Where was Marie Curie born?",
) -> RunState:
    """The state after checking a plan of which these rows were observed."""
    rows = tuple(
        replace(row, status=status_of(row, seen[row.index])) if row.index in seen else row
        for row in drafted.rows
    )
    with deps_of(folder) as deps:
        for index, observation in seen.items():
            deps.journal.keep(str(index), Outcome(observation, 0.0))
        state = replace(
            linked(),
            question=question,
            brief=brief,
            banned=banned or {},
            plan=Plan(rows),
            observed={index: str(index) for index in seen},
            is_complete=is_complete,
        )
        return check(state, deps)


def only(state: RunState) -> Contradiction:
    (contradiction,) = state.notes
    return contradiction


def test_observations_that_fit_contradict_nothing(tmp_path: Path) -> None:
    drafted = plan({1: "lookup @1 %1", 2: "lookup #1 %2"}, "#2")
    state = checked(tmp_path, drafted, {1: BORN, 2: PEOPLE})
    assert (state.notes, state.halt, state.brief) == ((), "", BRIEF)


def test_no_value_offers_the_field_that_means_nearly_the_same(tmp_path: Path) -> None:
    missing = Failed(Reason.NO_VALUE, "no birth country is known for Marie Curie")
    state = checked(tmp_path, plan({1: "lookup @1 %1"}, "#1"), {1: missing})
    found = only(state)
    assert (found.row, found.cells, found.status) == (1, (2,), RowStatus.EMPTY)
    assert found.banned == ("%1",)
    assert [p.target for p in found.offers] == [FieldRef("birth_country_now", "birth country now")]
    assert found.offers[0].symbol == "%3"
    assert state.brief is not None
    assert state.brief.pointer("%3") == found.offers[0]


def test_what_the_tool_names_is_offered_before_what_the_table_says(tmp_path: Path) -> None:
    missing = Failed(Reason.NO_VALUE, "none", candidates=("area",))
    found = only(checked(tmp_path, plan({1: "lookup @1 %1"}, "#1"), {1: missing}))
    assert [p.label for p in found.offers] == ["area"]


def test_a_term_the_brief_points_to_is_offered_under_its_pointer(tmp_path: Path) -> None:
    missing = Failed(Reason.NO_VALUE, "none", candidates=("population",))
    state = checked(tmp_path, plan({1: "lookup @1 %1"}, "#1"), {1: missing})
    assert [p.symbol for p in only(state).offers] == ["%2"]
    assert state.brief == BRIEF


def test_a_gap_in_the_facts_without_anything_near_ends_the_run(tmp_path: Path) -> None:
    missing = Failed(Reason.NO_VALUE, "no population is known for Poland")
    drafted = plan({1: "lookup @1 %1", 2: "lookup #1 %2"}, "#2")
    state = checked(tmp_path, drafted, {1: BORN, 2: missing})
    assert state.notes == ()
    assert state.halt == "gap"
    assert state.gaps == ("#1 · population: no population is known for Poland",)


def test_a_field_that_such_things_never_have_is_the_drafts_mistake(tmp_path: Path) -> None:
    missing = Failed(Reason.NO_VALUE, "none")
    found = only(checked(tmp_path, plan({1: "lookup @1 %2"}, "#1"), {1: missing}))
    assert (found.cells, found.banned, found.offers) == ((2,), ("%2",), ())


AREA = Pointer("%3", "field", "area", FieldRef("area", "area"), end=9)
SPEAKS_OF_AREA = replace(BRIEF, pointers=(*BRIEF.pointers, AREA))
GAP = Failed(Reason.NO_VALUE, "no population is known for Poland")


@pytest.mark.parametrize("seen", [GAP, PEOPLE])
def test_a_field_that_nobody_spoke_of_gives_way_to_one_that_was_passed_over(
    tmp_path: Path, seen: Observation
) -> None:
    drafted = plan({1: "lookup @1 %1", 2: "lookup #1 %2"}, "#2")
    found = only(checked(tmp_path, drafted, {1: BORN, 2: seen}, brief=SPEAKS_OF_AREA))
    assert (found.row, found.cells, found.banned) == (2, (2,), ("%2",))
    assert found.offers == (AREA,)


@pytest.mark.parametrize(
    ("rows", "ending"),
    [
        ({1: "lookup @1 %1", 2: "lookup #1 %2"}, "#1 #2"),  # a report names no fields
        ({1: "lookup @1 %1", 2: "lookup #1 %3", 3: "lookup #1 %2"}, "#3"),  # nothing passed over
        ({1: "lookup @1 %1"}, "#1"),  # such things have no area
    ],
)
def test_a_field_that_nobody_spoke_of_stands_where_no_other_was_passed_over(
    tmp_path: Path, rows: Mapping[int, str], ending: str
) -> None:
    seen = dict(zip(rows, (BORN, PEOPLE, PEOPLE), strict=False))
    state = checked(tmp_path, plan(dict(rows), ending), seen, brief=SPEAKS_OF_AREA)
    assert state.notes == ()


@pytest.mark.parametrize(
    ("rows", "is_opened"),
    [
        ({1: "lookup @1 %1"}, True),
        ({1: "lookup @1 %3"}, False),
        ({1: "lookup @1 %1", 2: "lookup #1 %2"}, False),  # it leads on to what is asked for
        ({1: "verify @1 %1 = @4"}, False),
    ],
)
def test_a_doubtful_field_gives_way_to_one_that_is_plainly_asked_for(
    tmp_path: Path, rows: Mapping[int, str], is_opened: bool
) -> None:
    spoken = (replace(p, end=9) if p.symbol[0] == "%" else p for p in BRIEF.pointers)
    certain = replace(NOW, end=20, is_certain=True)
    drafted = plan(dict(rows), f"#{len(rows)}")
    seen = dict(zip(rows, (BORN, PEOPLE), strict=False))
    brief = replace(BRIEF, pointers=(*spoken, certain))
    notes = checked(tmp_path, drafted, seen, brief=brief).notes
    assert [(found.cells, found.offers) for found in notes] == [((2,), (certain,))] * is_opened


@pytest.mark.parametrize(("unit", "is_opened"), [("h", True), ("km", False)])
def test_a_claim_about_what_its_field_can_never_be_gives_way_to_one_that_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unit: str, is_opened: bool
) -> None:
    monkeypatch.setitem(FIELDS, "area", replace(make_field("area", "country"), unit=unit))
    hours = Pointer("@5", "number h", "300 hours", Quantity(Decimal(300), "h"), start=40, end=49)
    area = Pointer("%3", "field", "area", FieldRef("area", "area"), end=20)
    spoken = tuple(replace(p, end=9) if p.symbol == "%2" else p for p in BRIEF.pointers)
    drafted = plan({1: "search @2", 2: "verify #1 %2 > @5"}, "#2")
    seen: dict[int, Observation] = {1: entities(POLAND), 2: entities(POLAND)}
    brief = replace(BRIEF, pointers=(*spoken, hours, area))
    notes = checked(tmp_path, drafted, seen, brief=brief).notes
    assert [(found.cells, found.offers) for found in notes] == [((2,), (area,))] * is_opened


def test_a_plan_that_ends_in_a_thing_lacks_the_row_that_reads_the_number_asked_for(
    tmp_path: Path,
) -> None:
    state = checked(
        tmp_path,
        plan({1: "lookup @1 %1"}, "#1"),
        {1: BORN},
        brief=SPEAKS_OF_AREA,
        question="How big is the country Marie Curie was born in?",
    )
    row, ending = state.notes
    assert (row.row, row.cells, row.banned) == (2, (0,), ("nop",))
    assert (ending.row, ending.cells, ending.banned) == (8, (1,), ("#1",))


def test_a_plan_without_calls_lacks_one_where_the_facts_hold_what_is_asked_for(
    tmp_path: Path,
) -> None:
    known = replace(BRIEF, pointers=(*BRIEF.pointers, replace(AREA, is_certain=True)))
    assert checked(tmp_path, plan({}), {}, brief=SPEAKS_OF_AREA).notes == ()
    row, ending = checked(tmp_path, plan({}), {}, brief=known).notes
    assert (row.row, row.cells, row.banned) == (1, (0,), ("nop",))
    assert (ending.row, ending.cells, ending.banned) == (8, (1,), ("<nil>",))


@pytest.mark.parametrize(
    ("question", "rows", "seen", "ending"),
    [
        ("Where is that?", {1: "lookup @1 %1"}, {1: BORN}, "#1"),
        ("How big is it?", {1: "lookup @1 %1", 2: "lookup #1 %3"}, {1: BORN, 2: PEOPLE}, "#2"),
        ("How big is it?", {1: "lookup @1 %1", 2: "lookup #1 %3"}, {1: BORN, 2: PEOPLE}, "#1 #2"),
        ("How old was she?", {1: "lookup @1 %1"}, {1: BORN}, "#1"),
        ("In which year was that?", {1: "lookup @1 %1"}, {1: BORN}, "#1"),  # no year is spoken of
    ],
)
def test_a_plan_that_may_end_there_lacks_nothing(
    tmp_path: Path,
    question: str,
    rows: Mapping[int, str],
    seen: Mapping[int, Observation],
    ending: str,
) -> None:
    drafted = plan(dict(rows), ending)
    state = checked(tmp_path, drafted, seen, brief=SPEAKS_OF_AREA, question=question)
    assert not [note for note in state.notes if note.cells == (0,)]


def test_a_field_that_leads_to_another_need_not_be_spoken_of(tmp_path: Path) -> None:
    born = Pointer("%3", "field", "born", FieldRef("birth_country_now", "born"), end=9)
    brief = replace(BRIEF, pointers=(*BRIEF.pointers, born))
    drafted = plan({1: "lookup @1 %1", 2: "lookup #1 %2"}, "#2")
    assert checked(tmp_path, drafted, {1: BORN, 2: PEOPLE}, brief=brief).notes == ()


def dated(folder: Path, period: str, *there: str, row: str = "lookup @1 %1 @3") -> RunState:
    """The state after a row found nothing for a period, and the tool named periods that have a value."""
    missing = Failed(Reason.NO_VALUE_FOR_PERIOD, f"none for {period}", candidates=there)
    asked = Pointer("@3", "period year", period, Period(period))
    land = Pointer("@5", "country", "Poland", POLAND)
    brief = replace(BRIEF, pointers=(*(p for p in BRIEF.pointers if p.symbol != "@3"), asked, land))
    return checked(folder, plan({1: row}, "#1"), {1: missing}, brief=brief)


@pytest.mark.parametrize(
    ("period", "other", "kind"),
    [
        ("2024", "FY2024", "period fiscal"),
        ("FY2024", "2024", "period year"),
    ],
)
def test_no_value_for_the_period_offers_the_other_reading_of_the_year(
    tmp_path: Path, period: str, other: str, kind: str
) -> None:
    found = only(dated(tmp_path, period, "2023", "FY2023", other, "2024Q1", "2025"))
    assert (found.cells, found.banned, found.kept) == ((3,), ("@3",), (3,))
    assert [(p.kind, p.target) for p in found.offers] == [(kind, Period(other))]


@pytest.mark.parametrize("period", ["2024", "FY2024", "2024Q2"])
def test_a_neighbouring_period_never_stands_in(tmp_path: Path, period: str) -> None:
    state = dated(tmp_path, period, "2023", "FY2023", "2025", "2024Q1", "2024Q3", row="lookup @5 %2 @3")  # fmt: skip
    assert state.notes == ()
    assert state.halt == "gap"


def test_the_period_asked_for_stays_where_another_field_may_have_it(tmp_path: Path) -> None:
    found = only(dated(tmp_path, "1850", "1900"))
    assert (found.cells, found.kept) == ((2,), (3,))
    assert [p.target for p in found.offers] == [FieldRef("birth_country_now", "birth country now")]


def test_the_period_of_a_claim_stands_elsewhere(tmp_path: Path) -> None:
    state = dated(tmp_path, "2024", "FY2024", row="verify @1 %1 = @4 @3")
    assert only(state).cells == (5,)


def test_sources_that_disagree_are_offered_closest_to_the_origin_first(tmp_path: Path) -> None:
    drafted = plan({1: "lookup @1 %1", 2: "lookup #1 %2"}, "#2")
    found = only(checked(tmp_path, drafted, {1: BORN, 2: TORN}))
    assert (found.row, found.cells, found.status) == (2, (4,), RowStatus.CONTRADICTED)
    assert found.banned == ()
    assert [(p.kind, p.target) for p in found.offers] == [
        ("source official", Text("worldbank")),
        ("source database", Text("mondial")),
    ]
    assert "5 (Mondial)" in found.reason


def test_a_lookup_that_names_its_source_is_not_contradicted_by_others(tmp_path: Path) -> None:
    drafted = plan({1: "lookup @1 %2 <nil> @4"}, "#1")
    assert checked(tmp_path, drafted, {1: TORN}).notes == ()


def test_a_whole_table_is_not_contradicted_by_some_torn_rows(tmp_path: Path) -> None:
    rows = tuple(Measure(e, Decimal(1), "", "", (), disagrees=True) for e in (CURIE, POLAND))
    assert checked(tmp_path, plan({1: "lookup @2 %2"}, "#1"), {1: Table("x", rows)}).notes == ()


def test_a_source_without_a_value_is_replaced_by_one_that_has_it(tmp_path: Path) -> None:
    missing = Failed(Reason.NO_VALUE, "none comes from press", candidates=("worldbank",))
    found = only(checked(tmp_path, plan({1: "lookup @1 %2 <nil> @4"}, "#1"), {1: missing}))
    assert (found.cells, [p.kind for p in found.offers]) == ((4,), ["source official"])


def test_a_field_of_another_type_is_replaced_by_one_that_fits(tmp_path: Path) -> None:
    wrong = Failed(
        Reason.TYPE_MISMATCH, "population is no field of laureate", candidates=("birth_country",)
    )
    found = only(checked(tmp_path, plan({1: "lookup @1 %2"}, "#1"), {1: wrong}))
    assert (found.cells, found.status) == ((2,), RowStatus.FAILED)
    assert [p.symbol for p in found.offers] == ["%1"]


def test_of_the_fields_with_numbers_those_that_were_spoken_of_are_offered(tmp_path: Path) -> None:
    drafted = plan({1: "lookup @1 %1", 2: "lookup #1 %4", 3: "calculate sum #2 #2"}, "#3")
    words = Pointer("%4", "field", "continent", FieldRef("birth_country", "continent"))
    brief = replace(SPEAKS_OF_AREA, pointers=(*SPEAKS_OF_AREA.pointers, words))
    seen = {1: BORN, 2: BORN, 3: Failed(Reason.TYPE_MISMATCH, "no number")}
    found = only(checked(tmp_path, drafted, seen, brief=brief))
    assert (found.row, found.offers) == (2, (AREA,))


def test_words_where_a_number_is_needed_speak_against_the_row_that_read_them(
    tmp_path: Path,
) -> None:
    drafted = plan({1: "lookup @1 %1", 2: "calculate sum #1"}, "#2")
    wrong = Failed(Reason.TYPE_MISMATCH, "sum takes numbers")
    state = checked(tmp_path, drafted, {1: Scalar("Warsaw"), 2: wrong})
    found = only(state)
    assert (found.row, found.cells, found.banned) == (1, (2,), ("%1",))
    assert [row.status for row in state.drafted.rows[:2]] == [
        RowStatus.CONTRADICTED,
        RowStatus.FAILED,
    ]


def test_an_empty_set_speaks_against_the_last_condition(tmp_path: Path) -> None:
    drafted = plan({1: "search @2 @1 @4"}, "#1")
    found = only(checked(tmp_path, drafted, {1: Entities(())}))
    assert (found.cells, found.banned, found.status) == ((3,), ("@4",), RowStatus.EMPTY)


def test_a_filter_that_keeps_nobody_may_ask_the_near_field(tmp_path: Path) -> None:
    drafted = plan({1: "search @2", 2: "verify #1 %1 = @4"}, "#2")
    nobody = Failed(Reason.EMPTY, "none of 9 members has it")
    found = only(checked(tmp_path, drafted, {1: Entities((CURIE,)), 2: nobody}))
    assert (found.row, found.cells) == (2, (2,))
    assert [p.label for p in found.offers] == ["birth country now"]


def test_a_claim_about_a_field_that_cannot_hold_the_value_is_given_one_that_can(
    tmp_path: Path,
) -> None:
    drafted = plan({1: "search @2", 2: "verify #1 %2 = @5"}, "#2")
    poland = Pointer("@5", "country", "Poland", POLAND)
    brief = replace(BRIEF, pointers=(*BRIEF.pointers, poland))
    nobody = Failed(Reason.EMPTY, "none of 9 members has it")
    state = checked(tmp_path, drafted, {1: Entities((CURIE,)), 2: nobody}, brief=brief)
    found = only(state)
    assert (found.row, found.cells, found.banned) == (2, (2,), ("%2",))
    assert [p.symbol for p in found.offers] == ["%1"]


def test_what_was_rejected_before_is_not_offered_again(tmp_path: Path) -> None:
    missing = Failed(Reason.NO_VALUE, "none")
    brief = replace(BRIEF, pointers=(*BRIEF.pointers, NOW))
    drafted = plan({1: "lookup @1 %3"}, "#1")
    fresh = checked(tmp_path, drafted, {1: missing}, brief=brief)
    assert [p.symbol for p in only(fresh).offers] == ["%1"]
    tried = checked(
        tmp_path, drafted, {1: missing}, brief=brief, banned={(1, 2): frozenset({"%1"})}
    )
    assert (tried.notes, tried.halt) == ((), "gap")


@pytest.mark.parametrize("operation", ["sum", "argmax", "difference"])
def test_entities_where_a_number_is_needed_speak_against_the_lookup(
    tmp_path: Path, operation: str
) -> None:
    drafted = plan({1: "lookup @2 %1", 2: f"calculate {operation} #1"}, "#2")
    wrong = Failed(Reason.TYPE_MISMATCH, "numbers only")
    found = only(checked(tmp_path, drafted, {1: BORN, 2: wrong}))
    assert (found.row, found.cells) == (1, (2,))


@pytest.mark.parametrize(
    ("kind", "target", "value_kind", "is_possible"),
    [
        ("entity:country", POLAND, "country", True),
        ("text", POLAND, "country", False),
        ("number", Quantity(Decimal(1)), "number", True),
        ("text", Quantity(Decimal(1)), "number", False),
        ("date", Period("1982"), "period year", True),
        ("entity:prize", Period("1982"), "period year", False),
        ("text", Text("solid"), "value birth country", True),
        ("text", Text("solid"), "value phase", False),
    ],
)
def test_a_field_holds_values_of_its_kind(
    kind: str, target: Term, value_kind: str, is_possible: bool
) -> None:
    field = make_field("birth_country", "laureate", kind)
    assert can_hold(field, Pointer("@9", value_kind, "x", target)) == is_possible


@pytest.mark.parametrize(
    ("truth", "finish", "is_contradicted"),
    [
        (Truth.CONTRADICTED, "#1", True),
        (Truth.CONTRADICTED, "#2", False),
        (Truth.SUPPORTED, "#1", False),
    ],
)
def test_a_false_claim_contradicts_the_plan_unless_it_is_the_answer(
    tmp_path: Path, truth: Truth, finish: str, is_contradicted: bool
) -> None:
    drafted = plan({1: "lookup @1 %1", 2: "verify @4 %1 = @1"}, finish)
    state = checked(tmp_path, drafted, {1: BORN, 2: Verdict(truth, "a claim")})
    assert bool(state.notes) == is_contradicted


def test_a_claim_is_not_judged_before_the_plan_is_complete(tmp_path: Path) -> None:
    drafted = plan({1: "verify @4 %1 = @1"})
    claim = Verdict(Truth.CONTRADICTED, "a claim")
    assert checked(tmp_path, drafted, {1: claim}, is_complete=False).notes == ()


def test_a_claim_that_the_facts_do_not_decide_is_a_gap(tmp_path: Path) -> None:
    drafted = plan({1: "lookup @1 %1", 2: "verify #1 %2 > @3"}, "#2")
    state = checked(tmp_path, drafted, {1: BORN, 2: Verdict(Truth.UNKNOWN, "a claim")})
    assert state.halt == "gap"


def test_a_row_that_nothing_rests_on_does_not_matter(tmp_path: Path) -> None:
    missing = Failed(Reason.NO_VALUE, "none")
    drafted = plan({1: "lookup @1 %1", 2: "lookup @4 %2"}, "#1")
    state = checked(tmp_path, drafted, {1: BORN, 2: missing})
    assert (state.notes, state.halt) == ((), "")


@pytest.mark.parametrize(
    ("rows", "finish", "row", "word"),
    [
        ({1: "lookup @1 %1"}, "#5", 8, "#5"),
        ({1: "lookup @1 %1", 2: "lookup #3 %2", 3: "lookup @4 %1"}, "#2", 2, "#3"),
        ({1: "lookup @1 %1", 2: "lookup #2 %2"}, "#2", 2, "#2"),
    ],
)
def test_a_reference_to_a_row_that_is_not_there_yet_is_a_mistake(
    tmp_path: Path, rows: dict[int, str], finish: str, row: int, word: str
) -> None:
    found = only(
        checked(tmp_path, plan(rows, finish), {1: BORN, 3: BORN} if 3 in rows else {1: BORN})
    )
    assert (found.row, found.cells, found.banned) == (row, (1,), (word,))


def test_an_answer_before_the_last_row_is_a_mistake(tmp_path: Path) -> None:
    drafted = plan({1: "finish @1", 2: "lookup #1 %1"}, "#2")
    found = only(checked(tmp_path, drafted, {1: Answer("", BORN, ())}))
    assert (found.row, found.cells, found.status) == (1, (1,), RowStatus.FAILED)


def test_a_tool_that_is_down_cannot_be_mended_by_other_words(tmp_path: Path) -> None:
    down = Failed(Reason.UNAVAILABLE, "the source does not answer", retryable=True)
    state = checked(tmp_path, plan({1: "lookup @1 %1"}, "#1"), {1: down})
    assert (state.notes, state.halt) == ((), "gap")


@pytest.mark.parametrize(
    ("observation", "status"),
    [
        (BORN, RowStatus.OK),
        (Entities(()), RowStatus.EMPTY),
        (Table("x", ()), RowStatus.EMPTY),
        (Failed(Reason.EMPTY, ""), RowStatus.EMPTY),
        (Failed(Reason.AMBIGUOUS, ""), RowStatus.FAILED),
        (TORN, RowStatus.CONTRADICTED),
        (Verdict(Truth.CONTRADICTED, ""), RowStatus.OK),
    ],
)
def test_an_observation_makes_a_status(observation: Observation, status: RowStatus) -> None:
    row = Row(1, "lookup", ("@1", "%2", "<nil>", "<nil>", "<nil>", "<nil>"))
    assert status_of(row, observation) is status


def test_an_amount_that_is_compared_with_a_multiple_ends_the_run(tmp_path: Path) -> None:
    asked = "did the population of Poland double"
    double = Pointer("@5", "number", "double", Quantity(Decimal(2)), len(asked), len(asked))
    poland = Pointer("@6", "country", "Poland", POLAND)
    brief = replace(BRIEF, pointers=(*BRIEF.pointers, double, poland))
    drafted = plan({1: "verify @6 %2 > @5"}, "#1")
    said = Verdict(Truth.SUPPORTED, "Poland population > 2")
    state = checked(tmp_path, drafted, {1: said}, brief=brief, question=asked)
    assert (state.notes, state.halt) == ((), "gap")
    assert "multiple" in state.gaps[0]


@pytest.mark.parametrize(
    ("question", "label", "is_so"),
    [
        ("did it double", "double", True),
        ("营收翻了一倍", "翻了一倍", True),
        ("增长了3倍", "3", True),
        ("3 times as many people", "3", True),
        ("who won twice", "twice", False),
        ("who flew 3 times", "3", False),
        ("over 3 moons", "3", False),
        ("a ratio over 60 that is more valuable", "60", False),
        ("less than 3 the year after", "3", False),
    ],
)
def test_a_number_of_times_is_a_multiple_where_it_says_how_much(
    question: str, label: str, is_so: bool
) -> None:
    end = question.index(label) + len(label)
    assert (
        is_multiple(Pointer("@1", "number", label, Quantity(Decimal(3)), 0, end), question) is is_so
    )
