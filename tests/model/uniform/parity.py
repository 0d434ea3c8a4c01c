"""DiffusionGemma's fixtures: transformers' own outputs, with the recorded noise injected."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from model.backbone.gemma_layers import Reading
from model.loading import Checkpoint, load_checkpoint
from model.uniform.engine import UniformEngine
from tests.model.uniform.tiny import RecordedNoise, params_of

Case = dict[str, Any]


def cases_under(root: Path) -> list[Any]:
    """The recorded cases of a directory of fixtures, each with its folder, as parameters of a test."""
    return [
        pytest.param(path.parent, case, id=f"{path.parent.name}-{case['name']}")
        for path in sorted((root / "diffusion_gemma").glob("*/cases.json"))
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
    ]


@cache
def checkpoint(folder: Path) -> Checkpoint:
    return load_checkpoint(folder, device="cpu", dtype=torch.float32)


def engine(folder: Path, case: Case) -> UniformEngine:
    loaded = checkpoint(folder)
    return UniformEngine(
        loaded.decoder, loaded.tokens, loaded.conventions, "parity", lambda _: RecordedNoise(case)
    )


def assert_decodes_as_published(folder: Path, case: Case) -> None:
    """The ids, and each forward that the reference makes."""
    expect, params = case["expect"], params_of(case, as_published=True)
    (done,) = engine(folder, case).complete([case["prompt_ids"]], params)
    usage = done.usage
    assert list(done.canvas) == expect["new_ids"]
    assert usage.prefills + usage.commits == expect["forwards"]["encoder"]
    assert usage.denoise_steps == expect["forwards"]["decoder"]
    assert usage.forwards == expect["forwards"]["total"]


def assert_folded_is_the_same(folder: Path, case: Case) -> None:
    """Final tokens read along with a denoise step change no id, and cost no forward."""
    params = params_of(case, as_published=False)
    (done,) = engine(folder, case).complete([case["prompt_ids"]], params)
    assert list(done.canvas) == case["expect"]["new_ids"]
    assert done.usage.forwards == case["expect"]["forwards"]["decoder"]


@torch.inference_mode()
def assert_first_logits_are_those_published(folder: Path, case: Case, tolerance: float) -> None:
    """The scores of the first step, where they are recorded."""
    expected = load_file(folder / "logits.safetensors").get(f"{case['name']}/first_denoise")
    if expected is None:
        return
    network, prompt = checkpoint(folder).decoder, case["prompt_ids"]
    canvas = case["expect"]["canvases"][0]["initial_canvas"]
    prefix = network.prefix()
    network(torch.tensor(prompt), [Reading(prefix, 0, len(prompt), is_final=True)])
    seen = Reading(prefix, len(prompt), len(canvas), is_final=False)
    found = network.logits(network(torch.tensor(canvas), [seen]))
    torch.testing.assert_close(found, expected, rtol=0, atol=tolerance)
