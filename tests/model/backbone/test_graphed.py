"""Replayed forwards give what forwards give; a stand-in plays the device that records."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest
import torch

from model.backbone import graphed
from model.backbone.graphed import GraphedDecoder
from model.cache import PagedCache
from model.completion import CompletionParams
from model.engine import Engine
from model.reading import PLANNER
from tests.model.kernels.test_replay import Tape
from tests.model.tiny import tiny_decoder, tiny_tokens

PROMPTS = ([1, 9, 7, 30, 12], [2, 5], [40, 41, 42, 43, 44, 45, 46])
PARAMS = CompletionParams(max_new_tokens=23, threshold=0.9, max_steps=4)


def engine_with(tape: Tape | None, n_pages: int = 32) -> Engine:
    plain = tiny_decoder()
    network = GraphedDecoder(deepcopy(plain), tape.record) if tape else plain
    conventions = replace(PLANNER, block_length=4, sub_block=4)
    return Engine(network, tiny_tokens(), "tiny", PagedCache(n_pages, 8), conventions)


@pytest.mark.parametrize("prompts", [PROMPTS[:1], PROMPTS[:1] * 3, PROMPTS])
def test_replayed_completions_are_the_same(
    prompts: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graphed, "STEP", 16)
    tape = Tape()
    recorded, plain = engine_with(tape), engine_with(None)
    for params in (PARAMS, replace(PARAMS, temperature=1.0), PARAMS):
        found, expected = recorded.complete(prompts, params), plain.complete(prompts, params)
        assert [done.ids for done in found] == [done.ids for done in expected]
    assert tape.n_replays > tape.n_recordings > 0


def test_a_pool_that_grows_is_recorded_anew() -> None:
    tape = Tape()
    engine = engine_with(tape, n_pages=4)
    before = engine.complete(PROMPTS[:1], PARAMS)
    n_recordings = tape.n_recordings
    engine.complete(PROMPTS * 8, PARAMS)
    after = engine.complete(PROMPTS[:1], PARAMS)
    assert after[0].ids == before[0].ids
    assert tape.n_recordings > n_recordings


def test_long_reads_are_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphed, "MAX_ROWS", 0)
    tape = Tape()
    engine_with(tape).complete(PROMPTS, PARAMS)
    assert tape.n_recordings == 0


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_a_device_replays_what_it_computes() -> None:
    plain = deepcopy(tiny_decoder()).float().cuda()
    network = GraphedDecoder(deepcopy(plain))
    conventions = replace(PLANNER, block_length=4, sub_block=4)
    engines = (
        Engine(some, tiny_tokens(), "tiny", PagedCache(32, 8), conventions)
        for some in (network, plain)
    )
    found, expected = (engine.complete(PROMPTS, PARAMS) for engine in engines)
    assert [done.ids for done in found] == [done.ids for done in expected]
