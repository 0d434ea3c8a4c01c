"""The remask rules against their definitions, alone and in a fill."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.remask.registry import remask_rule
from model.remask.running import RunningConfidence
from model.remask.schedule import ConfidenceSchedule
from model.remask.snapshot import Snapshot
from model.types import DecodeParams, Slot, Template
from model.view import View
from tests.model.pairs import pairs
from tests.model.tiny import tiny_engine
from tests.model.views import view_of

VALUES = st.lists(st.integers(0, 100), min_size=1, max_size=30)


def weakest(values: list[int], n: int) -> list[int]:
    return sorted(sorted(range(len(values)), key=lambda i: (values[i], i))[:n])


@given(VALUES, st.integers(1, 9), st.data())
def test_running_confidence_keeps_the_share_of_its_step(
    values: list[int], n_steps: int, data: st.DataObject
) -> None:
    step = data.draw(st.integers(1, n_steps))
    confidence = [value / 100 for value in values]
    view = view_of([False] * len(values), n_steps - step + 1, confidence=confidence, step=step)
    taken = RunningConfidence().after_step(view)
    n_kept = math.ceil(len(values) * step / n_steps)
    assert sorted(taken.tolist()) == weakest(values, len(values) - n_kept)


@given(VALUES, st.sampled_from([0.0, 0.25, 0.5, 1.0]))
def test_snapshot_takes_the_weakest_share_of_the_draft_back(
    values: list[int], ratio: float
) -> None:
    taken = Snapshot(ratio).after_draft(torch.tensor(values) / 100)
    assert sorted(taken.tolist()) == weakest(values, int(ratio * len(values)))


def remdm_view(confidence: list[float], step: int, n_steps: int, masks: list[bool]) -> View:
    return view_of(masks, n_steps - step + 1, confidence=confidence, step=step)


@given(VALUES, st.integers(2, 40), st.data())
def test_remdm_draws_the_unsure_with_the_schedules_probability(
    values: list[int], n_steps: int, data: st.DataObject
) -> None:
    step = data.draw(st.integers(1, n_steps))
    confidence = [value / 100 for value in values]
    view = remdm_view(confidence, step, n_steps, [False] * len(values))
    chances = ConfidenceSchedule(steps=64).chances(view.confidence, view).tolist()
    revealed_before, revealed_after = (step - 1) / n_steps, step / n_steps
    highest = min(1.0, (1 - revealed_after) / revealed_before) if step > 1 else 1.0
    weights = [math.exp(-value) for value in confidence]
    for chance, weight in zip(chances, weights, strict=True):
        share = weight / sum(weights) * max(1, 64 / n_steps)
        assert chance == pytest.approx(highest * min(1, share), abs=1e-6)


def test_remdm_takes_nothing_outside_its_part_of_the_schedule() -> None:
    taken = {}
    for step in range(1, 21):
        view = remdm_view([0.0] * 4, step, 20, [False] * 4)
        taken[step] = len(ConfidenceSchedule(on=0.5, off=0.25, steps=10**9).after_step(view))
    assert [step for step, n in taken.items() if n] == [10, 11, 12, 13, 14, 15]


def test_remdm_draws_as_often_as_it_says_and_never_a_masked_cell() -> None:
    view = remdm_view([0.0, 0.2, 0.9, 0.0], 12, 20, [False, False, False, True])
    rule = ConfidenceSchedule(steps=60)
    counts = [0] * 4
    for _ in range(4000):
        for cell in rule.after_step(view).tolist():
            counts[cell] += 1
    chances = rule.chances(view.confidence[:3], view).tolist()
    assert counts[3] == 0
    assert [n / 4000 for n in counts[:3]] == pytest.approx(chances, abs=0.04)


def test_remdm_is_repeatable() -> None:
    view = remdm_view([0.1] * 30, 12, 20, [False] * 30)
    drawn = [ConfidenceSchedule(seed=seed).after_step(view).tolist() for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_rule_that_is_not_asked_for_does_nothing() -> None:
    view = view_of([False, False], steps_left=4, confidence=[0.1, 0.2])
    for name in ("none", "rcr", "remdm"):
        assert len(remask_rule(name).after_draft(view.confidence)) == 0
    for name in ("none", "snapshot"):
        assert len(remask_rule(name).after_step(view)) == 0


@pytest.mark.parametrize("n_cells", [7, 12])
def test_running_confidence_follows_its_schedule_in_a_fill(n_cells: int) -> None:
    template = Template("a b c", (Slot("text", n_cells),))
    steps = list(tiny_engine().stream(template, DecodeParams(remask="rcr", max_steps=4)))
    masked = [sum(cell.state == "masked" for cell in step.cells) for step in steps]
    assert masked == [n_cells - math.ceil(n_cells * i / 4) for i in range(1, 5)]


def test_snapshot_denoises_the_weakest_cells_once_more_in_view_of_the_whole_canvas() -> None:
    template = Template("a b c", (Slot("text", 10),))
    params = DecodeParams(remask="snapshot", block_length=2, threshold=0.0)
    steps = list(tiny_engine().stream(template, params))
    masked = [sum(cell.state == "masked" for cell in step.cells) for step in steps]
    assert masked == [8, 6, 4, 2, 3, 0]
    assert [step.remasked for step in steps] == [(), (), (), (), ("text",), ()]
    before, after = steps[3].cells, steps[4].cells
    drafted = [cell.confidence for cell in before if cell.confidence is not None]
    kept = [cell.confidence for cell in after if cell.confidence is not None]
    assert min(kept[:-2], default=1.0) >= sorted(drafted)[0]
    assert [step.committed for step in steps] == [()] * 5 + [("text",)]


@pytest.mark.parametrize("name", sorted({remask for _, remask in pairs()}))
def test_every_rule_ends(name: str) -> None:
    template = Template("a b c", (Slot("text", 9),))
    for block_length in (None, 1, 4):
        params = DecodeParams(select="top-k", remask=name, block_length=block_length, max_steps=3)
        filling = tiny_engine().fill(template, params)
        assert filling.usage.new_tokens == 9
        assert filling.usage.forwards <= 9 + 3
