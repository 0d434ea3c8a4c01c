"""Experts as Qwen3-MoE says and stores them; what other families with experts share."""

from __future__ import annotations

from model.backbone.decoder import DecoderConfig
from model.backbone.moe import MoeConfig
from model.families.family import Source
from model.families.keys import LAYERS, Keys


def qwen_moe(keys: Keys) -> MoeConfig | None:
    """The experts of a Qwen3-MoE config, in the keys of transformers 4 or 5; None where it has none."""
    n_experts = keys.first("num_experts", "num_local_experts")
    if n_experts not in keys:
        return None
    n_layers, every = keys.get("num_hidden_layers", LAYERS), keys.count("decoder_sparse_step", 1)
    dense = frozenset(keys.stored.get("mlp_only_layers") or ())
    return MoeConfig(
        n_experts=keys.count(n_experts),
        n_active=keys.count("num_experts_per_tok"),
        d_expert=keys.count("moe_intermediate_size"),
        layers=frozenset(n for n in range(n_layers) if (n + 1) % every == 0) - dense,
        is_normalised=keys.truth("norm_topk_prob", default=False),
    )


def qwen_sources(weight: str, shape: DecoderConfig) -> tuple[Source, ...]:
    """Names are the network's own but for the experts, which are stored one by one."""
    if shape.moe is None or ".mlp." not in weight:
        return (Source(weight),)
    if ".mlp.experts." in weight:
        return expert_sources(weight, shape.moe)
    return (Source(weight.replace(".mlp.router.", ".mlp.gate.")),)


def expert_sources(weight: str, moe: MoeConfig) -> tuple[Source, ...]:
    """The tensors of single experts that make up the network's fused weights."""
    prefix, _, kind = weight.rpartition(".")
    if kind == "down_proj":
        names = (f"{prefix}.{n}.down_proj.weight" for n in range(moe.n_experts))
        return tuple(Source(name, into=(n,)) for n, name in enumerate(names))
    halves = {"gate_proj": slice(moe.d_expert), "up_proj": slice(moe.d_expert, None)}
    return tuple(
        Source(f"{prefix}.{n}.{half}.weight", into=(n, rows))
        for n in range(moe.n_experts)
        for half, rows in halves.items()
    )
