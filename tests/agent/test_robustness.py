"""Whatever a model writes and whatever the world answers, a run ends with a result and within its caps."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.plan import CANVAS_WORDS
from agent.types import Arm, Status
from model.types import (
    Cell,
    CellState,
    DecodeParams,
    DenoiseStep,
    Filling,
    ScriptedModel,
    Slot,
    Template,
    Usage,
)
from tests.support.runs import BORN, PEOPLE, QUESTION, TableTools, entities, fact, number, running
from tools.types import Call, Failed, Observation, Reason, Scalar, Table, Truth, Verdict

ARMS: tuple[Arm, ...] = get_args(Arm)
FACTS = (
    fact(1, BORN.members[0], "population", "1"),
    fact(2, BORN.members[0], "population", "2", "sec:9"),
)
WORLD: tuple[Observation, ...] = (
    BORN,
    PEOPLE,
    entities(),
    Scalar("words"),
    Table("area", ()),
    number(1, *FACTS, disagrees=True),
    Verdict(Truth.SUPPORTED, "claim"),
    Verdict(Truth.CONTRADICTED, "claim"),
    Verdict(Truth.UNKNOWN, "claim"),
    *(Failed(reason, "why", candidates=("2023", "area", "worldbank")) for reason in Reason),
    Failed(Reason.UNAVAILABLE, "busy", retryable=True),
)


class WildModel(ScriptedModel):
    """Writes any words, heeding the grammar or not, and is sure of nothing."""

    def __init__(self, seed: int, heeds: bool) -> None:
        super().__init__([{}])
        self._random, self._heeds = random.Random(seed), heeds

    def fill(self, template: Template, params: DecodeParams) -> Filling:
        values = {slot.name: slot.value or self._word(slot) for slot in template.slots()}
        confidence = {name: self._random.random() for name in values}
        return Filling(values, confidence, Usage(1, 1, len(values)), invalid=1)

    def _word(self, slot: Slot) -> str:
        allowed = (slot.allowed or frozenset()) - slot.banned if self._heeds else None
        return self._random.choice(sorted(allowed or CANVAS_WORDS))

    def stream(self, template: Template, params: DecodeParams) -> Iterator[DenoiseStep]:
        filling = self.fill(template, params)
        cells = tuple(
            Cell(part, CellState.FIXED)
            if isinstance(part, str)
            else Cell(filling.values[part.name], CellState.COMMITTED, part.name)
            for part in template.parts
        )
        names = tuple(filling.values)
        for cut in (len(names) // 2, len(names)):
            done = names[:cut]
            yield DenoiseStep(0, cells, done, (), (), done, filling if cut == len(names) else None)


class WildTools(TableTools):
    """Answers anything, the same to the same call."""

    def run(self, call: Call) -> Observation:
        if call.tool == "finish":
            return super().run(call)
        self.asked.append(call.tool)
        return WORLD[crc32(repr((call.tool, *call.args.items())).encode()) % len(WORLD)]


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), heeds=st.booleans(), arm=st.sampled_from(ARMS))
def test_a_wild_model_in_a_wild_world_ends_with_a_result(
    tmp_path_factory: pytest.TempPathFactory, seed: int, heeds: bool, arm: Arm
) -> None:
    folder: Path = tmp_path_factory.mktemp("run")
    tools = WildTools({})
    with running(folder, WildModel(seed, heeds), tools, max_turns=9, max_calls=12) as runner:
        result = runner.run(QUESTION, arm)
    assert result.status in set(get_args(Status)) - {"failed"}
    assert result.metrics.turns <= 9
    assert len(tools.asked) <= result.metrics.tool_calls <= 12
    assert result.metrics.backtracks <= 1
    assert bool(result.value) == (result.status == "answered")
