"""Slots that the evidence speaks against are filled again, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.canvas import TemplateError
from model.recipes.evidence import reopened
from model.types import DecodeParams
from tests.model.tiny import is_valid_plan, plan_template, tiny_engine, valid_plans


@given(st.sampled_from(valid_plans(2)), st.data())
def test_only_opened_slots_may_change_and_refused_words_do_not_return(
    plan: dict[str, str], data: st.DataObject
) -> None:
    template = plan_template(2)
    opened = data.draw(st.sets(st.sampled_from(["1.a", "1.b", "2.a", "last"]), min_size=1))
    form = reopened(template, plan, opened, {"last": frozenset({plan["last"]})})
    filling = tiny_engine().fill(form, DecodeParams(threshold=0.0))
    assert is_valid_plan(filling.values, 2)
    assert {n: w for n, w in filling.values.items() if n not in opened} == {
        n: w for n, w in plan.items() if n not in opened
    }
    assert ("last" in opened) == (filling.values["last"] != plan["last"])


def test_what_was_locked_stays_locked() -> None:
    template = plan_template(2, {"1.verb": "find"})
    form = reopened(template, valid_plans(2)[0] | {"1.verb": "nop"}, ["1.verb", "1.a"])
    slots = {slot.name: slot.value for slot in form.slots()}
    assert (slots["1.verb"], slots["1.a"]) == ("find", None)


def test_a_slot_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TemplateError, match="no slot 'x' to reopen"):
        reopened(plan_template(1), {}, ["x"])
