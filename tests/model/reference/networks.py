"""Networks of the reference decoders: transformers' own classes, and LLaDA 2's experts written down plainly.

Nothing here comes from `model/`: what is recorded with it can hold the engine to account.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

Network = Callable[[list[int], Tensor], Tensor]
"""Ids, and who sees whom (tokens, tokens), to logits (tokens, vocabulary)."""


def stock(model: PreTrainedModel) -> Network:
    """A transformers model under any mask."""

    @torch.inference_mode()
    def run(ids: list[int], seen: Tensor) -> Tensor:
        dtype = next(model.parameters()).dtype
        bias = torch.zeros(seen.shape, dtype=dtype).masked_fill_(~seen, torch.finfo(dtype).min)
        logits: Tensor = model(torch.tensor([ids]), attention_mask=bias[None, None]).logits[0]
        return logits

    return run


class Ling:
    """LLaDA 2's network from its stored tensors (BailingMoeV2), one token and one expert at a time."""

    def __init__(self, config: Mapping[str, Any], weights: Mapping[str, Tensor]) -> None:
        self.config, self.weights = config, weights

    @classmethod
    def load(cls, folder: Path, config: Mapping[str, Any], dtype: torch.dtype) -> Ling:
        stored = load_file(folder / "model.safetensors")
        return cls(config, {name: weight.to(dtype) for name, weight in stored.items()})

    @torch.inference_mode()
    def __call__(self, ids: list[int], seen: Tensor) -> Tensor:
        x = self.weights["model.word_embeddings.weight"][ids]
        for layer in range(self.config["num_hidden_layers"]):
            name = f"model.layers.{layer}"
            x = x + self._attention(
                f"{name}.attention", self._norm(f"{name}.input_layernorm", x), seen
            )
            x = x + self._mixed(layer, self._norm(f"{name}.post_attention_layernorm", x))
        return self._times("lm_head", self._norm("model.norm", x))

    def _times(self, name: str, x: Tensor) -> Tensor:
        return x @ self.weights[f"{name}.weight"].T

    def _norm(self, name: str, x: Tensor) -> Tensor:
        scale = (x.pow(2).mean(-1, keepdim=True) + self.config["rms_norm_eps"]).rsqrt()
        return x * scale * self.weights[f"{name}.weight"]

    def _attention(self, name: str, x: Tensor, seen: Tensor) -> Tensor:
        n_heads, n_kv = self.config["num_attention_heads"], self.config["num_key_value_heads"]
        fused = self._times(f"{name}.query_key_value", x).unflatten(-1, (n_heads + 2 * n_kv, -1))
        q, k, v = fused.transpose(0, 1).split((n_heads, n_kv, n_kv))
        q = self._rotated(self._norm(f"{name}.query_layernorm", q))
        k = self._rotated(self._norm(f"{name}.key_layernorm", k))
        k, v = (heads.repeat_interleave(n_heads // n_kv, 0) for heads in (k, v))
        scores = (q @ k.mT / q.shape[-1] ** 0.5).masked_fill(~seen, -torch.inf)
        return self._times(f"{name}.dense", (scores.softmax(-1) @ v).transpose(0, 1).flatten(1))

    def _rotated(self, x: Tensor) -> Tensor:
        """Only the first part of each head turns."""
        n_turning = int(x.shape[-1] * self.config["partial_rotary_factor"])
        turning, still = x[..., :n_turning], x[..., n_turning:]
        half = torch.arange(0, n_turning, 2, dtype=x.dtype) / n_turning
        angles = (
            torch.arange(x.shape[1], dtype=x.dtype)[:, None] * self.config["rope_theta"] ** -half
        )
        left, right = turning.chunk(2, -1)
        cos, sin = angles.cos(), angles.sin()
        return torch.cat((left * cos - right * sin, right * cos + left * sin, still), -1)

    def _mixed(self, layer: int, x: Tensor) -> Tensor:
        name = f"model.layers.{layer}.mlp"
        if layer < self.config["first_k_dense_replace"]:
            return self._gated(name, x)
        routed = [self._routed(name, token) for token in x]
        return torch.stack(routed) + self._gated(f"{name}.shared_experts", x)

    def _gated(self, name: str, x: Tensor) -> Tensor:
        gate = functional.silu(self._times(f"{name}.gate_proj", x))
        return self._times(f"{name}.down_proj", gate * self._times(f"{name}.up_proj", x))

    def _routed(self, name: str, token: Tensor) -> Tensor:
        config = self.config
        scores = self._times(f"{name}.gate", token).sigmoid()
        ranked = scores + self.weights[f"{name}.gate.expert_bias"]
        groups = ranked.view(config["n_group"], -1)
        strongest = groups.topk(2, -1).values.sum(-1).topk(config["topk_group"]).indices
        closed = torch.ones(config["n_group"], dtype=torch.bool).index_fill(0, strongest, False)
        open_scores = groups.masked_fill(closed[:, None], -torch.inf).flatten()
        chosen = open_scores.topk(config["num_experts_per_tok"]).indices.tolist()
        total = sum(scores[e] for e in chosen)
        outputs = [scores[e] / total * self._gated(f"{name}.experts.{e}", token) for e in chosen]
        return torch.stack(outputs).sum(0) * config["routed_scaling_factor"]
