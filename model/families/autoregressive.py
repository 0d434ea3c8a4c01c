"""Qwen2, Qwen3 (dense and with experts) and Llama as they are: for the autoregressive arms."""

from __future__ import annotations

from collections.abc import Set
from functools import partial

from model.backbone.decoder import DecoderConfig
from model.families.conventions import Conventions, Grid, Shift, Visibility
from model.families.experts import qwen_moe, qwen_sources
from model.families.facts import Facts
from model.families.family import Family
from model.families.keys import Keys
from model.families.shape import dense_shape


def conventions(facts: Facts, family: str) -> Conventions:
    """Block length 1: each token is read and then tells the next."""
    facts.refuse_masks()
    return Conventions(
        family=family,
        visibility=Visibility.CAUSAL,
        grid=Grid.PROMPT_END,
        shift=Shift.BLOCK,
        mask_id=None,
        block_length=1,
        sub_block=1,
        decoder=facts.told.decoder or "ar",
        stop_ids=facts.stop_ids(),
        pad_id=facts.pad_id(),
    )


def qwen2_shape(keys: Keys, names: Set[str]) -> DecoderConfig:
    """Biases on query, key and value."""
    return dense_shape(keys, names, qk_norm=False, attn_bias=True)


def qwen3_shape(keys: Keys, names: Set[str]) -> DecoderConfig:
    """Normalised queries and keys; experts where the config has them."""
    biased = keys.truth("attention_bias", default=False)
    flags = {"qk_norm": True, "attn_bias": biased, "out_bias": biased}
    return dense_shape(keys, names, moe=qwen_moe(keys), **flags)


def llama_shape(keys: Keys, names: Set[str]) -> DecoderConfig:
    """No biases, unless the config says so."""
    keys.refuse_unless("mlp_bias", False)
    biased = keys.truth("attention_bias", default=False)
    return dense_shape(keys, names, qk_norm=False, attn_bias=biased, out_bias=biased)


QWEN2 = Family(
    name="qwen2",
    model_types=frozenset({"qwen2"}),
    architectures=frozenset({"Qwen2ForCausalLM"}),
    shape=qwen2_shape,
    conventions=partial(conventions, family="qwen2"),
)
QWEN3 = Family(
    name="qwen3",
    model_types=frozenset({"qwen3", "qwen3_moe"}),
    architectures=frozenset({"Qwen3ForCausalLM", "Qwen3MoeForCausalLM"}),
    shape=qwen3_shape,
    sources=qwen_sources,
    conventions=partial(conventions, family="qwen3"),
)
LLAMA = Family(
    name="llama",
    model_types=frozenset({"llama"}),
    architectures=frozenset({"LlamaForCausalLM"}),
    shape=llama_shape,
    conventions=partial(conventions, family="llama"),
)
