"""A canvas as text: what is known is fixed text, and only what has to be open is."""

from __future__ import annotations

from hypothesis import given

from agent.plan import arguments, template
from agent.types import N_ARGS, N_ROWS, Plan
from model.types import Slot
from tests.agent.plain.letters import RICH, any_plan, open_form, shown_parts, text_of
from tests.support.runs import plan

LONG = plan({1: "lookup @1 %1", 2: "lookup #1 %2 @3", 3: "calculate growth #2 #1"}, "#3")
WHOLE = frozenset((2, column) for column in range(N_ARGS + 1))


def test_a_new_plan_has_a_slot_for_each_row_and_fixed_text_between() -> None:
    parts = shown_parts(text_of(open_form()))
    rows = [text for n in range(1, N_ROWS) for text in (f"#{n}", f"{{{n}}}")]
    assert parts == [*rows, "#8 finish", "{8}"]


def test_only_the_word_that_was_contradicted_is_open() -> None:
    found = text_of(template(RICH, LONG, frozenset({(2, 2)})))
    before, slot, behind = found.template.parts
    assert before == "#1 lookup @1 %1\n#2 lookup #1"
    assert slot == Slot("2.2", len(" %2"))
    unused = "".join(f"#{n} unused\n" for n in range(4, N_ROWS))
    assert behind == f" @3\n#3 calculate growth #2 #1\n{unused}#8 finish #3\n"


def test_words_side_by_side_and_apart_are_open_one_by_one() -> None:
    found = text_of(template(RICH, LONG, frozenset({(2, 1), (2, 2), (8, 1)})))
    assert shown_parts(found)[1:4] == [
        "{2.1}",
        "{2.2}",
        " @3\n#3 calculate growth #2 #1\n#4 unused\n#5 unused\n#6 unused\n#7 unused\n#8 finish",
    ]


def test_a_word_that_may_be_left_out_opens_the_row_from_there_on_and_keeps_its_other_words() -> (
    None
):
    found = text_of(template(RICH, LONG, frozenset({(2, 3)})))
    assert shown_parts(found)[:2] == ["#1 lookup @1 %1\n#2 lookup #1 %2", "{2}"]
    (record,) = found.template.text_records
    assert r"@3" in record.pattern
    assert "lookup" not in record.pattern


def test_a_row_that_is_open_as_a_whole_is_one_slot() -> None:
    found = text_of(template(RICH, LONG, WHOLE))
    assert shown_parts(found)[:2] == ["#1 lookup @1 %1\n#2", "{2}"]


def test_an_executed_plan_is_text_alone() -> None:
    found = text_of(template(RICH, LONG, frozenset()))
    assert len(found.template.parts) == 1
    assert found.template.text_records == ()


@given(any_plan())
def test_a_slot_is_wide_enough_for_whatever_its_row_may_say(drafted: Plan) -> None:
    found = text_of(open_form())
    widths = {slot.name: slot.n_cells for slot in found.template.slots()}
    for row in drafted.rows[:-1]:
        assert len(f" {row.tool} {' '.join(arguments(row))}\n") <= widths[f"{row.index}"]
    assert len(f" {' '.join(arguments(drafted.rows[-1]))}\n") <= widths["8"]
    assert len(" unused\n") <= min(widths[f"{n}"] for n in range(1, N_ROWS))
