"""Endings: an answer with its evidence, or an honest word on what is missing, in either language."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from agent.finish import MAX_CITATIONS, finish
from agent.journal import Outcome
from agent.state import Halt
from agent.types import Budget, Language, Plan, RowStatus, RunResult
from tests.support.runs import BORN, CURIE, PEOPLE, POLAND, deps_of, fact, linked, plan
from tools.types import Entities, Entity, Measure, Scalar, Table, Truth, Value, Verdict

CLAIM = fact(9, POLAND, "population", "36620970")


def ended(
    folder: Path,
    drafted: Plan | None,
    values: dict[int, Value],
    *,
    lang: Language = "en",
    halt: Halt = "",
    gaps: tuple[str, ...] = (),
    question: str = "",
) -> RunResult:
    rows = drafted.rows if drafted else ()
    done = (replace(r, status=RowStatus.OK) if r.index in values else r for r in rows)
    with deps_of(folder, budget=Budget(max_turns=3, max_calls=5, max_seconds=60)) as deps:
        for index, value in values.items():
            deps.journal.keep(str(index), Outcome(value, 0.25))
        state = replace(
            linked(),
            lang=lang,
            plan=Plan(tuple(done)) if drafted else None,
            observed={i: str(i) for i in values},
            is_complete=drafted is not None,
            halt=halt,
            gaps=gaps,
            question=question or linked().question,
        )
        result = finish(state, deps).result
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("value", "text", "plain", "unit"),
    [
        (PEOPLE, "36.6 million people (2024)", "36620970", "people"),
        (Scalar("Warsaw"), "Warsaw", "Warsaw", None),
        (Scalar(Decimal(1903), "year"), "1903", "1903", "year"),
        (Scalar("1867-11-07"), "7 November 1867", "1867-11-07", None),
        (Entities((CURIE, POLAND)), "Marie Curie; Poland", "Marie Curie; Poland", None),
        (Verdict(Truth.SUPPORTED, "c", (CLAIM,)), "Yes", "yes", None),
        (Verdict(Truth.CONTRADICTED, "c", (CLAIM,)), "No", "no", None),
        (
            Table("area", (Measure(POLAND, Decimal(312696), "km2", "", ()),)),
            "Poland: 312,696 km²",
            "312696",
            "km2",
        ),
    ],
)
def test_an_answer_is_said_for_people_and_given_plainly_for_programs(
    tmp_path: Path, value: Value, text: str, plain: str, unit: str | None
) -> None:
    result = ended(tmp_path, plan({1: "lookup @1 %1"}, "#1"), {1: value})
    assert (result.status, result.answer, result.value, result.unit) == (
        "answered",
        text,
        plain,
        unit,
    )


def test_the_answer_comes_in_the_unit_asked_for_and_its_evidence_as_it_was_read(
    tmp_path: Path,
) -> None:
    high = Scalar(Decimal(2500), "m", facts=(fact(3, POLAND, "elevation", "2500"),))
    result = ended(
        tmp_path,
        plan({1: "lookup @1 %1"}, "#1"),
        {1: high},
        question="How high is it in feet?",
    )
    assert (result.value, result.unit) == ("8202.099738", "ft")
    assert result.answer == "8,202 ft"
    assert result.citations[0].value == "2500"


def test_the_answer_follows_the_language(tmp_path: Path) -> None:
    result = ended(tmp_path, plan({1: "lookup @1 %1"}, "#1"), {1: PEOPLE}, lang="zh")
    assert result.answer == "3,662.10万人（2024年）"


def test_the_deciding_fact_comes_first_and_those_before_it_follow(tmp_path: Path) -> None:
    drafted = plan({1: "lookup @1 %1", 2: "lookup #1 %2"}, "#2")
    result = ended(tmp_path, drafted, {1: BORN, 2: PEOPLE})
    assert [(c.id, c.entity, c.field) for c in result.citations] == [
        ("1", "Poland", "population"),
        ("2", "Marie Curie", "birth_country"),
    ]


def test_every_deciding_fact_is_cited_but_not_every_fact_before(tmp_path: Path) -> None:
    many = tuple(fact(n, Entity(f"e/{n}", f"E{n}", "x"), "area", str(n)) for n in range(60))
    few = tuple(fact(n, CURIE, "area", str(n)) for n in range(100, 103))
    members = tuple(f.entity for f in many)
    drafted = plan({1: "search @2", 2: "verify #1 %2 > @3"}, "#2")
    whole = ended(tmp_path, drafted, {1: Entities((CURIE,), few), 2: Entities(members, many)})
    assert len(whole.citations) == 60
    short = ended(tmp_path, drafted, {1: Entities(members, many), 2: Entities((CURIE,), few)})
    assert len(short.citations) == MAX_CITATIONS
    assert [c.value for c in short.citations[:3]] == ["100", "101", "102"]


def test_a_fact_is_cited_once(tmp_path: Path) -> None:
    drafted = plan({1: "lookup @1 %1", 2: "search #1"}, "#2")
    result = ended(tmp_path, drafted, {1: BORN, 2: BORN})
    assert len(result.citations) == 1


def test_an_empty_plan_says_that_the_facts_do_not_hold_this(tmp_path: Path) -> None:
    result = ended(tmp_path, plan({}), {})
    assert (result.status, result.value, result.citations) == ("abstained", None, [])
    assert result.answer.startswith("The facts do not hold this")
    zh = ended(tmp_path, plan({}), {}, lang="zh")
    assert zh.answer.startswith("现有事实中没有这一内容")


def test_a_gap_is_named(tmp_path: Path) -> None:
    drafted = plan({1: "lookup @1 %1"}, "#1")
    gaps = ("Marie Curie · birth country: none", "Marie Curie · birth country: none", "other")
    result = ended(tmp_path, drafted, {}, halt="gap", gaps=gaps)
    assert result.status == "abstained"
    assert result.answer == (
        "This could not be established: Marie Curie · birth country: none; other."
    )
    zh = ended(tmp_path, drafted, {}, halt="gap", gaps=("缺失",), lang="zh")
    assert zh.answer == "无法确定：缺失。"


@pytest.mark.parametrize(
    ("halt", "words"),
    [
        ("turns", "Stopped at the cap of 3 turns."),
        ("calls", "Stopped at the cap of 5 tool calls."),
        ("seconds", "Stopped at the cap of 60 seconds."),
        ("stop", "Stopped on request."),
    ],
)
def test_a_run_that_is_cut_short_says_why_and_what_it_has(
    tmp_path: Path, halt: Halt, words: str
) -> None:
    drafted = plan({1: "lookup @1 %1", 2: "lookup #1 %2"}, "#2")
    result = ended(tmp_path, drafted, {1: BORN}, halt=halt)
    assert result.status == "stopped"
    assert result.answer == f"{words} Established so far: 1 found: Poland."
    nothing = ended(tmp_path, None, {}, halt=halt)
    assert nothing.answer == f"{words} Nothing was established yet."


def test_an_answer_that_was_reached_is_given_even_at_the_cap(tmp_path: Path) -> None:
    result = ended(tmp_path, plan({1: "lookup @1 %1"}, "#1"), {1: BORN}, halt="seconds")
    assert (result.status, result.answer) == ("answered", "Poland")


@pytest.mark.parametrize("value", [Entities(()), Table("x", ()), Verdict(Truth.UNKNOWN, "c")])
def test_nothing_is_no_answer(tmp_path: Path, value: Value) -> None:
    assert ended(tmp_path, plan({1: "lookup @1 %1"}, "#1"), {1: value}).status == "abstained"


def test_the_plan_is_shown_in_words_with_what_became_of_it(tmp_path: Path) -> None:
    drafted = plan({1: "lookup @1 %1", 2: "lookup @4 %2"}, "#1")
    result = ended(tmp_path, drafted, {1: BORN})
    assert [(r.row, r.tool, r.args, r.status) for r in result.plan] == [
        (1, "lookup", ["Marie Curie", "birth country"], "ok"),
        (2, "lookup", ["Niels Bohr", "population"], "todo"),
        (8, "finish", ["#1"], "ok"),
    ]
    assert result.metrics.tool_seconds == 0.25
