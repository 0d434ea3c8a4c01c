"""DiffusionGemma's network against transformers' own classes, and what it keeps of a text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from model.backbone.gemma import Gemma
from model.backbone.gemma_layers import Reading, attend, causal_mask
from model.backbone.gemma_prefix import KeptRows, Prefix
from model.loading import load_checkpoint
from tests.model.uniform.tiny import CANVAS, WINDOW, prompt_of, tiny_network

pytest.importorskip("transformers.models.diffusion_gemma")
CELLS = [3, 1, 4, 1, 5, 9, 2, 6]


def saved(folder: Path, style: str) -> Any:
    """A random model of transformers', saved as checkpoints are; its config.json in one of two styles."""
    from tests.model.uniform.record import small_model

    model = small_model(seed=4)
    model.save_pretrained(folder)
    if style == "together":
        path = folder / "config.json"
        config = json.loads(path.read_text(encoding="utf-8"))
        del config["text_config"]["per_layer_config"]
        config["text_config"] |= {"global_head_dim": 16, "num_global_key_value_heads": 1}
        path.write_text(json.dumps(config), encoding="utf-8")
    return model


def scores(network: Gemma, prompt: list[int], expected: Tensor | None = None) -> Tensor:
    prefix = network.prefix()
    read = Reading(prefix, 0, len(prompt), is_final=True)
    seen = Reading(prefix, len(prompt), len(CELLS), is_final=False)
    return network.logits(network(torch.tensor(prompt + CELLS), [read, seen], expected))


@pytest.mark.parametrize("style", ["one by one", "together"])
@torch.inference_mode()
def test_logits_are_those_of_transformers(tmp_path: Path, style: str) -> None:
    model = saved(tmp_path, style)
    network = load_checkpoint(tmp_path, device="cpu", dtype=torch.float32).decoder
    prompt = prompt_of(17, seed=2)  # longer than the windows
    given = torch.tensor([prompt]), torch.tensor([CELLS])
    first = model(given[0], decoder_input_ids=given[1]).logits
    torch.testing.assert_close(scores(network, prompt), first[0], atol=5e-5, rtol=0)
    tempered = first / 0.7
    second = model(given[0], decoder_input_ids=given[1], self_conditioning_logits=tempered).logits
    expected = network.soft_embeddings(tempered[0].softmax(-1))
    torch.testing.assert_close(scores(network, prompt, expected), second[0], atol=5e-5, rtol=0)
    assert not torch.allclose(first, second, atol=1e-2)


@torch.inference_mode()
def test_reading_in_pieces_gives_the_same_scores() -> None:
    network, prompt = tiny_network(), prompt_of(13)
    prefix = network.prefix()
    for start, stop in ((0, 2), (2, 9), (9, 13)):
        read = Reading(prefix, start, stop - start, is_final=True)
        network(torch.tensor(prompt[start:stop]), [read])
    seen = Reading(prefix, len(prompt), len(CELLS), is_final=False)
    found = network.logits(network(torch.tensor(CELLS), [seen]))
    torch.testing.assert_close(found, scores(network, prompt), atol=1e-4, rtol=0)


@torch.inference_mode()
def test_sequences_of_one_call_do_not_see_each_other() -> None:
    network = tiny_network()
    prompts = [prompt_of(n, seed=n) for n in (3, 9)]
    prefixes = [network.prefix() for _ in prompts]
    ids, readings = [], []
    for prompt, prefix in zip(prompts, prefixes, strict=True):
        ids += prompt + CELLS
        readings.append(Reading(prefix, 0, len(prompt), is_final=True))
        readings.append(Reading(prefix, len(prompt), len(CELLS), is_final=False))
    together = network.logits(network(torch.tensor(ids), readings)).split(len(CELLS))
    for prompt, found in zip(prompts, together, strict=True):
        torch.testing.assert_close(found, scores(network, prompt), atol=1e-4, rtol=0)


@torch.inference_mode()
def test_a_canvas_leaves_nothing_behind() -> None:
    network, prompt = tiny_network(), prompt_of(4)
    prefix = network.prefix()
    network(torch.tensor(prompt), [Reading(prefix, 0, 4, is_final=True)])
    seen = Reading(prefix, 4, len(CELLS), is_final=False)
    first = network(torch.tensor(CELLS), [seen])
    network(torch.tensor(CELLS[::-1]), [seen])
    assert torch.equal(network(torch.tensor(CELLS), [seen]), first)


def test_a_window_takes_no_more_memory_as_the_text_grows() -> None:
    rows, everything = KeptRows(WINDOW - 1, spare=3), KeptRows(None)
    for _ in range(20):
        for kept in (rows, everything):
            kept.show(torch.randn(2, CANVAS, 8))
            kept.keep(CANVAS)
    assert rows.n_bytes == 2 * (WINDOW - 1 + 3 + CANVAS) * 8 * 4
    assert everything.n_kept == 20 * CANVAS
    assert everything.n_bytes < 2 * 2 * 20 * CANVAS * 8 * 4


@pytest.mark.parametrize("limit", [None, 3, 7])
@pytest.mark.parametrize("spare", [0, 2, 100])
def test_shown_rows_are_the_last_ones(limit: int | None, spare: int) -> None:
    rows, text = KeptRows(limit, spare), torch.arange(24.0).view(1, 24, 1)
    for start, stop in ((0, 2), (2, 3), (3, 12), (12, 24)):
        shown = rows.show(text[:, start:stop])
        first = 0 if limit is None else max(0, start - limit)
        assert torch.equal(shown, text[:, first:stop])
        rows.keep(stop - start)


@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=6),
    st.integers(0, 30),
    st.sampled_from([None, 1, 3, 7]),
    st.integers(0, 8),
)
def test_rewinding_restores_what_was_seen(
    sizes: list[int], back: int, limit: int | None, spare: int
) -> None:
    n_all = sum(sizes)
    n_kept = max(0, n_all - back)
    rows, text = KeptRows(limit, spare), torch.arange(n_all + 2.0).view(1, -1, 1)
    for size in sizes:
        rows.show(text[:, rows.n_kept : rows.n_kept + size])
        rows.keep(size)
    assert rows.can_rewind(n_all)
    assert rows.can_rewind(n_kept) or back > spare
    if rows.can_rewind(n_kept):
        rows.rewind(n_kept)
        first = 0 if limit is None else max(0, n_kept - limit)
        shown = rows.show(text[:, n_kept : n_kept + 2])
        assert torch.equal(shown, text[:, first : n_kept + 2])


@pytest.mark.parametrize(("start", "window"), [(0, None), (0, 3), (2, 3), (9, 4), (9, None)])
def test_final_rows_see_what_lies_before_them(start: int, window: int | None) -> None:
    reading = Reading(Prefix([window]), start, 5, is_final=True)
    seen = causal_mask(reading, window, torch.device("cpu"))
    first = start if window is None else min(start, window - 1)
    for row in range(5):
        places = [start - first + int(t) for t in seen[row].nonzero()]
        begin = 0 if window is None else max(0, start + row - window + 1)
        assert places == list(range(begin, start + row + 1))


def test_heads_that_share_keys_attend_as_if_keys_were_repeated() -> None:
    q, k, v = torch.randn(6, 4, 8), torch.randn(2, 7, 8), torch.randn(2, 7, 8)
    mask = torch.rand(4, 7) > 0.4
    mask[:, 0] = True
    keys, values = (x.repeat_interleave(3, 0) for x in (k, v))
    expected = functional.scaled_dot_product_attention(q, keys, values, mask, scale=1.0)
    torch.testing.assert_close(attend(q, k, v, mask), expected)
