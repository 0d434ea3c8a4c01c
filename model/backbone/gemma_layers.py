"""The layers of DiffusionGemma: grouped-query attention with windows, a dense and a routed feed-forward side by side.

Shapes and arithmetic follow transformers 5.23, models/diffusion_gemma. Rows of several sequences stand
behind one another in one tensor (rows, d_model); only attention looks at which row belongs to which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.backbone.decoder import RMSNorm
from model.backbone.gemma_prefix import LayerPrefix, Prefix
from model.backbone.moe import Experts
from model.backbone.rope import Plain, Rotation, Stretch


@dataclass(frozen=True, slots=True)
class Proportional:
    """Only the fastest `share` of the pairs turns, as fast as if all did; all slower by `factor`."""

    share: float
    factor: float = 1.0
    amplitude: float = 1.0

    def frequencies(self, theta: float, width: int) -> Tensor:
        """Radians per position of each pair (width / 2); 0 for those that stand still."""
        kept = Plain(self.factor).frequencies(theta, width)
        return kept.masked_fill(torch.arange(width // 2) >= int(self.share * width // 2), 0.0)


@dataclass(frozen=True, slots=True)
class Rope:
    """A rotary embedding of heads of width `d_head`."""

    d_head: int
    theta: float
    stretch: Stretch


@dataclass(frozen=True, slots=True)
class LayerShape:
    """What differs from layer to layer. `window` counts the tokens a row sees, itself included.

    A layer without a window takes its keys for values as well.
    """

    n_kv_heads: int
    rope: Rope
    window: int | None


@dataclass(frozen=True, slots=True)
class GemmaConfig:
    """The shape of a DiffusionGemma."""

    vocab_size: int
    d_model: int
    d_ff: int
    d_expert: int
    n_experts: int
    n_active_experts: int
    n_heads: int
    layers: tuple[LayerShape, ...]
    norm_eps: float
    softcap: float
    attn_bias: bool = False
    tied: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """Neighbouring rows of one call that belong to one sequence, from place `start` of it on.

    Final rows are read causally, as the encoder does, and their keys and values are kept. The others, a
    canvas, see all that is kept and each other, and leave nothing behind.
    """

    prefix: Prefix
    start: int
    n_rows: int
    is_final: bool


@dataclass(frozen=True, slots=True)
class Call:
    """What the layers of one call share."""

    readings: tuple[Reading, ...]
    is_final: Tensor  # (rows, 1) 1 or 0
    rotations: Mapping[Rope, Rotation]
    masks: Mapping[tuple[Reading, int | None], Tensor]


def call_of(
    readings: Sequence[Reading], shapes: Sequence[LayerShape], device: torch.device
) -> Call:
    """Positions, rotations and attention masks, made once for all layers."""
    places = [torch.arange(r.start, r.start + r.n_rows, device=device) for r in readings]
    kinds = [torch.full((r.n_rows, 1), int(r.is_final), device=device) for r in readings]
    positions = torch.cat(places)[None]
    final = [reading for reading in readings if reading.is_final]
    windows, ropes = {shape.window for shape in shapes}, {shape.rope for shape in shapes}
    return Call(
        tuple(readings),
        torch.cat(kinds),
        {rope: Rotation(positions, rope.theta, rope.d_head, rope.stretch) for rope in ropes},
        {(r, window): causal_mask(r, window, device) for r in final for window in windows},
    )


def causal_mask(reading: Reading, window: int | None, device: torch.device) -> Tensor:
    """Which of the kept and new tokens each new row sees (rows, tokens)."""
    n_kept = reading.start if window is None else min(reading.start, window - 1)
    row = torch.arange(reading.n_rows, device=device)[:, None] + n_kept
    token = torch.arange(n_kept + reading.n_rows, device=device)
    seen = token <= row
    return seen if window is None else seen & (token > row - window)


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    """Unscaled grouped-query attention of q (heads, rows, d_head) over k, v (kv heads, tokens, d_head).

    Heads that share keys become rows of one head, so that nothing is repeated.
    """
    n_rows, n_groups = q.shape[1], q.shape[0] // k.shape[0]
    rows: Tensor = q.unflatten(0, (-1, n_groups)).flatten(1, 2)
    if mask is not None:
        mask = mask.repeat(n_groups, 1)
    mixed = functional.scaled_dot_product_attention(rows[None], k[None], v[None], mask, scale=1.0)
    by_head: Tensor = mixed[0].unflatten(1, (n_groups, n_rows))
    return by_head.flatten(0, 1)


class GemmaAttention(nn.Module):
    """Attention of one layer; queries and keys are normalised with a scale, values without one."""

    def __init__(self, config: GemmaConfig, layer: int) -> None:
        super().__init__()
        self.layer, self.shape, self.eps = layer, config.layers[layer], config.norm_eps
        d_head, bias = self.shape.rope.d_head, config.attn_bias
        q_width, kv_width = config.n_heads * d_head, self.shape.n_kv_heads * d_head
        self.q_proj = nn.Linear(config.d_model, q_width, bias=bias)
        self.k_proj = nn.Linear(config.d_model, kv_width, bias=bias)
        if self.shape.window is not None:
            self.v_proj = nn.Linear(config.d_model, kv_width, bias=bias)
        self.o_proj = nn.Linear(q_width, config.d_model, bias=bias)
        self.q_norm, self.k_norm = (RMSNorm(d_head, config.norm_eps) for _ in range(2))

    def forward(self, x: Tensor, call: Call) -> Tensor:
        """Attend within each sequence: (rows, d_model)."""
        q, k = self._heads(self.q_proj(x)), self._heads(self.k_proj(x))
        v = k if self.shape.window is None else self._heads(self.v_proj(x))
        v = functional.rms_norm(v, v.shape[-1:], eps=self.eps)
        rotate = call.rotations[self.shape.rope]
        q, k = rotate(self.q_norm(q)[None])[0], rotate(self.k_norm(k)[None])[0]
        sizes = [reading.n_rows for reading in call.readings]
        parts = zip(call.readings, *(heads.split(sizes, 1) for heads in (q, k, v)), strict=True)
        mixed = torch.cat([self._attend(call, *part) for part in parts], 1)
        out: Tensor = self.o_proj(mixed.transpose(0, 1).flatten(1))
        return out

    def _attend(self, call: Call, reading: Reading, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        prefix: LayerPrefix = reading.prefix.layers[self.layer]
        keys, values = prefix.show(k, v)
        mixed = attend(q, keys, values, call.masks.get((reading, self.shape.window)))
        if reading.is_final:
            prefix.keep(reading.n_rows)
        return mixed

    def _heads(self, x: Tensor) -> Tensor:
        """The heads (heads, rows, d_head)."""
        heads: Tensor = x.unflatten(1, (-1, self.shape.rope.d_head))
        return heads.transpose(0, 1)


class GatedMLP(nn.Module):
    """The dense feed-forward layer, gated through GELU."""

    def __init__(self, d_model: int, d_ff: int) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(d_model, d_ff, bias=False)
        self.up_proj = nn.Linear(d_model, d_ff, bias=False)
        self.down_proj = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Gate, widen and narrow."""
        gate = gelu(self.gate_proj(x))
        out: Tensor = self.down_proj(gate * self.up_proj(x))
        return out


class GemmaRouter(nn.Module):
    """Which experts each row goes to, and what each of them counts."""

    def __init__(self, config: GemmaConfig) -> None:
        super().__init__()
        self.n_active, self.eps = config.n_active_experts, config.norm_eps
        self.proj = nn.Linear(config.d_model, config.n_experts, bias=False)
        self.scale = nn.Parameter(torch.ones(config.d_model))
        self.per_expert_scale = nn.Parameter(torch.ones(config.n_experts))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Experts (rows, active) and their weights; probabilities are renormalised, then scaled."""
        width = x.shape[-1]
        normed = functional.rms_norm(x, (width,), eps=self.eps) * self.scale * width**-0.5
        probability = self.proj(normed).softmax(-1, dtype=torch.float32)
        weights, experts = probability.topk(self.n_active, -1)
        weights = weights / weights.sum(-1, keepdim=True)
        return experts, weights * self.per_expert_scale[experts]


def gelu(x: Tensor) -> Tensor:
    """GELU by its tanh approximation."""
    return functional.gelu(x, approximate="tanh")


class GemmaLayer(nn.Module):
    """One layer; final rows and canvas rows differ in the scalar at its end alone."""

    def __init__(self, config: GemmaConfig, layer: int) -> None:
        super().__init__()
        self.self_attn = GemmaAttention(config, layer)
        self.mlp = GatedMLP(config.d_model, config.d_ff)
        self.router = GemmaRouter(config)
        self.experts = Experts(config.n_experts, config.d_model, config.d_expert, gelu)
        self.layer_scalar = nn.Buffer(torch.ones(1))
        self.encoder_scalar = nn.Buffer(torch.ones(1))
        width, eps = config.d_model, config.norm_eps
        self.input_layernorm = RMSNorm(width, eps)
        self.post_attention_layernorm = RMSNorm(width, eps)
        self.pre_feedforward_layernorm = RMSNorm(width, eps)
        self.pre_feedforward_layernorm_2 = RMSNorm(width, eps)
        self.post_feedforward_layernorm_1 = RMSNorm(width, eps)
        self.post_feedforward_layernorm_2 = RMSNorm(width, eps)
        self.post_feedforward_layernorm = RMSNorm(width, eps)

    def forward(self, x: Tensor, call: Call) -> Tensor:
        """Attend, then feed forward through the dense layer and the experts, each added to the stream."""
        x = x + self.post_attention_layernorm(self.self_attn(self.input_layernorm(x), call))
        dense = self.mlp(self.pre_feedforward_layernorm(x))
        routed = self.experts(self.pre_feedforward_layernorm_2(x), *self.router(x))
        both = self.post_feedforward_layernorm_1(dense) + self.post_feedforward_layernorm_2(routed)
        scalar = torch.cat((self.layer_scalar, self.encoder_scalar))[call.is_final]
        out: Tensor = (x + self.post_feedforward_layernorm(both)) * scalar
        return out
