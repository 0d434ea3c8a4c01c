"""The inference form of a decoder computes what the decoder computes."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from model.backbone import grouped
from model.backbone import lean as lean_module
from model.backbone.decoder import Decoder, DecoderConfig
from model.backbone.lean import LeanDecoder
from model.backbone.moe import MoeConfig
from model.backbone.rope import Yarn
from model.cache import PagedCache
from model.kernels.paged import attend_paged_reference
from tests.model.backbone.test_decoder import CONFIG, IDS, POSITIONS, Kept, causal, network

MOE = MoeConfig(n_experts=4, n_active=2, d_expert=8, layers=frozenset({1}), d_shared=8)
FLAGS: list[dict[str, Any]] = [
    {},
    {"qk_norm": False, "tied": False, "attn_bias": True},
    {"n_kv_heads": 4, "out_bias": True},
    {"n_kv_heads": 1, "d_rotary": 4, "attn_bias": True},
    {"stretch": Yarn(4.0, 16)},
    {"moe": MOE},
]


def both(
    config: DecoderConfig = CONFIG, dtype: torch.dtype = torch.float32
) -> tuple[Decoder, LeanDecoder]:
    """A decoder with uneven norms and biases, and its inference form."""
    torch.manual_seed(1)
    decoder = network(config)
    for weight in decoder.parameters():
        if weight.dim() == 1:
            nn.init.uniform_(weight, 0.5, 1.5)
    decoder = decoder.to(dtype).eval().requires_grad_(False)
    return decoder, LeanDecoder(deepcopy(decoder))


def some_mask() -> Tensor:
    """Each row sees itself and whatever else."""
    torch.manual_seed(2)
    return (torch.rand(2, 1, 8, 8) < 0.5) | torch.eye(8, dtype=torch.bool)


@pytest.mark.parametrize("flags", FLAGS)
@torch.no_grad()
def test_hidden_states_and_logits_are_the_decoders(flags: dict[str, Any]) -> None:
    decoder, lean = both(replace(CONFIG, **flags))
    for mask in (None, causal(8, 8), some_mask()):
        expected = decoder(IDS, POSITIONS, mask)
        found = lean(IDS, POSITIONS, mask)
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(
            lean.logits(found[0, 2:5]), decoder.logits(expected[0, 2:5]), atol=1e-5, rtol=1e-5
        )


@torch.no_grad()
def test_bfloat16_stays_as_near_as_its_precision_allows() -> None:
    config = replace(CONFIG, d_model=64, d_ff=96)
    exact, _ = both(config)
    decoder, lean = both(config, torch.bfloat16)
    truth = exact(IDS, POSITIONS, None)
    found = lean(IDS, POSITIONS, None)
    assert found.dtype is torch.bfloat16
    error, usual = (
        (truth - some.float()).norm() for some in (found, decoder(IDS, POSITIONS, None))
    )
    assert error < 1.5 * usual


@pytest.mark.parametrize("flags", FLAGS)
@pytest.mark.parametrize("cut", [1, 4, 7])
@torch.no_grad()
def test_reading_in_two_parts_gives_what_reading_at_once_gives(
    cut: int, flags: dict[str, Any]
) -> None:
    _, lean = both(replace(CONFIG, **flags))
    whole = lean(IDS, POSITIONS, None)
    cache = Kept()
    head = lean(IDS[:, :cut], POSITIONS[:, :cut], causal(cut, cut), cache)
    tail = lean(IDS[:, cut:], POSITIONS[:, cut:], causal(8 - cut, 8), cache)
    torch.testing.assert_close(torch.cat((head, tail), 1), whole, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_a_batch_gives_what_its_rows_give_alone() -> None:
    _, lean = both()
    batch = lean(IDS, POSITIONS, some_mask())
    for row in range(2):
        some = slice(row, row + 1)
        alone = lean(IDS[some], POSITIONS[some], some_mask()[some])
        torch.testing.assert_close(batch[some], alone, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("flags", FLAGS)
@pytest.mark.parametrize("fewer", [1, 99])
@torch.no_grad()
def test_some_rows_are_those_of_all(
    flags: dict[str, Any], fewer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lean_module, "FEWER", fewer)
    _, lean = both(replace(CONFIG, **flags))
    for rows in (torch.tensor([3]), torch.tensor([0, 2, 7]), torch.arange(8)):
        for mask in (None, causal(8, 8), some_mask()):
            expected = lean(IDS, POSITIONS, mask)[:, rows]
            torch.testing.assert_close(lean(IDS, POSITIONS, mask, None, rows), expected)


@torch.no_grad()
def test_rows_left_out_are_kept_in_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean_module, "FEWER", 1)
    _, lean = both()
    caches = Kept(), Kept()
    for cache, rows in zip(caches, (None, torch.tensor([1])), strict=True):
        lean(IDS[:, :6], POSITIONS[:, :6], causal(6, 6), cache, rows)
    ends = [lean(IDS[:, 6:], POSITIONS[:, 6:], causal(2, 8), cache) for cache in caches]
    torch.testing.assert_close(ends[1], ends[0])


@torch.no_grad()
def test_few_of_many_rows_are_computed_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean_module, "FEWER", 1)
    _, lean = both(dtype=torch.bfloat16)
    rows = torch.tensor([2, 5])
    found = lean(IDS, POSITIONS, None, None, rows)
    assert torch.equal(found, lean(IDS, POSITIONS, None)[:, rows])


@torch.no_grad()
def test_long_texts_are_attended_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    _, lean = both()
    masks = (None, some_mask())
    whole = [lean(IDS, POSITIONS, mask) for mask in masks]
    monkeypatch.setattr(grouped, "MAX_ROWS", 3)
    for mask, expected in zip(masks, whole, strict=True):
        torch.testing.assert_close(lean(IDS, POSITIONS, mask), expected, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_few_rows_are_attended_as_many_are(monkeypatch: pytest.MonkeyPatch) -> None:
    _, lean = both(dtype=torch.bfloat16)
    widened = lean(IDS[:, :3], POSITIONS[:, :3], None)
    monkeypatch.setattr(grouped, "FEW_ROWS", 0)
    torch.testing.assert_close(
        lean(IDS[:, :3], POSITIONS[:, :3], None), widened, atol=0.1, rtol=0.1
    )


@torch.no_grad()
def test_a_row_that_may_attend_to_nothing_gives_no_nan() -> None:
    _, lean = both()
    mask = some_mask()
    mask[0, 0, 3] = False
    assert lean(IDS, POSITIONS, mask).isfinite().all()


def test_the_decoder_keeps_no_layers() -> None:
    decoder, _ = both()
    LeanDecoder(decoder)
    assert sum(weight.numel() for weight in decoder.model.layers.parameters()) == 0
    with pytest.raises(TypeError, match="taken over once"):
        LeanDecoder(decoder)


@torch.no_grad()
def test_stored_rows_are_attended_where_they_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a device the kernel follows the row numbers; here its reference stands in."""
    _, lean = both()
    gathered, paged = (PagedCache(8, 3) for _ in range(2))
    outs = []
    for cache in (gathered, paged):
        sequences = [cache.open([], 8) for _ in range(2)]
        if cache is paged:
            monkeypatch.setattr(lean_module, "serves", lambda q, n_kv_heads: True)
            monkeypatch.setattr(lean_module, "attend_paged", booleans(attend_paged_reference))
        for at in (0, 4):
            window = cache.window(sequences, 4)
            part = slice(at, at + 4)
            mask = causal(8, 8)[:, :, part, : at + 4].expand(2, -1, -1, -1)
            outs.append(lean(IDS[:, part], POSITIONS[:, part], mask, window))
            for sequence in sequences:
                cache.commit(sequence, [1] * 4)
    for expected, found in zip(outs[:2], outs[2:], strict=True):
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def booleans(attend: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """On a device the prepared mask is still one of truth values; on a processor it is what to add."""

    def call(q: Tensor, stored: tuple[Tensor, Tensor], read: Tensor, bias: Tensor) -> Tensor:
        return attend(q, stored, read, bias == 0)

    return call
