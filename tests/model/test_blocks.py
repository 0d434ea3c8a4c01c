"""Blocks: where they begin, what grows, and who is in which."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from model.blocks import Blocks
from model.completion import CompletionParams
from model.types import DecodeParams
from tests.model.kinds import ForgetfulCache, any_prompt, engine_of
from tests.model.tiny import is_valid_plan, plan_template

EXTENDING = "dcd:max_masks=9,extend=4,growth=2,weak=1"


@given(
    st.integers(1, 40),
    st.integers(1, 12),
    st.lists(st.tuples(st.integers(0, 39), st.integers(1, 9))),
)
def test_blocks_lie_side_by_side_and_grow_at_their_end(
    n_cells: int, length: int, growths: list[tuple[int, int]]
) -> None:
    blocks = Blocks(n_cells, length)
    for cell, n_more in growths:
        if cell < n_cells:
            block = blocks.around(cell)
            grown = blocks.extend(block, n_more)
            assert grown == slice(block.start, min(block.stop + n_more, n_cells))
            assert blocks.around(cell) == grown
    seen, at = [], 0
    while at < n_cells:
        seen.append(blocks.around(at))
        assert all(blocks.around(cell) == seen[-1] for cell in range(at, seen[-1].stop))
        at = seen[-1].stop
    assert [block.start for block in seen[1:]] == [block.stop for block in seen[:-1]]
    ends = blocks.ends(torch.arange(n_cells)).tolist()
    assert ends == [blocks.around(cell).stop for cell in range(n_cells)]


def test_text_before_the_canvas_lies_in_whole_blocks_counted_back() -> None:
    ends = Blocks(7, 4).ends(torch.arange(-6, 1)).tolist()
    assert ends == [-4, -4, 0, 0, 0, 0, 4]


@given(any_prompt, st.sampled_from(["sdar", "nbdiff", "bd3lm", "llada", "fast_dllm_v2"]))
def test_a_block_that_grows_is_read_as_if_nothing_were_kept(prompt: list[int], kind: str) -> None:
    params = CompletionParams(max_new_tokens=14, select=EXTENDING, threshold=0.9, stop_ids=())
    (done,) = engine_of(kind).complete([prompt], params)
    (plain,) = engine_of(kind, cache=ForgetfulCache(32, 8)).complete([prompt], params)
    assert done.ids == plain.ids
    assert len(done.ids) == 14


def test_what_a_grown_block_kept_serves_nobody_else() -> None:
    engine = engine_of("sdar")
    prompt = list(range(20, 33))
    params = CompletionParams(max_new_tokens=14, select=EXTENDING, stop_ids=())
    engine.complete([prompt], params)
    (done,) = engine.complete([prompt], CompletionParams(max_new_tokens=14, stop_ids=()))
    assert done.usage.cached_tokens == 0


def test_a_template_lets_a_block_grow_too() -> None:
    params = DecodeParams(block_length=3, select=EXTENDING, max_steps=9)
    assert is_valid_plan(engine_of("planner").fill(plan_template(3), params).values)
