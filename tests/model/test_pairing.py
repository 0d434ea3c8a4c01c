"""Which rules go together, and what a fill does under every pair that does."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.completion import CompletionParams, Finish
from model.families.conventions import Visibility
from model.pairing import Setting, rules
from model.remask.registry import REMASK
from model.spec import RuleError
from model.types import DecodeParams, Slot, Template
from tests.model.kinds import BLOCK, engine_of, kinds
from tests.model.pairs import SELECTS, goes_together, pairs
from tests.model.tiny import is_valid_plan, plan_template, tiny_engine, valid_plans


@pytest.mark.parametrize(
    ("select", "remask", "setting", "message"),
    [
        ("dcd", "rcr", Setting(), "'rcr' reveals every masked cell .* 'dcd' would decide nothing"),
        ("top-k+prophet", "rcr", Setting(), "leave select at 'threshold'"),
        ("top-k+prophet", "remdm", Setting(), "may end a block early, .* needs all of its steps"),
        ("threshold", "remdm", Setting(), "reveals spread over all steps, .* choose top-k"),
        ("prefix", "snapshot", Setting(), "builds on what it revealed, .* set remask to none"),
        ("cad+eos-cut", "snapshot", Setting(), "'cad.eos-cut' builds on"),
        ("threshold", "snapshot", Setting(Visibility.BLOCK), "for context-causal or full models; this one is block"),
        ("threshold", "rcr", Setting(Visibility.CAUSAL), "this one is causal"),
        ("threshold", "best", Setting(), "no remask rule 'best'; choose one of none, snapshot"),
        ("threshold", "rcr+snapshot", Setting(), "remask rules stand alone"),
        ("threshold", "snapshot:ratio=2", Setting(), "ratio is '2'; it takes a number, 0 to 1"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused_with_the_reason(
    select: str, remask: str, setting: Setting, message: str
) -> None:
    with pytest.raises(RuleError, match=message) as refused:
        rules(select, remask, setting)
    assert "\n" not in str(refused.value)


def test_every_rule_goes_with_some_other() -> None:
    assert {select for select, remask in pairs() if remask == "none"} == set(SELECTS)
    assert {remask for v in Visibility for _, remask in pairs(v)} == set(REMASK)
    assert goes_together("threshold", "rcr")
    assert not goes_together("factor", "rcr")


def test_a_fill_refuses_before_its_first_forward() -> None:
    with pytest.raises(RuleError):
        tiny_engine().fill(plan_template(1), DecodeParams(select="dcd", remask="rcr"))


@given(st.sampled_from(pairs()), st.integers(1, 5), st.sampled_from([None, 3, 5]), st.data())
def test_under_every_pair_a_plan_obeys_the_grammar_keeps_what_is_known_and_ends(
    pair: tuple[str, str], max_steps: int, block_length: int | None, data: st.DataObject
) -> None:
    plan = data.draw(st.sampled_from(valid_plans(2)))
    known = {name: word for name, word in plan.items() if data.draw(st.booleans())}
    params = DecodeParams(
        block_length, max_steps, select=pair[0], remask=pair[1], seed=data.draw(st.integers(0, 2))
    )
    template = plan_template(2, known)
    steps = list(tiny_engine().stream(template, params))
    fillings = [step.filling for step in steps if step.filling is not None]
    assert len(fillings) == 1
    assert is_valid_plan(fillings[0].values, 2)
    assert {name: fillings[0].values[name] for name in known} == known
    n_blocks = 1 if block_length is None else -(-11 // block_length)
    assert fillings[0].usage.forwards <= (n_blocks + REMASK[pair[1]]().revises_draft) * max_steps
    for before, after in pairwise(steps):
        for old, new in zip(before.cells, after.cells, strict=True):
            if old.state in ("fixed", "locked"):
                assert new == old
            if old.state == "committed" and not REMASK[pair[1]]().revises_draft:
                assert new == old


@given(st.sampled_from(pairs()), st.integers(1, 4), st.sampled_from([None, 4]))
def test_under_every_pair_a_batch_equals_its_templates_one_by_one(
    pair: tuple[str, str], max_steps: int, block_length: int | None
) -> None:
    params = DecodeParams(block_length, max_steps, select=pair[0], remask=pair[1])
    templates = [
        plan_template(2, {"1.verb": "find"}),
        Template("a b c d e", (Slot("text", 9),)),
        plan_template(3, prompt="the smallest"),
    ]
    together = tiny_engine().fill_many(templates, params)
    alone = [tiny_engine().fill(template, params) for template in templates]
    assert [f.values for f in together] == [f.values for f in alone]
    assert [f.usage.forwards for f in together] == [f.usage.forwards for f in alone]


@given(st.sampled_from(sorted(kinds())), st.integers(1, 4), st.data())
def test_under_every_pair_a_text_is_continued_to_its_end(
    kind: str, max_steps: int, data: st.DataObject
) -> None:
    select, remask = data.draw(st.sampled_from(pairs(kinds()[kind].visibility)))
    params = CompletionParams(9, select=select, remask=remask, max_steps=max_steps, stop_ids=())
    prompts = [[5, 6, 7, 8, 9], [7, 8], [9, 8, 7, 6, 5, 4, 3, 2]]
    together = engine_of(kind).complete(prompts, params)
    for prompt, done in zip(prompts, together, strict=True):
        (alone,) = engine_of(kind).complete([prompt], params)
        assert (alone.ids, alone.usage.forwards) == (done.ids, done.usage.forwards)
        assert len(done.ids) == 9
        # Two stages at most, and 16 forwards of edits in each block, as LLaDA 2.1 publishes.
        n_blocks = 9 if kind == "ar" else 9 // BLOCK + 2
        assert done.usage.denoise_steps <= 2 * n_blocks * (max_steps + 16)


@pytest.mark.parametrize("kind", ["bd3lm", "llada", "nbdiff", "dream"])
def test_a_text_costs_less_where_what_follows_its_end_is_cut(kind: str) -> None:
    engine, prompt = engine_of(kind), [5, 6, 7, 8, 9]
    plain = CompletionParams(12, select="top-k", max_steps=BLOCK, stop_ids=())
    (whole,) = engine.complete([prompt], plain)
    ends = replace(plain, stop_ids=(whole.ids[0],))
    (slow,) = engine.complete([prompt], ends)
    (quick,) = engine.complete([prompt], replace(ends, select="top-k+eos-cut"))
    assert quick.finish is slow.finish is Finish.STOP_ID
    assert quick.ids == slow.ids == whole.ids[:1]
    assert quick.usage.forwards < slow.usage.forwards


@pytest.mark.parametrize("kind", ["bd3lm", "llada", "dream"])
def test_a_stop_is_put_off_until_its_share_of_the_text_is_written(kind: str) -> None:
    engine, prompt = engine_of(kind), [5, 6, 7, 8, 9]
    plain = CompletionParams(12, select="top-k", max_steps=BLOCK, stop_ids=())
    ends = replace(plain, stop_ids=engine.complete([prompt], plain)[0].ids[:1])
    early, late = (
        engine.complete([prompt], replace(ends, select=select))[0]
        for select in ("top-k", "top-k+eos-ban:until=1")
    )
    assert (len(early.ids), len(late.ids)) == (1, 12)
