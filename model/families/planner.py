"""The embedded planner: config keys of the Llama family, tensor names as the decoder has them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from model.backbone.decoder import DecoderConfig
from model.families.conventions import WHOLE, Conventions, Grid, Shift, Visibility
from model.families.facts import Facts
from model.families.family import Family
from model.families.keys import COUNT, EVEN, FLAG, LAYERS, REAL, Keys
from model.families.shape import kv_heads

MODEL_TYPE = "palimpsest-planner"
KEYS = {
    "vocab_size": "vocab_size",
    "d_model": "hidden_size",
    "n_layers": "num_hidden_layers",
    "n_heads": "num_attention_heads",
    "n_kv_heads": "num_key_value_heads",
    "d_head": "head_dim",
    "d_ff": "intermediate_size",
    "rope_theta": "rope_theta",
    "norm_eps": "rms_norm_eps",
    "qk_norm": "use_qk_norm",
    "tied": "tie_word_embeddings",
    "attn_bias": "attention_bias",
}


RULES = {
    "num_hidden_layers": LAYERS,
    "head_dim": EVEN,
    "rope_theta": REAL,
    "rms_norm_eps": REAL,
    "use_qk_norm": FLAG,
    "tie_word_embeddings": FLAG,
    "attention_bias": FLAG,
}


def config_of(decoder: DecoderConfig) -> dict[str, Any]:
    """The config.json of a decoder."""
    return {"model_type": MODEL_TYPE, **{key: getattr(decoder, name) for name, key in KEYS.items()}}


def decoder_config(stored: Mapping[str, Any]) -> DecoderConfig:
    """The decoder that a config.json describes."""
    keys = Keys(stored)
    values = {name: keys.get(key, RULES.get(key, COUNT)) for name, key in KEYS.items()}
    kv_heads(keys, values["n_heads"])
    return DecoderConfig(**values)


def shape(keys: Keys, names: Set[str]) -> DecoderConfig:
    """The config says all; the files hold exactly that."""
    return decoder_config(keys.stored)


def conventions(facts: Facts) -> Conventions:
    """The prompt is read causally; the canvas behind it is one block, or cell by cell in the other arm."""
    return Conventions(
        family="planner",
        visibility=Visibility.CONTEXT,
        grid=Grid.PROMPT_END,
        shift=Shift.NONE,
        mask_id=facts.mask_id({}),
        block_length=WHOLE,
        sub_block=WHOLE,
        decoder="planner",
    )


FAMILY = Family(
    name="planner",
    model_types=frozenset({MODEL_TYPE}),
    architectures=frozenset(),
    shape=shape,
    conventions=conventions,
    arm="diffusion",
)
