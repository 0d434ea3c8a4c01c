"""Experts: grouped products equal a loop over tokens; routing follows the written rule."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import silu

from model.backbone.decoder import Decoder, DecoderConfig, SwiGLU, initialise
from model.backbone.moe import (
    Experts,
    MoeConfig,
    Router,
    SparseFeedForward,
    grouped_product,
    product_by_product,
)

PLAIN = MoeConfig(n_experts=8, n_active=2, d_expert=8, layers=frozenset({1}))
LING = replace(
    PLAIN, d_shared=8, scoring="sigmoid", has_bias=True, n_groups=4, n_active_groups=2, scale=2.5
)
CONFIGS = {"softmax": PLAIN, "unnormalised": replace(PLAIN, is_normalised=False), "ling": LING}


def layer(config: MoeConfig, d_model: int = 16) -> SparseFeedForward:
    torch.manual_seed(1)
    shared = SwiGLU(d_model, config.d_shared) if config.d_shared else None
    made = SparseFeedForward(d_model, config, shared)
    for weight in made.parameters():
        weight.data.normal_()
    return made.requires_grad_(False)


def routed(router: Router, x: Tensor) -> dict[int, float]:
    """The experts of one token and their weights, from the written rule, one number at a time."""
    config = router.config
    logits = [float(row @ x) for row in router.weight]
    if config.scoring == "sigmoid":
        scores = [1 / (1 + float(torch.exp(torch.tensor(-z)))) for z in logits]
    else:
        scores = torch.tensor(logits).softmax(0).tolist()
    bias = router.bias.tolist() if config.has_bias else [0.0] * len(scores)
    ranked = [s + b for s, b in zip(scores, bias, strict=True)]
    size = len(ranked) // config.n_groups
    groups = [ranked[i * size : (i + 1) * size] for i in range(config.n_groups)]
    strength = [sum(sorted(group)[-2:]) for group in groups]
    open_groups = sorted(range(len(groups)), key=lambda g: -strength[g])[: config.n_active_groups]
    allowed = [e for e in range(len(ranked)) if e // size in open_groups]
    chosen = sorted(allowed, key=lambda e: -ranked[e])[: config.n_active]
    total = sum(scores[e] for e in chosen) if config.is_normalised else 1.0
    return {e: scores[e] / total * config.scale for e in chosen}


def swiglu(experts: Experts, e: int, x: Tensor) -> Tensor:
    gate, up = (experts.gate_up_proj[e] @ x).chunk(2)
    return experts.down_proj[e] @ (silu(gate) * up)


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_layer_is_the_weighted_sum_of_each_tokens_experts(name: str, dtype: torch.dtype) -> None:
    sparse = layer(CONFIGS[name]).to(dtype)
    x = torch.randn(2, 5, 16, dtype=dtype)
    found = sparse(x)
    for token, answer in zip(x.flatten(0, 1), found.flatten(0, 1), strict=True):
        wanted = torch.zeros(16, dtype=dtype)
        for e, weight in routed(sparse.router, token).items():
            wanted += weight * swiglu(sparse.experts, e, token)
        if sparse.shared_expert is not None:
            wanted += sparse.shared_expert(token)
        torch.testing.assert_close(answer, wanted, rtol=1e-4, atol=1e-3)


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=6).filter(any), st.sampled_from([8, 10, 16])
)
def test_grouped_products_equal_single_ones(n_rows: list[int], width: int) -> None:
    weights = torch.randn(len(n_rows), 24, width)
    rows, counts = torch.randn(sum(n_rows), width), torch.tensor(n_rows)
    torch.testing.assert_close(
        grouped_product(rows, weights, counts), product_by_product(rows, weights, counts)
    )


def test_a_token_is_served_the_same_alone_as_among_others() -> None:
    sparse = layer(LING)
    x = torch.randn(1, 40, 16)
    together = sparse(x)
    alone = torch.cat([sparse(x[:, i : i + 1]) for i in range(40)], 1)
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-4)


def test_routing_is_computed_in_single_precision() -> None:
    sparse = layer(LING).bfloat16()
    x = torch.randn(1, 64, 16).bfloat16()
    assert sparse(x).dtype is torch.bfloat16
    experts, weights = sparse.router(x[0])
    exact = sparse.router.float()(x[0].float())
    torch.testing.assert_close((experts, weights), exact)


def test_only_the_named_layers_have_experts() -> None:
    config = DecoderConfig(50, 16, 3, 2, 1, 8, 24, moe=replace(PLAIN, layers=frozenset({0, 2})))
    decoder = Decoder(config)
    initialise(decoder, 0)
    kinds = [type(part.mlp) for part in decoder.model.layers]
    assert kinds == [SparseFeedForward, SwiGLU, SparseFeedForward]
    ids = torch.arange(6)[None]
    assert decoder.logits(decoder(ids, ids, None)).isfinite().all()
