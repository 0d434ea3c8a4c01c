"""Explore, then exploit: trials, the best of them, and what holds as in any fill."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.cache import PagedCache, Sequence
from model.canvas import Canvas
from model.engine import Engine
from model.recipes.explore import Explore, Trial
from model.spec import RuleError
from model.template_fill import TemplateFill
from model.types import DecodeParams, Filling, Slot, Template
from tests.model.tiny import (
    is_valid_plan,
    plan_template,
    tiny_decoder,
    tiny_engine,
    tiny_tokens,
)

DOUBTFUL = DecodeParams(threshold=0.9, max_steps=30)


def explorer(seed: int = 0, **options: float) -> Explore:
    return Explore(tiny_engine(seed), **options)  # type: ignore[arg-type]


def told(filling: Filling) -> tuple[object, ...]:
    return filling.values, filling.usage.forwards, filling.usage.new_tokens


@given(st.integers(0, 5), st.integers(1, 4), st.integers(1, 12), st.sampled_from([None, 4, 6]))
def test_the_grammar_and_the_bounds_hold(
    seed: int, forks: int, max_steps: int, block_length: int | None
) -> None:
    params = DecodeParams(block_length, max_steps)
    explore = explorer(seed, forks=forks)
    steps = list(explore.stream(plan_template(3), params))
    filling = steps[-1].filling
    assert filling is not None
    assert is_valid_plan(filling.values)
    assert filling.usage.new_tokens == 10
    assert filling.usage.forwards <= len(steps)
    for before, after in pairwise(steps):
        for old, new in zip(before.cells, after.cells, strict=True):
            assert old.state == "masked" or new.text == old.text
    assert told(explore.fill(plan_template(3), params)) == told(filling)


def test_nothing_is_tried_where_steps_reveal_enough() -> None:
    sure = DecodeParams(threshold=0.0)
    template = plan_template(3)
    assert told(explorer().fill(template, sure)) == told(tiny_engine().fill(template, sure))
    every_step = explorer(few=1).fill(template, DOUBTFUL)
    assert told(every_step) == told(tiny_engine().fill(template, DOUBTFUL))


def test_trials_cost_one_forward_for_all_and_spare_steps() -> None:
    template = Template("a b c", (Slot("text", 12),))
    plain = tiny_engine().fill(template, DOUBTFUL).usage.forwards
    tried = explorer(forks=3).fill(template, DOUBTFUL).usage.forwards
    assert plain == 12
    assert tried <= plain  # a doubtful cell and at least one more in each forward of trials


class Watched(Explore):
    """Tells what was known when something was tried, and which trials there were."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.seen: list[tuple[dict[str, str], list[Trial]]] = []

    def _trials(self, fill: TemplateFill, memory: Any) -> list[Trial]:
        trials = super()._trials(fill, memory)
        self.seen.append(({n: w for n, w in fill.canvas.texts().items() if w}, trials))
        masked = fill.canvas.masked[memory.cells]
        doubt = [
            e if m else -1 for e, m in zip(memory.scores.entropy.tolist(), masked, strict=True)
        ]
        assert {trial.cell for trial in trials} == {int(memory.cells[doubt.index(max(doubt))])}
        return trials


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("weight", [0.0, 0.2, 9.0])
def test_the_best_trial_makes_most_others_sure_and_is_likely(seed: int, weight: float) -> None:
    template, engine = plan_template(2), tiny_engine(seed)
    watched = Watched(engine, forks=9, sure=0.3, weight=weight)
    filling = watched.fill(template, DOUBTFUL)
    known, trials = watched.seen[0]
    slot = slot_of(template, trials[0].cell)
    gains = {}
    for trial in trials:
        word = tiny_tokens().word(trial.token)
        first = next(
            iter(Forgetful.engine(seed).stream(plan_template(2, known | {slot: word}), DOUBTFUL))
        )
        new = [
            c
            for c in first.cells
            if c.slot and c.state != "masked" and c.slot not in {*known, slot}
        ]
        sure = (c.confidence or 0 for c in new if (c.confidence or 0) >= 0.3)
        gains[word] = math.fsum(sure) + weight * math.log(trial.probability)
    assert gains[filling.values[slot]] == pytest.approx(max(gains.values()), abs=1e-9)


def test_trials_are_the_likeliest_possible_words_with_their_probabilities() -> None:
    watched = Watched(tiny_engine(2), forks=9)
    watched.fill(plan_template(2), DOUBTFUL)
    for _, trials in watched.seen:
        shares = [trial.probability for trial in trials]
        assert shares == sorted(shares, reverse=True)
        assert math.fsum(shares) == pytest.approx(1.0, abs=1e-4)  # a plan's cells have few words
        assert len({trial.token for trial in trials}) == len(trials)


def test_rules_that_take_back_are_refused() -> None:
    with pytest.raises(RuleError, match=r"explore settles cells for good, .* 'snapshot' takes"):
        explorer().fill(plan_template(2), DecodeParams(remask="snapshot"))


def slot_of(template: Template, cell: int) -> str:
    canvas = Canvas(template, tiny_tokens(), torch.device("cpu"))
    return next(name for name, span in canvas.spans.items() if span.start <= cell < span.stop)


class Forgetful(PagedCache):
    """Keeps nothing, so that every forward reads from the prompt on."""

    def commit(self, sequence: Sequence, tokens: list[int]) -> None:
        """Nothing is kept."""

    @classmethod
    def engine(cls, seed: int) -> Engine:
        return Engine(tiny_decoder(seed), tiny_tokens(), "tiny", cls(32, 8))


@pytest.mark.parametrize("seed", range(4))
def test_copied_keys_and_values_change_nothing(seed: int) -> None:
    template = plan_template(3)
    params = DecodeParams(4, 30)
    kept = explorer(seed).fill(template, params)
    anew = Explore(Forgetful.engine(seed)).fill(template, params)
    assert told(kept) == told(anew)
    assert kept.confidence == pytest.approx(anew.confidence)
