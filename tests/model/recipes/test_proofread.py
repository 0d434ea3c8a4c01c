"""Drafts that are read where they are in doubt: between a single denoise step and autoregression."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.cache import PagedCache
from model.engine import Engine
from model.families.conventions import Visibility
from model.reading import PLANNER
from model.recipes.proofread import Proofread
from model.spec import RuleError
from model.types import CellState, DecodeParams, Template
from tests.model.recipes.forms import FORMS
from tests.model.recipes.test_speculate import alone, assert_same
from tests.model.tiny import plan_template, tiny_decoder, tiny_engine, tiny_tokens

SEEDS = st.integers(0, 5)
TEMPLATES = st.sampled_from(FORMS)
DOUBTFUL = 2.0  # no word is as sure as this
STEPS = 64


@settings(max_examples=40)
@given(SEEDS, TEMPLATES, st.sampled_from([0.0, 1.0]))
def test_where_every_draft_is_read_it_is_autoregression_in_at_most_two_forwards_a_cell(
    seed: int, template: Template, temperature: float
) -> None:
    params = DecodeParams(max_steps=STEPS, threshold=DOUBTFUL, temperature=temperature, seed=7)
    its = alone(tiny_engine(seed), template, params)
    ours = Proofread(tiny_engine(seed)).fill(template, params)
    assert_same(ours, its)
    assert ours.usage.forwards <= 2 * its.usage.forwards


@settings(max_examples=30)
@given(SEEDS, TEMPLATES, st.sampled_from([(0.0, STEPS), (DOUBTFUL, 1)]))
def test_a_draft_beyond_doubt_and_the_last_one_stand_unread(
    seed: int, template: Template, given: tuple[float, int]
) -> None:
    threshold, max_steps = given
    params = DecodeParams(max_steps=max_steps, threshold=threshold)
    ours = Proofread(tiny_engine(seed)).fill(template, params)
    at_once = tiny_engine(seed).fill(template, DecodeParams(max_steps=1))
    assert_same(ours, at_once)
    assert (ours.usage.forwards, ours.usage.commits) == (1, 0)


@settings(max_examples=30)
@given(SEEDS, TEMPLATES, st.integers(1, 4), st.floats(0, 1))
def test_it_never_drafts_more_often_than_it_has_steps(
    seed: int, template: Template, max_steps: int, threshold: float
) -> None:
    params = DecodeParams(max_steps=max_steps, threshold=threshold)
    usage = Proofread(tiny_engine(seed)).fill(template, params).usage
    assert usage.denoise_steps <= max_steps
    assert usage.commits <= max_steps - 1
    assert usage.forwards == usage.denoise_steps + usage.commits + usage.prefills


@settings(max_examples=30)
@given(SEEDS, st.sampled_from([0.05, 0.2, DOUBTFUL]))
def test_what_a_step_commits_never_changes_and_all_is_committed_once(
    seed: int, threshold: float
) -> None:
    template = plan_template(3)
    params = DecodeParams(max_steps=STEPS, threshold=threshold)
    committed: dict[str, str] = {}
    steps = list(Proofread(tiny_engine(seed)).stream(template, params))
    for step in steps:
        now = {cell.slot: cell.text for cell in step.cells if cell.slot}
        assert committed.keys().isdisjoint(step.committed)
        committed |= {name: now[name] for name in step.committed}
        assert committed.items() <= now.items()
    last = steps[-1].filling
    assert last is not None
    assert [step.index for step in steps] == list(range(len(steps)))
    assert len(steps) == last.usage.forwards
    assert committed == {name: last.values[name] for name in committed}
    assert committed.keys() == {slot.name for slot in template.slots()}


def test_a_draft_in_doubt_is_shown_and_what_reading_refuses_is_masked_again() -> None:
    params = DecodeParams(max_steps=STEPS, threshold=DOUBTFUL)
    first, second, *_ = Proofread(tiny_engine(1)).stream(plan_template(3), params)
    assert {cell.state for cell in first.cells} == {CellState.FIXED, CellState.REVEALED}
    assert not first.committed
    assert second.remasked
    assert second.committed or second.rewritten


@settings(max_examples=20)
@given(SEEDS, TEMPLATES)
def test_its_fillings_in_a_batch_are_those_one_by_one(seed: int, template: Template) -> None:
    params = DecodeParams(max_steps=4, threshold=0.3)
    proofread = Proofread(tiny_engine(seed))
    forms = (template, *FORMS)
    together = proofread.fill_many(forms, params)
    for form, ours in zip(forms, together, strict=True):
        assert_same(ours, Proofread(tiny_engine(seed)).fill(form, params))


def test_the_rules_own_share_counts_where_the_params_name_none() -> None:
    template, params = plan_template(3), DecodeParams(max_steps=STEPS)
    assert Proofread(tiny_engine(), 0.0).fill(template, params).usage.commits == 0
    assert Proofread(tiny_engine(), 1.0).fill(template, params).usage.commits > 0


def test_an_abandoned_stream_gives_its_pages_back() -> None:
    engine = tiny_engine(cache=PagedCache(8, 8, max_pages=16))
    params = DecodeParams(max_steps=STEPS, threshold=DOUBTFUL)
    for n_steps in (1, 2, 3) * 5:
        stream = Proofread(engine).stream(plan_template(3), params)
        for _ in range(n_steps):
            next(stream)
        assert isinstance(stream, Generator)
        stream.close()
    assert Proofread(engine).fill(plan_template(3), params).usage.forwards > 1


def test_its_end_leaves_alone_what_another_fill_has_taken_over() -> None:
    engine = tiny_engine()
    params = DecodeParams(max_steps=STEPS, threshold=DOUBTFUL)
    stream = Proofread(engine).stream(plan_template(3), params)
    next(stream)  # the draft has given its place in the cache back
    other = engine.open(plan_template(3), params)
    assert isinstance(stream, Generator)
    stream.close()
    assert other.sequence.is_busy


def test_a_model_that_cannot_read_causally_is_refused() -> None:
    conventions = replace(PLANNER, visibility=Visibility.FULL)
    engine = Engine(tiny_decoder(), tiny_tokens(), "both-ways", None, conventions)
    with pytest.raises(RuleError, match="cannot read a draft causally"):
        Proofread(engine)
