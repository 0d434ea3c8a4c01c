"""DiffusionGemma's fixtures: transformers' own outputs, with the recorded noise injected."""

from __future__ import annotations

import json
import os
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

OURS = Path(__file__).parents[1] / "parity"
ROOT = Path(os.environ.get("PALIMPSEST_PARITY", OURS))
FOLDERS = sorted((ROOT / "diffusion_gemma").glob("*"))
CASES = [
    pytest.param(folder, case, id=f"{folder.name}-{case['name']}")
    for folder in FOLDERS
    for case in json.loads((folder / "cases.json").read_text(encoding="utf-8"))["cases"]
]


@cache
def checkpoint(folder: Path) -> Checkpoint:
    return load_checkpoint(folder, device="cpu", dtype=torch.float32)


def engine(folder: Path, case: dict[str, Any]) -> UniformEngine:
    loaded = checkpoint(folder)
    return UniformEngine(
        loaded.decoder, loaded.tokens, loaded.conventions, "parity", lambda _: RecordedNoise(case)
    )


@pytest.mark.parametrize(("folder", "case"), CASES)
def test_ids_and_forwards_are_those_published(folder: Path, case: dict[str, Any]) -> None:
    expect, params = case["expect"], params_of(case, as_published=True)
    (done,) = engine(folder, case).complete([case["prompt_ids"]], params)
    usage = done.usage
    assert list(done.canvas) == expect["new_ids"]
    assert usage.prefills + usage.commits == expect["forwards"]["encoder"]
    assert usage.denoise_steps == expect["forwards"]["decoder"]
    assert usage.forwards == expect["forwards"]["total"]


@pytest.mark.parametrize(("folder", "case"), CASES)
def test_reading_along_with_a_denoise_step_changes_no_word(
    folder: Path, case: dict[str, Any]
) -> None:
    params = params_of(case, as_published=False)
    (done,) = engine(folder, case).complete([case["prompt_ids"]], params)
    assert list(done.canvas) == case["expect"]["new_ids"]
    assert done.usage.forwards == case["expect"]["forwards"]["decoder"]


@pytest.mark.parametrize(("folder", "case"), CASES)
@torch.inference_mode()
def test_first_logits_are_those_published(folder: Path, case: dict[str, Any]) -> None:
    logits = load_file(folder / "logits.safetensors")
    expected = logits.get(f"{case['name']}/first_denoise")
    if expected is None:
        return
    network, prompt = checkpoint(folder).decoder, case["prompt_ids"]
    canvas = case["expect"]["canvases"][0]["initial_canvas"]
    prefix = network.prefix()
    network(torch.tensor(prompt), [Reading(prefix, 0, len(prompt), is_final=True)])
    seen = Reading(prefix, len(prompt), len(canvas), is_final=False)
    found = network.logits(network(torch.tensor(canvas), [seen]))
    torch.testing.assert_close(found, expected, rtol=0, atol=2e-4)
