"""One pre-norm decoder for every family: RMSNorm, RoPE, SwiGLU, grouped-query attention.

Tensor names are those of Llama and Qwen3 checkpoints, so a checkpoint's state dict loads as it is.
The network knows neither masks nor blocks: who may attend to whom comes in with each call.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.backbone.attention import attend, prepare_mask
from model.backbone.moe import MoeConfig, SparseFeedForward
from model.backbone.rope import Plain, Rotation, Stretch


@dataclass(frozen=True, slots=True)
class DecoderConfig:
    """The shape of a decoder and the flags in which the families differ.

    `attn_bias` is a bias of the query, key and value projections, `out_bias` of the one behind attention.
    `d_rotary` dimensions of each head turn with the position (None: all). Layers outside `moe.layers` have a
    dense feed-forward layer of width `d_ff`.
    """

    vocab_size: int
    d_model: int
    n_layers: int
    n_heads: int
    n_kv_heads: int
    d_head: int
    d_ff: int
    rope_theta: float = 10000.0
    norm_eps: float = 1e-6
    qk_norm: bool = True
    tied: bool = True
    attn_bias: bool = False
    out_bias: bool = False
    d_rotary: int | None = None
    stretch: Stretch = field(default_factory=Plain)
    moe: MoeConfig | None = None


class LayerCache(Protocol):
    """Keys and values of tokens that were read before."""

    def extend(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Take this call's (rotated) keys and values; return all that may be attended to."""
        ...


class RMSNorm(nn.Module):
    """Root-mean-square normalisation with a learnt scale."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Normalise the last dimension."""
        return functional.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), self.eps)


@dataclass(frozen=True, slots=True)
class Attending:
    """What one call's attention layers share."""

    rotate: Rotation
    mask: Tensor | None
    cache: LayerCache | None


class Attention(nn.Module):
    """Grouped-query attention over this call's tokens and the cache."""

    def __init__(self, config: DecoderConfig, layer: int) -> None:
        super().__init__()
        self.layer, self.d_head = layer, config.d_head
        q_width, kv_width = (n * config.d_head for n in (config.n_heads, config.n_kv_heads))
        self.q_proj = nn.Linear(config.d_model, q_width, bias=config.attn_bias)
        self.k_proj = nn.Linear(config.d_model, kv_width, bias=config.attn_bias)
        self.v_proj = nn.Linear(config.d_model, kv_width, bias=config.attn_bias)
        self.o_proj = nn.Linear(q_width, config.d_model, bias=config.out_bias)
        self.groups = config.n_heads // config.n_kv_heads
        if config.qk_norm:
            self.q_norm = RMSNorm(config.d_head, config.norm_eps)
            self.k_norm = RMSNorm(config.d_head, config.norm_eps)
        self.qk_norm = config.qk_norm

    def forward(self, x: Tensor, shared: Attending) -> Tensor:
        """Attend as the mask allows."""
        q, k, v = (self._heads(project(x)) for project in (self.q_proj, self.k_proj, self.v_proj))
        if self.qk_norm:
            q, k = self.q_norm(q), self.k_norm(k)
        q, k = (shared.rotate(heads.transpose(1, 2)) for heads in (q, k))
        v = v.transpose(1, 2)
        if shared.cache is not None:
            k, v = shared.cache.extend(self.layer, k, v)
        heads = self._attend(q, k, v, shared)
        out: Tensor = self.o_proj(heads.transpose(1, 2).flatten(2))
        return out

    def _heads(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], -1, self.d_head)

    def _attend(self, q: Tensor, k: Tensor, v: Tensor, shared: Attending) -> Tensor:
        if self.groups > 1:
            k, v = (heads.repeat_interleave(self.groups, 1) for heads in (k, v))
        return attend(q, k, v, shared.mask, is_causal=shared.mask is None and shared.cache is None)


class SwiGLU(nn.Module):
    """The gated feed-forward layer."""

    def __init__(self, d_model: int, d_ff: int) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(d_model, d_ff, bias=False)
        self.up_proj = nn.Linear(d_model, d_ff, bias=False)
        self.down_proj = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Gate, widen and narrow."""
        out: Tensor = self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))
        return out


class Layer(nn.Module):
    """One pre-norm transformer layer."""

    def __init__(self, config: DecoderConfig, layer: int) -> None:
        super().__init__()
        self.input_layernorm = RMSNorm(config.d_model, config.norm_eps)
        self.self_attn = Attention(config, layer)
        self.post_attention_layernorm = RMSNorm(config.d_model, config.norm_eps)
        self.mlp = _feed_forward(config, layer)

    def forward(self, x: Tensor, shared: Attending) -> Tensor:
        """Attend, then feed forward, each added to the stream."""
        x = x + self.self_attn(self.input_layernorm(x), shared)
        out: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return out


def _feed_forward(config: DecoderConfig, layer: int) -> nn.Module:
    moe = config.moe
    if moe is None or layer not in moe.layers:
        return SwiGLU(config.d_model, config.d_ff)
    shared = SwiGLU(config.d_model, moe.d_shared) if moe.d_shared else None
    return SparseFeedForward(config.d_model, moe, shared)


def embedding(n_words: int, width: int) -> nn.Embedding:
    """An embedding as torch begins it; its own way takes a second the first time, where there is no memory yet."""
    made: nn.Embedding = nn.Embedding.from_pretrained(torch.randn(n_words, width), freeze=False)
    return made


class Trunk(nn.Module):
    """Embedding, layers and final norm: what checkpoints store under `model.`."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.embed_tokens = embedding(config.vocab_size, config.d_model)
        self.layers = nn.ModuleList(Layer(config, layer) for layer in range(config.n_layers))
        self.norm = RMSNorm(config.d_model, config.norm_eps)

    def forward(self, ids: Tensor, shared: Attending) -> Tensor:
        """The normalised hidden state of each token."""
        x = self.embed_tokens(ids)
        for layer in self.layers:
            x = layer(x, shared)
        out: Tensor = self.norm(x)
        return out


class Decoder(nn.Module):
    """Token ids in, hidden states out; `logits` scores only the rows that the caller picks."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.config = config
        self.model = Trunk(config)
        if not config.tied:
            self.lm_head = nn.Linear(config.d_model, config.vocab_size, bias=False)

    def forward(
        self,
        ids: Tensor,
        positions: Tensor,
        attn_mask: Tensor | None,
        cache: LayerCache | None = None,
    ) -> Tensor:
        """Hidden states (batch, tokens, d_model), after the final norm.

        `attn_mask` (batch, 1, tokens, attended) is true where a token may attend. None means causal
        without a cache, and everything that the cache returns with one.
        """
        config = self.config
        width = config.d_rotary or config.d_head
        rotate = Rotation(positions, config.rope_theta, width, config.stretch)
        shared = Attending(rotate, prepare_mask(attn_mask), cache)
        hidden: Tensor = self.model(ids, shared)
        return hidden

    def logits(self, hidden: Tensor) -> Tensor:
        """Vocabulary scores of the given hidden states."""
        head = self.model.embed_tokens if self.config.tied else self.lm_head
        return functional.linear(hidden, head.weight)


def initialise(decoder: Decoder, seed: int) -> None:
    """Normal weights of deviation .02, narrower where a branch re-enters the residual stream."""
    generator = torch.Generator().manual_seed(seed)
    narrow = 0.02 / (2 * decoder.config.n_layers) ** 0.5
    for name, weight in decoder.named_parameters():
        if weight.dim() > 1:
            deviation = narrow if name.endswith(("o_proj.weight", "down_proj.weight")) else 0.02
            nn.init.normal_(weight, 0.0, deviation, generator=generator)
        elif name.endswith("bias"):
            nn.init.zeros_(weight)
