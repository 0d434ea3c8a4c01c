"""Guided unmasking: how far the guide agrees, by reading the draft without a cache."""

from __future__ import annotations

import re

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.recipes.guided import Guided
from model.types import DecodeParams, Template
from tests.model.recipes.forms import FORMS
from tests.model.tiny import is_valid_plan, tiny_decoder, tiny_engine

SEEDS = st.integers(0, 5)


@torch.inference_mode()
@settings(max_examples=30)
@given(SEEDS, SEEDS, st.sampled_from(FORMS), st.sampled_from([1, 2, 5, 50]))
def test_the_run_that_is_revealed_is_the_one_the_guide_ranks_high_enough(
    writer: int, judge: int, template: Template, top: int
) -> None:
    engine, guide = tiny_engine(writer), tiny_engine(judge)
    guided = Guided(engine, guide, top)
    fill = engine.open(template, DecodeParams())
    reader = guide.open(template, DecodeParams(block_length=1))
    cells = fill.canvas.masked.nonzero().squeeze(1)
    generator = torch.Generator().manual_seed(writer)
    ids = torch.randint(20, 300, cells.shape, generator=generator)
    draft = fill.canvas.sequence.clone()
    draft[cells + fill.canvas.n_prompt] = ids
    assert guided.n_agreed(fill, reader, cells, ids) == _plainly(
        judge, draft, cells + fill.canvas.n_prompt, top
    )


def _plainly(seed: int, draft: torch.Tensor, places: torch.Tensor, top: int) -> int:
    decoder = tiny_decoder(seed)
    hidden = decoder(draft[None], torch.arange(len(draft))[None], None)
    logits = decoder.logits(hidden[0])
    logits[:, 0] = -torch.inf
    n = 0
    for place in places.tolist():
        best = logits[place - 1].topk(top).indices.tolist()
        if int(draft[place]) not in best:
            break
        n += 1
    return n


@settings(max_examples=30)
@given(SEEDS, SEEDS, st.sampled_from([1, 5]), st.sampled_from([None, 4]))
def test_the_grammar_holds_and_every_step_reveals(
    writer: int, judge: int, top: int, block_length: int | None
) -> None:
    guided = Guided(tiny_engine(writer), tiny_engine(judge), top)
    for template in FORMS:
        filling = guided.fill(template, DecodeParams(block_length, 64))
        assert filling.usage.denoise_steps <= filling.usage.new_tokens
        if template is FORMS[0]:
            assert is_valid_plan(filling.values)
        if template is FORMS[3]:
            assert re.fullmatch("(?:ab|c)*|of é", filling.values["x"])


def test_a_guide_that_accepts_everything_lets_all_be_revealed_at_once() -> None:
    filling = Guided(tiny_engine(1), tiny_engine(2), 1000).fill(FORMS[2], DecodeParams())
    assert (filling.usage.denoise_steps, filling.usage.commits) == (1, 1)
    drafted = tiny_engine(1).fill(FORMS[2], DecodeParams(max_steps=1))
    assert dict(filling.values) == dict(drafted.values)
