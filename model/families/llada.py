"""LLaDA-8B and 1.5 (ML-GSAI/LLaDA): Llama under OLMo's names, with full attention."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Any

from model.backbone.decoder import DecoderConfig
from model.families.conventions import Conventions, Grid, Shift, Visibility
from model.families.facts import Facts
from model.families.family import Family, Source
from model.families.keys import EVEN, LAYERS, Keys
from model.families.shape import kv_heads, rope

MASKS = {126464: 126336}
STOPS = {126464: (126081, 126348)}
BLOCK = (
    32  # the published setting for instructed checkpoints; the block does not show in the weights
)
HEAD = "model.transformer.ff_out.weight"
OUTER = {
    "model.embed_tokens.weight": "model.transformer.wte.weight",
    "model.norm.weight": "model.transformer.ln_f.weight",
    "lm_head.weight": HEAD,
}
INNER = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ff_norm",
    "self_attn.q_proj": "q_proj",
    "self_attn.k_proj": "k_proj",
    "self_attn.v_proj": "v_proj",
    "self_attn.o_proj": "attn_out",
    "mlp.gate_proj": "ff_proj",
    "mlp.up_proj": "up_proj",
    "mlp.down_proj": "ff_out",
}
PARTS = re.compile(r"model\.layers\.(\d+)\.(.+)\.(weight|bias)")
EXPECTED: dict[str, tuple[Any, ...]] = {
    "activation_type": ("silu", "swiglu"),
    "alibi": (False,),
    "attention_layer_norm": (False,),
    "bias_for_layer_norm": (False,),
    "block_group_size": (1,),
    "block_type": ("llama",),
    "include_bias": (False,),
    "input_emb_norm": (False,),
    "layer_norm_type": ("rms",),
    "rope": (True,),
    "scale_logits": (False,),
}


def shape(keys: Keys, names: Set[str]) -> DecoderConfig:
    """The shape in OLMo's keys."""
    for key, allowed in EXPECTED.items():
        keys.refuse_unless(key, *allowed)
    d_model, n_heads = keys.count("d_model"), keys.count("n_heads")
    return DecoderConfig(
        vocab_size=keys.count(keys.first("embedding_size", "vocab_size")),
        d_model=d_model,
        n_layers=keys.get("n_layers", LAYERS),
        n_heads=n_heads,
        n_kv_heads=kv_heads(keys, n_heads, "n_kv_heads"),
        d_head=keys.get("head_dim", EVEN, d_model // n_heads),
        d_ff=keys.count("mlp_hidden_size", keys.count("mlp_ratio", 4) * d_model),
        norm_eps=keys.real("rms_norm_eps", 1e-5),
        qk_norm=False,
        tied=HEAD not in names,
        attn_bias=keys.truth("include_qkv_bias", default=False),
        **rope(keys),
    )


def sources(weight: str, shape: DecoderConfig) -> tuple[Source, ...]:
    """OLMo's name of a weight."""
    if name := OUTER.get(weight):
        return (Source(name),)
    layer, part, kind = PARTS.fullmatch(weight).groups()  # type: ignore[union-attr] # no other weights
    return (Source(f"model.transformer.blocks.{layer}.{INNER[part]}.{kind}"),)


def conventions(facts: Facts) -> Conventions:
    """Everything sees everything; blocks are only an order of filling."""
    length = facts.told.block_length or BLOCK
    return Conventions(
        family="llada",
        visibility=Visibility.FULL,
        grid=Grid.PROMPT_END,
        shift=Shift.NONE,
        mask_id=facts.mask_id(MASKS),
        block_length=length,
        sub_block=length,
        decoder=facts.told.decoder or "llada",
        stop_ids=facts.stop_ids(STOPS),
        pad_id=facts.pad_id(),
    )


FAMILY = Family(
    name="llada",
    model_types=frozenset({"llada"}),
    architectures=frozenset({"LLaDAModelLM"}),
    shape=shape,
    sources=sources,
    conventions=conventions,
)
