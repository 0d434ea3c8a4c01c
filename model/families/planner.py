"""The embedded planner: config keys of the Llama family, tensor names as the decoder has them."""

from __future__ import annotations

from collections.abc import Mapping
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
    return DecoderConfig(**{name: stored[key] for name, key in KEYS.items()})
