"""The decoder reads tokens once, in parts or together, and names its tensors as checkpoints do."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from model.backbone.decoder import Decoder, DecoderConfig, initialise

CONFIG = DecoderConfig(
    vocab_size=50, d_model=16, n_layers=2, n_heads=4, n_kv_heads=2, d_head=8, d_ff=24
)
IDS = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6], [5, 3, 5, 8, 9, 7, 9, 3]])
POSITIONS = torch.arange(8).expand(2, 8)


def network(config: DecoderConfig = CONFIG) -> Decoder:
    decoder = Decoder(config)
    initialise(decoder, 0)
    for weight in decoder.parameters():
        weight.data *= 5 if weight.dim() > 1 else 1
    return decoder.double()


class Kept:
    """Keeps everything that was read."""

    def __init__(self) -> None:
        self._layers: dict[int, tuple[Tensor, Tensor]] = {}

    def extend(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        if layer in self._layers:
            before = self._layers[layer]
            k, v = torch.cat((before[0], k), 2), torch.cat((before[1], v), 2)
        self._layers[layer] = k, v
        return k, v


def causal(n_queries: int, n_keys: int) -> Tensor:
    return torch.ones(n_queries, n_keys, dtype=torch.bool).tril(n_keys - n_queries)[None, None]


@pytest.mark.parametrize("cut", [1, 4, 7])
@pytest.mark.parametrize("flags", [{}, {"qk_norm": False, "tied": False, "attn_bias": True}])
@torch.no_grad()
def test_reading_in_two_parts_gives_what_reading_at_once_gives(
    cut: int, flags: dict[str, bool]
) -> None:
    decoder = network(replace(CONFIG, **flags))
    whole = decoder(IDS, POSITIONS, None)
    cache = Kept()
    head = decoder(IDS[:, :cut], POSITIONS[:, :cut], causal(cut, cut), cache)
    tail = decoder(IDS[:, cut:], POSITIONS[:, cut:], causal(8 - cut, 8), cache)
    torch.testing.assert_close(torch.cat((head, tail), 1), whole)


@torch.no_grad()
def test_without_a_mask_a_cached_call_attends_to_everything() -> None:
    decoder, cache = network(), Kept()
    decoder(IDS[:, :4], POSITIONS[:, :4], causal(4, 4), cache)
    found = decoder(IDS[:, 4:], POSITIONS[:, 4:], None, cache)
    mask = causal(8, 8).clone()
    mask[..., 4:, :] = True
    torch.testing.assert_close(found, decoder(IDS, POSITIONS, mask)[:, 4:])


def test_training_attention_agrees_with_fused_attention() -> None:
    decoder = network()
    trained = decoder(IDS, POSITIONS, causal(8, 8))
    with torch.no_grad():
        fused = decoder(IDS, POSITIONS, causal(8, 8))
    torch.testing.assert_close(trained.detach(), fused)


@torch.no_grad()
def test_only_distances_between_positions_matter() -> None:
    decoder = network()
    here, there = decoder(IDS, POSITIONS, None), decoder(IDS, POSITIONS + 100, None)
    torch.testing.assert_close(here, there, rtol=1e-4, atol=1e-5)  # angles are single precision
    assert not torch.allclose(decoder(IDS, POSITIONS, None), decoder(IDS, POSITIONS * 2, None))


@torch.no_grad()
def test_samples_of_a_batch_do_not_touch_each_other() -> None:
    decoder = network()
    together = decoder(IDS, POSITIONS, None)
    torch.testing.assert_close(together[1:], decoder(IDS[1:], POSITIONS[1:], None))


@torch.no_grad()
def test_picked_rows_score_as_all_rows_do() -> None:
    decoder = network()
    hidden = decoder(IDS, POSITIONS, None)
    torch.testing.assert_close(decoder.logits(hidden[:, 3]), decoder.logits(hidden)[:, 3])


def test_tensors_are_named_as_in_llama_and_qwen3_checkpoints() -> None:
    names = set(Decoder(replace(CONFIG, tied=False)).state_dict())
    assert {
        "model.embed_tokens.weight",
        "model.layers.1.self_attn.q_proj.weight",
        "model.layers.1.self_attn.q_norm.weight",
        "model.layers.1.mlp.gate_proj.weight",
        "model.layers.1.post_attention_layernorm.weight",
        "model.norm.weight",
        "lm_head.weight",
    } <= names
    assert "lm_head.weight" not in Decoder(CONFIG).state_dict()


def test_equal_seeds_give_equal_weights() -> None:
    one, other = network().state_dict(), network().state_dict()
    assert all(torch.equal(one[name], other[name]) for name in one)
