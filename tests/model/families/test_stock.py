"""Checkpoints in each family's layout give what transformers gives for the same weights, whoever sees whom."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from model.families.conventions import Visibility
from model.loading import load_checkpoint
from tests.model.families.masks import seen
from tests.model.families.stock import STOCK, edit, logits_of, save

IDS = torch.arange(24)[None] * 7 % 90


@pytest.mark.parametrize("name", STOCK)
@torch.inference_mode()
def test_logits_are_those_of_transformers(name: str, tmp_path: Path) -> None:
    stock = STOCK[name]
    model = save(stock, tmp_path)
    found = load_checkpoint(tmp_path, device="cpu", dtype=torch.float32, **stock.told)
    assert found.report.family in name.replace("qwen3_moe", "qwen3")
    for visibility in Visibility:
        mask = seen(visibility, 24, 8, n_context=13)
        hidden = found.decoder(IDS, torch.arange(24)[None], mask)
        wanted = logits_of(model, IDS, mask)
        assert wanted.std() > 0.5  # so that agreement says something
        torch.testing.assert_close(found.decoder.logits(hidden), wanted, atol=2e-4, rtol=0)
    n_tied = sum(w.numel() for w in model.parameters())
    assert found.report.n_parameters == n_tied


@pytest.mark.parametrize("told", [True, False])
def test_the_head_is_tied_by_what_the_files_hold(told: bool, tmp_path: Path) -> None:
    save(STOCK["qwen2 tied"], tmp_path)
    edit(tmp_path, tie_word_embeddings=told)
    assert load_checkpoint(tmp_path, device="cpu").decoder.config.tied
    save(STOCK["qwen2"], tmp_path)
    edit(tmp_path, tie_word_embeddings=told)
    assert not load_checkpoint(tmp_path, device="cpu").decoder.config.tied


@torch.inference_mode()
def test_longer_contexts_by_a_larger_theta(tmp_path: Path) -> None:
    save(STOCK["dream"], tmp_path)
    plain = load_checkpoint(tmp_path, device="cpu").decoder.config
    wide = load_checkpoint(tmp_path, device="cpu", ntk_factor=4.0).decoder.config
    slow, fast = (
        shape.stretch.frequencies(shape.rope_theta, shape.d_head) for shape in (wide, plain)
    )
    assert slow[0] == fast[0]
    torch.testing.assert_close(slow[-1], fast[-1] / 4)
