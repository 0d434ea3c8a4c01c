"""The shape of a decoder from the config keys that Llama, Qwen and their descendants share."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from model.backbone.decoder import DecoderConfig
from model.backbone.rope import Llama3, Plain, Stretch, Yarn
from model.errors import CheckpointError
from model.families.keys import EVEN, LAYERS, REAL, TEXT, Keys, Rule

HEAD = "lm_head.weight"
_STRETCH_KEYS = {
    "default": {"rope_theta"},
    "linear": {"factor"},
    "llama3": {
        "factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings",
    },
    "yarn": {
        "factor", "original_max_position_embeddings", "beta_fast", "beta_slow", "attention_factor",
    },
}  # fmt: skip
_EVERYWHERE = {"rope_type", "type", "rope_theta", "partial_rotary_factor"}
_SILU = ("silu", "swish")


def dense_shape(keys: Keys, names: Set[str], **flags: Any) -> DecoderConfig:
    """The shape in the keys of Llama and Qwen; `flags` are those that the family fixes.

    Whether the head is tied is decided by what the files hold, not by the flag.
    """
    keys.refuse_unless("hidden_act", *_SILU)
    keys.refuse_unless("use_sliding_window", False)
    if windowed := set(keys.stored.get("layer_types") or ()) - {"full_attention"}:
        raise CheckpointError(
            f"{keys.file} has layers of {sorted(windowed)[0]!r}; only 'full_attention' is supported"
        )
    d_model, n_heads = keys.count("hidden_size"), keys.count("num_attention_heads")
    d_head = keys.get("head_dim", EVEN, d_model // n_heads)
    d_rotary = _rotary(keys, d_head)
    return DecoderConfig(
        vocab_size=keys.count("vocab_size"),
        d_model=d_model,
        n_layers=keys.get("num_hidden_layers", LAYERS),
        n_heads=n_heads,
        n_kv_heads=kv_heads(keys, n_heads),
        d_head=d_head,
        d_ff=keys.count("intermediate_size"),
        norm_eps=keys.real("rms_norm_eps"),
        tied=HEAD not in names,
        d_rotary=d_rotary if d_rotary < d_head else None,
        **rope(keys),
        **flags,
    )


def kv_heads(keys: Keys, n_heads: int, key: str = "num_key_value_heads") -> int:
    """How many heads have keys and values; they must divide the others."""
    n = keys.count(key, n_heads)
    if n_heads % n:
        raise CheckpointError(
            f"{keys.file} says num_attention_heads={n_heads}; it must be a multiple of {key}={n}"
        )
    return n


def rope(keys: Keys) -> dict[str, Any]:
    """The rotary fields of a decoder's shape, in the keys of transformers 4 or 5."""
    told = keys.section("rope_parameters", "rope_scaling")
    theta = told if "rope_theta" in told else keys
    return {"rope_theta": theta.real("rope_theta", 10000.0), "stretch": _stretch(told, keys)}


def _stretch(told: Keys, keys: Keys) -> Stretch:
    kind = told.get(told.first("rope_type", "type"), TEXT, "default")
    _refuse_unknown(told, kind)
    if kind == "default":
        return Plain()
    factor = told.real("factor")
    if kind == "linear":
        return Plain(factor)
    n_trained = told.count(
        "original_max_position_embeddings", keys.count("max_position_embeddings")
    )
    if kind == "llama3":
        turns = told.real("low_freq_factor"), told.real("high_freq_factor")
        return Llama3(factor, *turns, n_trained)
    scale = told.real("attention_factor") if "attention_factor" in told else None
    fast, slow = told.real("beta_fast", 32.0), told.real("beta_slow", 1.0)
    return Yarn(factor, n_trained, fast, slow, scale)


def _refuse_unknown(told: Keys, kind: str) -> None:
    if kind not in _STRETCH_KEYS:
        known = ", ".join(_STRETCH_KEYS)
        raise CheckpointError(f"{told.file} says {kind!r}; supported are {known}")
    known_keys = _STRETCH_KEYS[kind] | _EVERYWHERE
    if foreign := sorted(key for key in told.stored if key not in known_keys and key in told):
        raise CheckpointError(
            f"{told.file} has {foreign[0]!r}, which {kind!r} is not supported with; remove it if "
            "the weights were trained without it"
        )


def _rotary(keys: Keys, d_head: int) -> int:
    """How many dimensions of a head turn."""
    told = keys.section("rope_parameters")
    holder = told if "partial_rotary_factor" in told else keys
    share = holder.get("partial_rotary_factor", _SHARE, 1.0)
    width = int(d_head * share)
    if width % 2 or width == 0:
        raise CheckpointError(
            f"{holder.file} says partial_rotary_factor={share!r}: {width} of {d_head} dimensions "
            "would turn; it must be an even number"
        )
    return width


_SHARE = Rule("from 0 to 1", lambda value: REAL.holds(value) and value <= 1)
