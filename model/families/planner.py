"""The embedded planner: config keys of the Llama family, tensor names as the decoder has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from model.backbone.decoder import DecoderConfig
from model.errors import CheckpointError

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


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value of config.json must be."""

    says: str
    holds: Callable[[Any], bool]


COUNT = Rule("a positive whole number", lambda value: type(value) is int and value > 0)
EVEN = Rule("an even positive number", lambda value: COUNT.holds(value) and value % 2 == 0)
LAYERS = Rule("from 1 to 512", lambda value: COUNT.holds(value) and value <= 512)
REAL = Rule("a positive number", lambda value: type(value) in (int, float) and value > 0)
FLAG = Rule("true or false", lambda value: type(value) is bool)
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
    missing = sorted(key for key in KEYS.values() if key not in stored)
    if missing:
        raise CheckpointError(
            f"config.json lacks {', '.join(missing)}; it needs all of a {MODEL_TYPE}"
        )
    for key in KEYS.values():
        rule = RULES.get(key, COUNT)
        if not rule.holds(stored[key]):
            raise CheckpointError(f"config.json says {key}={stored[key]!r}; it must be {rule.says}")
    heads, kv_heads = stored["num_attention_heads"], stored["num_key_value_heads"]
    if heads % kv_heads:
        raise CheckpointError(
            f"config.json says num_attention_heads={heads}; it must be a multiple of "
            f"num_key_value_heads={kv_heads}"
        )
    return DecoderConfig(**{name: stored[key] for name, key in KEYS.items()})
