"""Drafts that are verified: the filling is the verifier's own, whatever the drafts were."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.cache import PagedCache
from model.engine import Engine
from model.families.conventions import Visibility
from model.reading import PLANNER
from model.recipes.speculate import Speculate
from model.recipes.verify import Verify
from model.spec import RuleError
from model.template_fill import TemplateFill
from model.tokens import Tokens
from model.types import DecodeParams, Filling, Template
from tests.model.recipes.forms import FORMS
from tests.model.tiny import TEXTS, tiny_decoder, tiny_engine, tiny_tokens

SEEDS = st.integers(0, 5)
TEMPLATES = st.sampled_from(FORMS)


def alone(engine: Engine, template: Template, params: DecodeParams) -> Filling:
    return engine.fill(template, replace(params, block_length=1))


def assert_same(ours: Filling, its: Filling) -> None:
    assert dict(ours.values) == dict(its.values)
    assert dict(ours.confidence) == pytest.approx(dict(its.confidence))
    assert ours.usage.new_tokens == its.usage.new_tokens
    assert ours.invalid == its.invalid


@settings(max_examples=30)
@given(SEEDS, SEEDS, TEMPLATES, st.integers(1, 3), st.sampled_from([0.0, 1.0]))
def test_what_comes_out_is_the_verifiers_own_filling(
    verifier: int, drafter: int, template: Template, steps: int, temperature: float
) -> None:
    params = DecodeParams(temperature=temperature, seed=7)
    speculate = Speculate(tiny_engine(drafter), tiny_engine(verifier), steps)
    its = alone(tiny_engine(verifier), template, params)
    assert_same(speculate.fill(template, params), its)


@settings(max_examples=30)
@given(SEEDS, TEMPLATES, st.integers(1, 9), st.sampled_from([0.0, 1.0]))
def test_what_is_verified_by_oneself_is_autoregression(
    seed: int, template: Template, length: int, temperature: float
) -> None:
    params = DecodeParams(temperature=temperature, seed=7)
    verify = Verify(tiny_engine(seed), length)
    its = alone(tiny_engine(seed), template, params)
    ours = verify.fill(template, params)
    assert_same(ours, its)
    # A forward that settles nothing only drafts; one that judges settles a cell at least.
    assert ours.usage.forwards <= 2 * its.usage.forwards


@settings(max_examples=30)
@given(SEEDS, TEMPLATES)
def test_a_drafter_that_writes_what_the_verifier_would_saves_its_forwards(
    seed: int, template: Template
) -> None:
    verifier = tiny_engine(seed)
    its = alone(tiny_engine(seed), template, DecodeParams())
    filling = Speculate(_Oracle(seed), verifier).fill(template, DecodeParams())
    assert_same(filling, its)
    assert filling.usage.commits == min(1, its.usage.forwards)


class _Oracle(Engine):
    """Drafts what the verifier writes."""

    def __init__(self, seed: int) -> None:
        super().__init__(tiny_decoder(seed), tiny_tokens(), "oracle", PagedCache(32, 8))

    def open(
        self, template: Template, params: DecodeParams, after: TemplateFill | None = None
    ) -> TemplateFill:
        return super().open(template, replace(params, block_length=1), after)


@settings(max_examples=30)
@given(SEEDS, TEMPLATES, st.integers(1, 9))
def test_where_every_draft_is_kept_a_block_costs_one_forward(
    seed: int, template: Template, length: int
) -> None:
    engine = tiny_engine(seed)
    filling = Verify(engine, length, ratio=0.0).fill(template, DecodeParams())
    n_cells = engine.open(template, DecodeParams()).canvas.n_cells
    assert filling.usage.denoise_steps <= -(-n_cells // length)
    assert filling.usage.commits <= 1


def test_a_ratio_between_keeps_some_drafts() -> None:
    filling = Verify(tiny_engine(1), 8, ratio=0.3).fill(FORMS[0], DecodeParams())
    strict = Verify(tiny_engine(1), 8, ratio=1.0).fill(FORMS[0], DecodeParams())
    assert filling.usage.forwards <= strict.usage.forwards


def test_a_judge_has_to_read_causally_and_the_same_words() -> None:
    conventions = replace(PLANNER, visibility=Visibility.BLOCK, block_length=4)
    blocks = Engine(tiny_decoder(), tiny_tokens(), "blocks", PagedCache(32, 8), conventions)
    with pytest.raises(RuleError, match="'blocks' is block-causal"):
        Verify(blocks)
    others = Tokens.train(TEXTS, ("find", "<nil>"), vocab_size=300)
    stranger = Engine(tiny_decoder(), others, "stranger", PagedCache(32, 8))
    with pytest.raises(RuleError, match="same vocabulary"):
        Speculate(tiny_engine(), stranger)
