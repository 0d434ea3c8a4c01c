"""Templates on families other than the planner: fixed text and slots in blocks of the family's length."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import ModelError
from model.types import DecodeParams, Filling, Slot, Template
from tests.model.kinds import ForgetfulCache, any_kind, engine_of, kinds
from tests.model.tiny import (
    cost,
    free_template,
    is_valid_plan,
    plan_template,
    slot_names,
    valid_plans,
)

PROMPTS = ("a", "which of @1 and @2", "a b c d e f g @3 h i j k a b c")


@st.composite
def any_template(draw: st.DrawFn) -> Template:
    """A plan of which some cells are known, or free text beside a governed slot."""
    prompt = draw(st.sampled_from(PROMPTS))
    if draw(st.booleans()):
        return replace(free_template(draw(st.integers(1, 9))), prompt=prompt)
    plan = draw(st.sampled_from(valid_plans(2)))
    known = {name: word for name, word in plan.items() if draw(st.booleans())}
    return plan_template(2, known, prompt=prompt)


@st.composite
def any_params(draw: st.DrawFn) -> DecodeParams:
    return DecodeParams(
        block_length=draw(st.sampled_from([None, None, 2, 5])),
        max_steps=draw(st.integers(1, 6)),
        select=draw(st.sampled_from(["threshold", "top-k", "at-least:count=1", "dcd:max_masks=2"])),
        threshold=draw(st.sampled_from([0.0, 0.4, 0.9])),
        temperature=draw(st.sampled_from([0.0, 0.0, 2.0])),
        seed=draw(st.integers(0, 3)),
    )


def assert_same(left: Filling, right: Filling) -> None:
    assert left.values == right.values
    assert left.confidence == pytest.approx(right.confidence, abs=1e-5)
    assert cost(left) == cost(right)


@settings(max_examples=80)
@given(any_template(), any_params(), any_kind)
def test_a_template_is_filled_whoever_sees_whom(
    template: Template, params: DecodeParams, kind: str
) -> None:
    filling = engine_of(kind).fill(template, params)
    for slot in template.slots():
        assert slot.value in (None, filling.values[slot.name])
        assert slot.allowed is None or filling.values[slot.name] in slot.allowed
    if template.records:
        assert is_valid_plan(filling.values, 2)


@given(any_template(), any_params(), any_kind)
def test_a_cached_fill_equals_an_uncached_one(
    template: Template, params: DecodeParams, kind: str
) -> None:
    expected = engine_of(kind, cache=ForgetfulCache(32, 8)).fill(template, params)
    engine = engine_of(kind)
    for _ in range(2):
        assert_same(engine.fill(template, params), expected)


@settings(max_examples=30)
@given(st.lists(any_template(), min_size=2, max_size=3), any_params(), any_kind)
def test_a_batch_of_n_equals_n_batches_of_one(
    templates: list[Template], params: DecodeParams, kind: str
) -> None:
    together = engine_of(kind).fill_many(templates, params)
    for template, filling in zip(templates, together, strict=True):
        assert_same(filling, engine_of(kind).fill(template, params))


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_stream_shows_the_template_and_not_the_prompt(kind: str) -> None:
    template = plan_template(2, prompt=PROMPTS[2])
    steps = list(engine_of(kind).stream(template, DecodeParams(max_steps=3)))
    filling = steps[-1].filling
    assert filling is not None
    assert len(steps[-1].cells) == 2 + 1 + 2 * 3 + 1
    assert {c.slot: c.text for c in steps[-1].cells if c.slot} == filling.values
    assert sorted(name for step in steps for name in step.committed) == sorted(filling.values)


@pytest.mark.parametrize("kind", ["sdar", "llada2_1", "bd3lm"])
def test_tokens_are_rewritten_only_where_no_grammar_holds(kind: str) -> None:
    params = DecodeParams(threshold=0.0, remask="t2t:threshold=0,steps=3")
    plan = engine_of(kind).fill(plan_template(2), params)
    assert is_valid_plan(plan.values, 2)
    text = Template(PROMPTS[1], (Slot("text", 6),))
    changed = {name for step in engine_of(kind).stream(text, params) for name in step.rewritten}
    assert changed == {"text"}


def test_a_family_of_another_kind_refuses_its_rules() -> None:
    with pytest.raises(ModelError, match="remask rule 't2t' is for block-causal or full models"):
        engine_of("nbdiff").fill(plan_template(2), DecodeParams(remask="t2t"))


def test_autoregression_knows_no_blocks() -> None:
    template = plan_template(3)
    filling = engine_of("ar").fill(template, DecodeParams(block_length=4))
    assert filling == replace(engine_of("ar").fill(template, DecodeParams()), usage=filling.usage)
    assert filling.usage.forwards <= len(template.slots())
    assert set(slot_names(1)) <= set(filling.values)


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_slots_that_become_final_tell_their_texts(kind: str) -> None:
    template = plan_template(2, prompt=PROMPTS[2])
    steps = list(engine_of(kind).stream(template, DecodeParams(max_steps=3)))
    filling = steps[-1].filling
    assert filling is not None
    assert {name: text for step in steps for name, text in step.texts.items()} == filling.values
    assert all(set(step.texts) == set(step.committed) for step in steps)
