"""The text of a canvas says exactly the plans that its words can: none is missing, and none that cannot run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent import plan as canvas
from agent.errors import RunError
from agent.plain.layout import TextCanvas
from agent.plain.reading import words_of
from agent.plan import slot_name, template
from agent.types import N_ARGS, N_ROWS, NIL, Plan
from model.types import SEPARATOR
from tests.agent.plain.letters import RICH, any_plan, line_of, open_form, text_of
from tests.support.runs import plan

OPEN = text_of(open_form())


def texts_of(drafted: Plan) -> dict[str, str]:
    """What a model writes for a plan: behind the first unused row the others say nothing."""
    n_used = len(drafted.rows) - 1
    texts = {f"{n}": line_of(canvas.row_of(drafted, n)) for n in range(1, n_used + 1)}
    texts |= {f"{n}": "" for n in range(n_used + 1, N_ROWS)}
    if n_used < N_ROWS - 1:
        texts[f"{n_used + 1}"] = " unused\n"
    return {**texts, f"{N_ROWS}": line_of(drafted.rows[-1]).removeprefix(" finish")}


def is_allowed(found: TextCanvas, texts: Mapping[str, str]) -> bool:
    (record,) = found.template.text_records
    joined = SEPARATOR.join(texts[name] for name in record.slots)
    return re.fullmatch(record.pattern, joined) is not None


def read_back(found: TextCanvas, texts: Mapping[str, str]) -> Plan:
    words = {
        name: word
        for row, places in zip(found.rows, found.places, strict=True)
        for name, word in zip(row.names, words_of(row, places, texts), strict=True)
    }
    return canvas.read(words)


@given(any_plan())
def test_every_plan_can_be_written_and_is_read_as_it_was_meant(drafted: Plan) -> None:
    texts = texts_of(drafted)
    assert is_allowed(OPEN, texts)
    assert read_back(OPEN, texts) == drafted


@pytest.mark.parametrize(
    "changes",
    [
        {"1": " lookup #1 %1\n"},
        {"2": " lookup #3 %1\n"},
        {"1": " lookup @9 %1\n"},
        {"1": " lookup @1 %7\n"},
        {"1": " lookup @1\n"},
        {"1": " search @1"},
        {"1": " search  @1\n"},
        {"1": "search @1\n"},
        {"1": " unused\n"},
        {"2": ""},
        {"4": " unused\n"},
        {"4": " search @1\n"},
        {"8": " #3\n"},
        {"8": " @1\n"},
        {"1": ' search "Curie"\n'},
        {"2": " calculate growth #1\n"},
        {"2": " calculate argmax #1 @1\n"},
        {"2": " verify #1 %1 @1\n"},
        {"2": " finish #1\n"},
    ],
)
def test_what_could_not_run_cannot_be_written(changes: dict[str, str]) -> None:
    texts = texts_of(plan({1: "lookup @1 %1", 2: "lookup #1 %2"}, "#2"))
    assert is_allowed(OPEN, texts)
    assert not is_allowed(OPEN, texts | changes)


@settings(max_examples=30)
@given(any_plan(), st.frozensets(st.integers(1, N_ROWS - 1), min_size=1))
def test_reopened_rows_may_say_what_they_said_and_the_others_stay(
    drafted: Plan, opened: frozenset[int]
) -> None:
    cells = frozenset((row, column) for row in opened for column in range(N_ARGS + 1))
    found = text_of(template(RICH, drafted, cells))
    n_used = len(drafted.rows) - 1
    texts = {f"{n}": line_of(canvas.row_of(drafted, n)) for n in opened}
    idle = [n for n in sorted(opened) if n > n_used]
    texts |= {f"{n}": "" for n in idle if n > n_used + 1}
    assert is_allowed(found, texts)
    assert read_back(found, texts) == drafted
    assert set(texts) == {place.slot for places in found.places for place in places}


def test_a_row_cannot_be_left_unused_before_one_that_is_kept() -> None:
    drafted = plan({1: "lookup @1 %1", 2: "lookup @4 %1", 3: "lookup #1 %2"}, "#3")
    cells = frozenset((2, column) for column in range(N_ARGS + 1))
    found = text_of(template(RICH, drafted, cells))
    assert is_allowed(found, {"2": " lookup @4 %2\n"})
    assert not is_allowed(found, {"2": " unused\n"})


def test_rejected_words_stay_out_whatever_else_is_open() -> None:
    banned = {(1, 1): frozenset({"@1"}), (8, 1): frozenset({"#2"})}
    found = text_of(template(RICH, banned=banned))
    texts = texts_of(plan({1: "lookup @4 %1", 2: "lookup @1 %2"}, "#1"))
    assert is_allowed(found, texts)
    assert not is_allowed(found, texts | {"1": " lookup @1 %1\n"})
    assert not is_allowed(found, texts | {"8": " #2\n"})


def test_a_known_reference_may_outlive_its_row() -> None:
    drafted = plan({1: "lookup @1 %1", 2: "lookup #1 %2"}, "#2")
    cells = frozenset((2, column) for column in range(N_ARGS + 1))
    found = text_of(template(RICH, drafted, cells))
    assert is_allowed(found, {"2": " unused\n"})


def test_where_every_way_was_refused_a_plan_is_refused_in_one_line() -> None:
    drafted = plan({1: "lookup @1 %1", 2: "lookup #1 %2"}, "#2")
    banned = {(1, 1): frozenset({"@1", "@4", "@2"})}
    form = template(RICH, drafted, frozenset({(1, 1)}), banned=banned)
    with pytest.raises(RunError, match="no plan is left"):
        text_of(form)


def test_a_text_that_no_grammar_held_leaves_its_row_unused() -> None:
    texts = texts_of(plan({1: "lookup @1 %1", 2: "lookup #1 %2"}, "#2"))
    read = read_back(OPEN, texts | {"2": " look that up\n", "8": " nothing\n"})
    assert read == plan({1: "lookup @1 %1"})
    assert read.rows[-1].words == (NIL,) * N_ARGS


def test_rows_without_words_of_their_own_keep_those_that_are_known() -> None:
    drafted = plan({1: "lookup @1 %1 @3", 2: "lookup #1 %2"}, "#2")
    found = text_of(template(RICH, drafted, frozenset({(1, 2)})))
    (place,) = found.places[0]
    assert read_back(found, {place.slot: " %2"}) == replace(
        drafted,
        rows=(replace(drafted.rows[0], words=("@1", "%2", "@3", *[NIL] * 3)), *drafted.rows[1:]),
    )
    assert slot_name(1, 2) in found.rows[0].names
