"""LLaDA 2.0 and 2.1 (inclusionAI): the experts of Ling 2.0 with block-causal attention.

Both generations have the same files; which decoder was published for a checkpoint is told by its name, or
by the option `decoder`. Tensors follow BailingMoeV2: query, key and value are fused, and the router's bias
serves the selection only.
"""

from __future__ import annotations

from collections.abc import Set

from model.backbone.decoder import DecoderConfig
from model.backbone.moe import MoeConfig
from model.families.conventions import Conventions, Grid, Shift, Visibility
from model.families.experts import expert_sources
from model.families.facts import Facts
from model.families.family import Family, Source
from model.families.keys import LAYERS, NATURAL, Keys
from model.families.shape import dense_shape

MASKS = {157184: 156895}
STOPS = {157184: (156892,)}
BLOCK = 32
RENAMED = {
    "model.embed_tokens.": "model.word_embeddings.",
    ".self_attn.o_proj.": ".attention.dense.",
    ".self_attn.q_norm.": ".attention.query_layernorm.",
    ".self_attn.k_norm.": ".attention.key_layernorm.",
    ".mlp.router.weight": ".mlp.gate.weight",
    ".mlp.router.bias": ".mlp.gate.expert_bias",
    ".mlp.shared_expert.": ".mlp.shared_experts.",
}
NORM = "model.layers.0.attention.query_layernorm.weight"


def shape(keys: Keys, names: Set[str]) -> DecoderConfig:
    """Whether queries and keys are normalised is told by the files: the config may leave it out."""
    keys.refuse_unless("score_function", "sigmoid")
    keys.refuse_unless("norm_head", False)
    flags = {
        "qk_norm": NORM in names,
        "attn_bias": keys.truth("use_qkv_bias", default=False),
        "out_bias": keys.truth("use_bias", default=False),
    }
    return dense_shape(keys, names, moe=_moe(keys), **flags)


def _moe(keys: Keys) -> MoeConfig:
    n_active, d_expert = keys.count("num_experts_per_tok"), keys.count("moe_intermediate_size")
    n_dense: int = keys.get("first_k_dense_replace", NATURAL, 0)
    n_shared: int = keys.get("num_shared_experts", NATURAL, 0)
    n_groups = keys.count("n_group", 1)
    return MoeConfig(
        n_experts=keys.count("num_experts"),
        n_active=n_active,
        d_expert=d_expert,
        layers=frozenset(range(n_dense, keys.get("num_hidden_layers", LAYERS))),
        d_shared=n_shared * d_expert,
        scoring="sigmoid",
        has_bias=keys.truth("moe_router_enable_expert_bias", default=True),
        n_groups=n_groups,
        n_active_groups=keys.count("topk_group", n_groups),
        is_normalised=n_active > 1,
        scale=keys.real("routed_scaling_factor", 1.0),
    )


def sources(weight: str, shape: DecoderConfig) -> tuple[Source, ...]:
    """The name in Ling's files, and the rows of the fused projection."""
    if ".mlp.experts." in weight and shape.moe is not None:
        return expert_sources(weight, shape.moe)
    for ours, theirs in RENAMED.items():
        weight = weight.replace(ours, theirs)
    for projection, rows in _fused(shape).items():
        if projection in weight:
            return (Source(weight.replace(projection, ".attention.query_key_value."), rows),)
    return (Source(weight),)


def _fused(shape: DecoderConfig) -> dict[str, slice]:
    """All heads' queries, then all keys, then all values."""
    keys_at = shape.n_heads * shape.d_head
    values_at = keys_at + shape.n_kv_heads * shape.d_head
    return {
        ".self_attn.q_proj.": slice(keys_at),
        ".self_attn.k_proj.": slice(keys_at, values_at),
        ".self_attn.v_proj.": slice(values_at, None),
    }


def conventions(facts: Facts) -> Conventions:
    """Blocks on an absolute grid; each cell's own row speaks of it."""
    length = facts.block_length(known=BLOCK)
    named = "llada2_1" if "llada2.1" in facts.name.lower() else "llada2_0"
    return Conventions(
        family="llada2",
        visibility=Visibility.BLOCK,
        grid=Grid.ABSOLUTE,
        shift=Shift.NONE,
        mask_id=facts.mask_id(MASKS),
        block_length=length,
        sub_block=length,
        decoder=facts.told.decoder or named,
        stop_ids=facts.stop_ids(STOPS),
        pad_id=facts.pad_id(),
    )


FAMILY = Family(
    name="llada2",
    model_types=frozenset({"llada2_moe"}),
    architectures=frozenset({"LLaDA2MoeModelLM"}),
    shape=shape,
    sources=sources,
    conventions=conventions,
)
