"""Raw logits of recorded checkpoints, first step and prefill, within 2e-4 in single precision.

The folders are those of the format in tests/model/parity; more may be named by PALIMPSEST_PARITY.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from model.families.conventions import Visibility
from model.loading import Checkpoint, load_checkpoint
from tests.model.families.masks import seen

ROOT = Path(os.environ.get("PALIMPSEST_PARITY", Path(__file__).parents[1] / "parity"))
CASES = [
    pytest.param(folder.parent, name, id=f"{folder.parent.parent.name}-{folder.parent.name}-{name}")
    for folder in sorted(ROOT.glob("*/*/logits.safetensors"))
    if folder.parents[1].name != "diffusion_gemma"  # its noise is uniform: tests/model/uniform
    for name in sorted(load_file(folder))
]


@cache
def checkpoint(folder: Path) -> Checkpoint:
    mask_id = recorded(folder)["model"].get("mask_id")
    length = None if mask_id is None else 8  # each case names its own
    return load_checkpoint(
        folder, device="cpu", dtype=torch.float32, mask_id=mask_id, block_length=length
    )


@cache
def recorded(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "cases.json").read_text(encoding="utf-8"))
    return content


def read_by_the_reference(case: dict[str, Any], kind: str) -> tuple[list[int], int]:
    """The ids up to the end of the recorded forward, and how many of them were committed before it."""
    steps = case["expect"].get("trace")
    if not steps:
        return case["prompt_ids"], len(case["prompt_ids"])
    wanted = "prefill" if kind == "prefill" else "denoise"
    step = next(step for step in steps if step["kind"] == wanted)
    start = 0 if kind == "prefill" else step["start"]
    end = len(step["ids"]) if kind == "prefill" else 0
    return case["prompt_ids"][:start] + step["ids"], end or start


@torch.inference_mode()
def rows(found: Checkpoint, ids: list[int], block_length: int, n_context: int) -> Tensor:
    mask = seen(found.conventions.visibility, len(ids), block_length, n_context)
    hidden = found.decoder(torch.tensor([ids]), torch.arange(len(ids))[None], mask)
    logits: Tensor = found.decoder.logits(hidden)[0]
    return logits


@pytest.mark.parametrize(("folder", "name"), CASES)
def test_logits_are_those_recorded(folder: Path, name: str) -> None:
    case_name, _, kind = name.rpartition("/")
    case = next(case for case in recorded(folder)["cases"] if case["name"] == case_name)
    wanted = load_file(folder / "logits.safetensors")[name]
    found = checkpoint(folder)
    ids, n_context = read_by_the_reference(case, kind)
    logits = rows(found, ids, case["params"].get("block_length", 1), n_context)
    is_tail = found.conventions.visibility is Visibility.CAUSAL  # only the last rows are kept
    first = len(ids) - len(wanted) if is_tail else n_context if kind == "first_denoise" else 0
    torch.testing.assert_close(logits[first:][: len(wanted)], wanted, atol=2e-4, rtol=0)
