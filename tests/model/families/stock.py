"""Tiny random checkpoints in the families' real layouts, each with a stock transformers model of the same weights."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
    Qwen3MoeConfig,
    Qwen3MoeForCausalLM,
)
from transformers.utils import logging

logging.disable_progress_bar()

SIZES = {
    "vocab_size": 96,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
}
QWEN3 = {**SIZES, "head_dim": 16}
EXPERTS = {
    **QWEN3, "num_experts": 8, "num_experts_per_tok": 3, "moe_intermediate_size": 16,
    "norm_topk_prob": True, "mlp_only_layers": [0],
}  # fmt: skip
LLAMA3 = {
    "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64, "rope_theta": 1e4,
}  # fmt: skip


@dataclass(frozen=True)
class Stock:
    """A stock model, and what makes its saved folder one of the family's."""

    make: Callable[[], PreTrainedModel]
    config: Mapping[str, Any] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    rename: Callable[[str], str] = str
    told: Mapping[str, Any] = field(default_factory=dict)


def qwen2(**changes: Any) -> PreTrainedModel:
    return Qwen2ForCausalLM(Qwen2Config(**SIZES | changes))


def qwen3(**changes: Any) -> PreTrainedModel:
    return Qwen3ForCausalLM(Qwen3Config(**QWEN3 | changes))


def qwen3_moe(**changes: Any) -> PreTrainedModel:
    return Qwen3MoeForCausalLM(Qwen3MoeConfig(**EXPERTS | changes))


def llama(**changes: Any) -> PreTrainedModel:
    return LlamaForCausalLM(LlamaConfig(**SIZES | changes))


def named_as_llada(name: str) -> str:
    """A Llama tensor's name in LLaDA's files."""
    pairs = {
        "model.embed_tokens": "model.transformer.wte", "model.norm": "model.transformer.ln_f",
        "lm_head": "model.transformer.ff_out", "model.layers": "model.transformer.blocks",
        "input_layernorm": "attn_norm", "post_attention_layernorm": "ff_norm",
        "self_attn.o_proj": "attn_out", "self_attn.": "", "mlp.gate_proj": "ff_proj",
        "mlp.down_proj": "ff_out", "mlp.": "",
    }  # fmt: skip
    for theirs, ours in pairs.items():
        name = name.replace(theirs, ours)
    return name


LLADA = {
    "model_type": "llada", "d_model": 32, "n_layers": 2, "n_heads": 4, "n_kv_heads": 4, "mask_token_id": 90,
    "mlp_hidden_size": 48, "embedding_size": 96, "rope_theta": 5e5, "rms_norm_eps": 1e-5,
    "block_type": "llama", "layer_norm_type": "rms", "include_bias": False, "weight_tying": False,
}  # fmt: skip
MASKED = {"mask_id": 90, "block_length": 8}
STOCK: dict[str, Stock] = {
    "qwen2": Stock(qwen2),
    "qwen2 tied": Stock(partial(qwen2, tie_word_embeddings=True)),
    "qwen3": Stock(partial(qwen3, rope_parameters={"rope_type": "linear", "factor": 4.0})),
    "qwen3 of transformers 4": Stock(
        partial(qwen3, rope_parameters={"rope_type": "default", "rope_theta": 5e4}),
        {"rope_theta": 50000, "rope_scaling": None, "torch_dtype": "float32"},
        ("rope_parameters", "dtype"),
    ),
    "qwen3_moe": Stock(qwen3_moe),
    "llama": Stock(partial(llama, rope_parameters=LLAMA3, tie_word_embeddings=True)),
    "llama with biases": Stock(partial(llama, attention_bias=True, head_dim=16)),
    "sdar": Stock(qwen3, {"model_type": "sdar", "block_size": 8, "mask_token_id": 90}),
    "sdar_moe": Stock(qwen3_moe, {"model_type": "sdar_moe"}, ("architectures",), told=MASKED),
    "fast_dllm_v2": Stock(qwen2, {"model_type": "Fast_dLLM_Qwen", "bd_size": 8}, told=MASKED),
    "nbdiff": Stock(
        partial(llama, attention_bias=True),
        {"model_type": "PanguEmbedded", "bias": True},
        ("attention_bias",),
        told=MASKED,
    ),
    "dream": Stock(qwen2, {"model_type": "Dream", "mask_token_id": 90}),
    "a2d": Stock(qwen3, {"model_type": "a2d-qwen3"}, told={**MASKED, "decoder": "bd3lm"}),
    "llada": Stock(
        partial(llama, num_key_value_heads=4, rope_parameters={"rope_type": "default", "rope_theta": 5e5}, rms_norm_eps=1e-5),
        LLADA,
        (*SIZES, "head_dim", "rope_parameters"),
        named_as_llada,
    ),
}  # fmt: skip


def save(stock: Stock, folder: Path, seed: int = 0) -> PreTrainedModel:
    """Write the checkpoint in shards, in the family's layout; the stock model of the same weights."""
    torch.manual_seed(seed)
    model = stock.make().eval()
    for name, weight in model.named_parameters():
        weight.data.normal_(0, 0.3 if weight.dim() > 1 else 0.1)
        weight.data += 1.0 if "norm" in name else 0.0
    model.save_pretrained(folder, max_shard_size="40KB")
    rename(folder, stock.rename)
    edit(folder, **stock.config, **dict.fromkeys(stock.gone))
    return model


def edit(folder: Path, **changes: Any) -> None:
    """Change config.json; None takes a key out."""
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | changes
    kept = {key: value for key, value in config.items() if value is not None or key in changes}
    path.write_text(json.dumps({k: v for k, v in kept.items() if v is not None}), encoding="utf-8")


def rename(folder: Path, change: Callable[[str], str]) -> None:
    """Give the tensors other names, in the shards and in the index."""
    for shard in folder.glob("*.safetensors"):
        tensors = load_file(shard)
        save_file({change(name): weight for name, weight in tensors.items()}, shard)
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        told = json.loads(index.read_text(encoding="utf-8"))
        told["weight_map"] = {change(n): file for n, file in told["weight_map"].items()}
        index.write_text(json.dumps(told), encoding="utf-8")


@torch.inference_mode()
def logits_of(model: PreTrainedModel, ids: Tensor, mask: Tensor) -> Tensor:
    """What the stock model says, for a mask (1, 1, tokens, tokens) that is true where a token is seen."""
    bias = torch.zeros(mask.shape).masked_fill_(~mask, torch.finfo(torch.float32).min)
    found: Tensor = model(ids, attention_mask=bias).logits
    return found
