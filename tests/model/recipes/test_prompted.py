"""Revising through the prompt."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from model.recipes.prompted import Prompted, keep_surer
from model.template_fill import TemplateFill
from model.types import DecodeParams, Filling, Record, Slot, Template
from tests.model.tiny import is_valid_plan, plan_template, tiny_engine

TEXT = Template("a b c", (Slot("text", 10), "find", Slot("more", 4)))
STEPS = DecodeParams(threshold=0.5, max_steps=20)


def told(filling: Filling) -> tuple[object, ...]:
    return dict(filling.values), dict(filling.confidence)


@pytest.mark.parametrize("seed", range(8))
def test_a_revision_is_kept_where_it_is_surer_and_never_elsewhere(seed: int) -> None:
    draft = tiny_engine(seed).fill(TEXT, STEPS)
    revised = Prompted(tiny_engine(seed), ratio=0.5).fill(TEXT, STEPS)
    for name in draft.values:
        is_same = revised.values[name] == draft.values[name]
        assert is_same or revised.confidence[name] != draft.confidence[name]
    assert revised.usage.forwards > draft.usage.forwards
    assert revised.usage.new_tokens >= draft.usage.new_tokens


def test_a_share_of_nothing_is_the_draft() -> None:
    draft = tiny_engine().fill(TEXT, STEPS)
    assert told(Prompted(tiny_engine(), ratio=0.05).fill(TEXT, STEPS)) == told(draft)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("block_length", [None, 4])
def test_a_revised_plan_obeys_the_grammar_and_keeps_what_is_known(
    seed: int, block_length: int | None
) -> None:
    params = replace(STEPS, block_length=block_length)
    template = plan_template(3, {"1.verb": "find", "1.a": "@2"})
    filling = Prompted(tiny_engine(seed), ratio=0.6).fill(template, params)
    assert is_valid_plan(filling.values)
    assert (filling.values["1.verb"], filling.values["1.a"]) == ("find", "@2")


def test_the_second_canvas_stands_behind_the_draft_with_its_sure_cells_revealed() -> None:
    class Seen(Prompted):
        def _revise(
            self, draft: TemplateFill, second: TemplateFill, cells: Tensor, weak: Tensor
        ) -> None:
            super()._revise(draft, second, cells, weak)
            kept = [n for n in range(len(cells)) if n not in weak.tolist()]
            assert torch.equal(draft.canvas.ids[cells[kept]], second.canvas.ids[cells[kept]])
            assert len(weak) == 7
            worst = sorted(draft.canvas.confidence[cells].tolist())[:7]
            assert sorted(draft.canvas.confidence[cells[weak]].tolist()) == worst
            text = draft.canvas.tokens.decode(draft.canvas.ids.tolist())
            prompt = second.canvas.sequence[: second.canvas.n_prompt].tolist()
            assert text in draft.canvas.tokens.decode(prompt)
            self.seen = True

    recipe = Seen(tiny_engine(), ratio=0.5)
    recipe.fill(TEXT, STEPS)
    assert recipe.seen


@pytest.mark.parametrize(
    ("second", "kept"), [((0.6, 0.8, 0.9), "second"), ((0.2, 0.5, 0.2), "draft")]
)
def test_records_are_kept_or_put_back_together(second: tuple[float, ...], kept: str) -> None:
    words = frozenset({"find", "join"})
    names = ("1", "2", "3")
    template = Template(
        "a b c",
        tuple(Slot(name, 1, words) for name in names),
        tuple(Record((name,), ((words,),)) for name in names),
    )
    engine = tiny_engine()
    old, new = (engine.open(template, STEPS) for _ in range(2))
    find, join = (old.canvas.tokens.word_id(word) for word in ("find", "join"))
    cells = torch.arange(3)
    with torch.inference_mode():
        old.canvas.reveal(cells, torch.full((3,), find), torch.tensor([0.5, 0.5, 0.5]))
        new.canvas.reveal(cells, torch.full((3,), join), torch.tensor(second))
    keep_surer(old, new, template)
    expected = "join" if kept == "second" else "find"
    assert new.filling().values == dict.fromkeys(names, expected)
    engine.close([old, new])
