"""What fills take in comes out the same, whether logits are written or proposals made without them."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from model import fill as fill_module
from model.backbone.lean import LeanDecoder
from model.cache import PagedCache
from model.cells import Cells
from model.completion import Completion, CompletionParams
from model.decode.deferred import DeferredCommitment
from model.decode.threshold import Threshold
from model.decode.top_k import TopK
from model.engine import Engine
from model.families.conventions import Conventions
from model.fill import Fill
from model.kernels.output import Head
from model.kernels.scores import Scores
from model.kernels.state import Step
from model.launch import in_numbers, launch
from model.reading import PLANNER
from model.remask.remask import KeepAll
from model.remask.snapshot import Snapshot
from model.types import DecodeParams, Slot, Template
from model.view import View
from tests.model.tiny import tiny_decoder, tiny_tokens

SDAR = replace(PLANNER, block_length=4, sub_block=4)
PROMPTS = ([1, 9, 7, 30, 12], [2, 5], [40, 41, 42, 43, 44, 45, 46])
PARAMS = {
    "greedy": CompletionParams(max_new_tokens=11, threshold=0.3),
    "top-k": CompletionParams(max_new_tokens=11, select="top-k", max_steps=2),
    "by margin": CompletionParams(max_new_tokens=11, select="top-k-margin", max_steps=2),
    "by entropy": CompletionParams(max_new_tokens=11, select="top-k-entropy", max_steps=3),
    "sampled": CompletionParams(max_new_tokens=11, temperature=1.5, seed=4, threshold=0.2),
    "sampled as SDAR does": CompletionParams(
        max_new_tokens=11, decoder="sdar", temperature=1.5, seed=4
    ),
    "likeliest, tempered": CompletionParams(
        max_new_tokens=11, decoder="sdar", temperature=1.5, is_greedy=True
    ),
    "nucleus": CompletionParams(max_new_tokens=11, temperature=1.5, top_p=0.8, seed=4),
    "autoregression": CompletionParams(
        max_new_tokens=11, decoder="ar", block_length=1, temperature=0.9, seed=2
    ),
}


def engines(conventions: Conventions = SDAR) -> tuple[Engine, Engine]:
    """One that writes logits, and one that need not."""
    made = (tiny_decoder(), LeanDecoder(deepcopy(tiny_decoder())))
    return tuple(  # type: ignore[return-value]
        Engine(network, tiny_tokens(), "tiny", PagedCache(32, 8), conventions) for network in made
    )


def assert_same(found: Completion, expected: Completion) -> None:
    assert (found.ids, found.canvas) == (expected.ids, expected.canvas)
    assert replace(found.usage, seconds=0.0) == replace(expected.usage, seconds=0.0)
    assert found.confidence == pytest.approx(expected.confidence, abs=1e-4)


@pytest.mark.parametrize("name", PARAMS)
def test_completions_are_the_same(name: str) -> None:
    written, fused = engines()
    both = (engine.complete(PROMPTS, PARAMS[name]) for engine in (fused, written))
    for found, expected in zip(*both, strict=True):
        assert_same(found, expected)


@pytest.mark.parametrize(
    ("select", "remask"),
    [
        ("threshold", "none"),
        ("threshold", "rcr"),
        ("top-k", "none"),
        ("at-least", "none"),
        ("at-least:count=2", "none"),
    ],
)
def test_one_launch_does_what_the_rules_say(
    select: str, remask: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = CompletionParams(
        max_new_tokens=11, select=select, remask=remask, threshold=0.1, max_steps=3
    )
    _, fused = engines()
    expected = fused.complete(PROMPTS, params)
    launches: list[Step] = []

    def counted(canvas: Cells, block: slice, cells: Tensor, scores: Scores, step: Step) -> None:
        launches.append(step)
        launch(canvas, block, cells, scores, step)

    monkeypatch.setattr(fill_module, "launch", counted)
    monkeypatch.setattr(Fill, "launches", property(lambda self: True, lambda self, value: None))
    for found, wanted in zip(fused.complete(PROMPTS, params), expected, strict=True):
        assert_same(found, wanted)
    assert launches


def test_a_rule_derived_from_another_speaks_for_itself() -> None:
    yes = torch.ones(4, dtype=torch.bool)
    view = View(torch.zeros(4).long(), yes, yes, torch.zeros(4), torch.zeros(4).long(), 0, 4, 1, 3)
    assert in_numbers(Threshold(0.5), KeepAll(), view, 4) is not None
    assert in_numbers(DeferredCommitment(0.5), KeepAll(), view, 4) is None
    assert in_numbers(Threshold(0.5), Snapshot(), view, 4) is None
    assert in_numbers(TopK("margin"), KeepAll(), view, 4) is None


def test_a_mixed_batch_gives_what_its_prompts_give_alone() -> None:
    _, fused = engines()
    mixed = [PARAMS["sampled"], PARAMS["greedy"], PARAMS["nucleus"]]
    together = fused.complete(PROMPTS, mixed)
    for prompt, params, done in zip(PROMPTS, mixed, together, strict=True):
        (alone,) = fused.complete([prompt], params)
        assert (done.ids, done.canvas) == (alone.ids, alone.canvas)


def test_another_seed_draws_other_words() -> None:
    _, fused = engines()
    drawn = {
        fused.complete(PROMPTS[:1], replace(PARAMS["sampled"], seed=seed))[0].ids
        for seed in range(4)
    }
    assert len(drawn) > 1


@pytest.mark.parametrize("constrained", [False, True])
def test_fillings_and_what_the_grammar_overruled_are_the_same(constrained: bool) -> None:
    words = frozenset({"find", "join", "<nil>"})
    template = Template("find the best", ("#1", Slot("tool", 1, words), Slot("free", 3)))
    params = DecodeParams(constrained=constrained, temperature=0.8, seed=3, threshold=0.5)
    expected, found = (engine.fill(template, params) for engine in engines(PLANNER))
    assert (found.values, found.invalid) == (expected.values, expected.invalid)


def test_free_text_asks_for_no_logits(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: object, hidden: Tensor) -> Tensor:
        raise AssertionError("logits were written")

    _, fused = engines()
    monkeypatch.setattr(Head, "logits", refuse)
    fused.complete(PROMPTS, PARAMS["sampled"])
    with pytest.raises(AssertionError, match="were written"), torch.no_grad():
        fused.complete(PROMPTS, PARAMS["nucleus"])
