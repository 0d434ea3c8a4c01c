"""The planner over any model of text: canvases of words in, words out, whatever the model below writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from agent import plan as canvas
from agent.plain.planner import PlainPlanner
from agent.plan import slot_name, template
from agent.types import N_ARGS, NIL
from model.types import Cell, CellState, DecodeParams, DenoiseStep, ScriptedModel, Template
from tests.agent.plain.letters import Letters
from tests.agent.plain.test_grammar import texts_of
from tests.support.runs import BRIEF, linked, plan

PLAN = plan({1: "lookup @1 %1", 2: "lookup #1 %2"}, "#2")
WRITTEN = texts_of(PLAN)


def planner(*scripts: Mapping[str, str]) -> PlainPlanner:
    return PlainPlanner(ScriptedModel(scripts), Letters())


def asked(found: PlainPlanner) -> Sequence[Template]:
    assert isinstance(found.lm, ScriptedModel)
    return found.lm.templates


def test_a_plan_comes_back_in_words() -> None:
    filling = planner(WRITTEN).fill(template(BRIEF), DecodeParams())
    assert canvas.read(filling.values) == PLAN
    assert filling.confidence.keys() == filling.values.keys()


def test_several_canvases_are_filled_as_one_by_one() -> None:
    forms = [template(BRIEF), template(BRIEF, PLAN, frozenset({(1, 2)}))]
    scripts = (WRITTEN, {"1.2": " %2"})
    together = planner(*scripts).fill_many(forms, DecodeParams())
    single = planner(*scripts)
    assert together == [single.fill(form, DecodeParams()) for form in forms]
    assert together[1].values[slot_name(1, 2)] == "%2"


def test_a_stream_tells_words_and_says_in_the_end_what_a_fill_says() -> None:
    (step,) = planner(WRITTEN).stream(template(BRIEF), DecodeParams())
    assert step.filling == planner(WRITTEN).fill(template(BRIEF), DecodeParams())
    assert step.texts == step.filling.values
    assert set(step.committed) == set(step.filling.values)
    assert {cell.slot: cell.text for cell in step.cells if cell.slot} == step.filling.values


def test_the_prompt_is_a_conversation_and_a_text_for_those_without_one() -> None:
    form = planner().template_of(linked())
    assert [message.role for message in form.messages] == ["system", "user"]
    assert all(message.content in form.prompt for message in form.messages)
    assert "Marie Curie" in form.messages[1].content


def test_a_fill_that_stops_after_a_row_leaves_the_others_unused() -> None:
    found = planner({"1": WRITTEN["1"]})
    params = DecodeParams(stop_after=slot_name(1, N_ARGS))
    filling = found.fill(template(BRIEF), params)
    assert canvas.read(filling.values) == plan({1: "lookup @1 %1"})
    (step,) = found.stream(template(BRIEF), params)
    assert step.filling is not None
    assert step.filling.values == filling.values


@dataclass
class TwoSteps:
    """Writes the second row before the first, and the last never."""

    name: str = "two steps"

    def stream(self, template: Template, params: DecodeParams) -> Iterator[DenoiseStep]:
        assert params.stop_after == "2"
        texts = {"2": WRITTEN["2"], "1": WRITTEN["1"]}
        for index, (slot, text) in enumerate(texts.items()):
            cells = tuple(
                Cell(text, CellState.COMMITTED, slot, 0.5)
                if part.name == slot
                else Cell("", CellState.MASKED, part.name)
                for part in template.slots()
            )
            yield DenoiseStep(index, cells, (slot,), (), ("1",), (slot,), None, {slot: text})


def test_a_row_is_told_once_it_is_written_to_its_end() -> None:
    found = PlainPlanner(TwoSteps(), Letters())  # type: ignore[arg-type]
    steps = list(found.stream(template(BRIEF), DecodeParams(stop_after="2.6")))
    names = [tuple(slot_name(row, column) for column in range(N_ARGS + 1)) for row in (2, 1)]
    assert [step.committed for step in steps] == names
    assert [step.revealed for step in steps] == names
    assert steps[0].remasked == names[1]
    assert dict(steps[0].texts) == dict(
        zip(names[0], ("lookup", "#1", "%2", *[NIL] * 4), strict=True)
    )
    assert [cell.state for cell in steps[0].cells[:2]] == [CellState.FIXED, CellState.MASKED]


def test_an_executed_plan_needs_no_word() -> None:
    filling = planner({}).fill(template(BRIEF, PLAN, frozenset()), DecodeParams())
    assert canvas.read(filling.values) == PLAN
    assert asked(planner({})) == []


def test_what_is_known_reaches_the_model_as_text_alone() -> None:
    found = planner({"1.2": " %2"})
    found.fill(template(BRIEF, PLAN, frozenset({(1, 2)})), DecodeParams())
    (text,) = asked(found)
    assert [slot.name for slot in text.slots()] == ["1.2"]
    assert replace(text, parts=(), text_records=()) == Template(text.prompt, ())
