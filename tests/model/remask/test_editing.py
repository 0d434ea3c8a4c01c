"""Token editing: what is rewritten, and when it ends."""

from __future__ import annotations

from dataclasses import replace

import torch

from model.completion import CompletionParams
from model.remask.editing import TokenEditing
from tests.model.kinds import BLOCK, engine_of
from tests.model.scored import scores_of
from tests.model.views import view_of

PARAMS = CompletionParams(
    max_new_tokens=BLOCK, threshold=0.0, select="at-least:count=1", stop_ids=(), as_published=True
)
PROMPT = list(range(40, 40 + BLOCK))


def test_a_cell_is_rewritten_if_the_proposal_differs_and_is_sure() -> None:
    view = view_of([False, False, True, False], ids=[7, 8, 0, 9])
    cells = torch.tensor([0, 1, 3])
    scores = scores_of((0.6, 0.6, 0.5), token=(7, 5, 5))
    assert TokenEditing(0.5).rewrites(view, cells, scores).tolist() == [False, True, False]
    assert (
        TokenEditing(1.0).rewrites(view, cells, scores_of((1.0,) * 3, token=(1, 1, 1))).sum() == 0
    )
    assert TokenEditing().editable(view).tolist() == [True, True, False, True]


def test_editing_ends_when_nothing_changes_or_after_its_steps() -> None:
    for steps in (0, 1, 4):
        params = replace(PARAMS, remask=f"t2t:threshold=0,steps={steps}")
        (done,) = engine_of("llada2_1").complete([PROMPT], params)
        assert done.usage.denoise_steps <= 1 + steps
        assert steps or done.usage.denoise_steps == 1
    (never,) = engine_of("llada2_1").complete([PROMPT], replace(PARAMS, remask="t2t:threshold=1"))
    assert never.usage.denoise_steps == 2
    (plain,) = engine_of("llada2_1").complete([PROMPT], replace(PARAMS, remask="none"))
    assert never.ids == plain.ids


def test_a_prompt_in_the_block_is_never_rewritten() -> None:
    prompt = PROMPT[: BLOCK - 2]
    params = replace(PARAMS, max_new_tokens=2, remask="t2t:threshold=0,steps=5")
    steps = list(engine_of("llada2_1").stream_complete(prompt, params))
    assert len(steps) > 2
    assert all(len(step.canvas) == 2 for step in steps)
    (done,) = engine_of("llada2_1").complete([prompt], params)
    assert done.ids == steps[-1].canvas
