"""A feed-forward layer of which each token sees only some experts (mixture of experts).

Tokens are grouped by expert and each expert sees its tokens in one product, so that a forward reads the
weights of the experts that it uses, once, and no others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

Activation = Callable[[Tensor], Tensor]
Scoring = Literal["softmax", "sigmoid"]
_GROUPED = {
    "cpu": (torch.float32, torch.bfloat16, torch.float16),
    "cuda": (torch.bfloat16,),
}  # what torch's grouped product takes
_ALIGNED_BYTES = 16  # where its rows must begin


@dataclass(frozen=True, slots=True)
class MoeConfig:
    """The shape of the expert layers and how tokens are routed.

    `layers` are those with experts; the others are dense. `d_shared` is the width of the expert that every
    token sees (0: there is none). With `has_bias` a learnt bias takes part in the selection of experts but
    not in their weight (DeepSeek-V3, arXiv 2412.19437). Of `n_groups` groups of experts each token takes
    from the `n_active_groups` whose two best experts score highest. Weights are made to sum to 1 where
    `is_normalised`, then multiplied with `scale`.
    """

    n_experts: int
    n_active: int
    d_expert: int
    layers: frozenset[int]
    d_shared: int = 0
    scoring: Scoring = "softmax"
    has_bias: bool = False
    n_groups: int = 1
    n_active_groups: int = 1
    is_normalised: bool = True
    scale: float = 1.0


class Router(nn.Module):
    """Which experts each token goes to, and what each of them counts; always in single precision."""

    def __init__(self, d_model: int, config: MoeConfig) -> None:
        super().__init__()
        self.config = config
        self.weight = nn.Parameter(torch.empty(config.n_experts, d_model))
        if config.has_bias:
            self.bias = nn.Parameter(torch.zeros(config.n_experts))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Experts and their weights, both (tokens, n_active), of the hidden states (tokens, d_model)."""
        scores = self._scores(functional.linear(x.float(), self.weight.float()))
        experts = self._select(scores)
        weights = scores.gather(-1, experts)
        if self.config.is_normalised:
            weights = weights / (weights.sum(-1, keepdim=True) + 1e-20)
        return experts, weights * self.config.scale

    def _scores(self, logits: Tensor) -> Tensor:
        return logits.sigmoid() if self.config.scoring == "sigmoid" else logits.softmax(-1)

    def _select(self, scores: Tensor) -> Tensor:
        config = self.config
        scores = scores + self.bias.float() if config.has_bias else scores
        if config.n_active_groups < config.n_groups:
            grouped = scores.unflatten(-1, (config.n_groups, -1))
            best = grouped.topk(min(2, grouped.shape[-1]), -1).values.sum(-1)
            taken = best.topk(config.n_active_groups, -1).indices
            closed = torch.ones_like(best, dtype=torch.bool).scatter_(-1, taken, False)
            scores = grouped.masked_fill(closed[..., None], -torch.inf).flatten(-2)
        return scores.topk(config.n_active, -1).indices


class Experts(nn.Module):
    """Gated layers (SwiGLU unless told otherwise) side by side, each for the tokens that are sent to it."""

    def __init__(
        self, n_experts: int, d_model: int, d_expert: int, activate: Activation = functional.silu
    ) -> None:
        super().__init__()
        self.activate = activate
        self.gate_up_proj = nn.Parameter(torch.empty(n_experts, 2 * d_expert, d_model))
        self.down_proj = nn.Parameter(torch.empty(n_experts, d_model, d_expert))

    def forward(self, x: Tensor, experts: Tensor, weights: Tensor) -> Tensor:
        """Each token's weighted sum over its experts (tokens, d_model)."""
        order = experts.flatten().argsort(stable=True)
        n_rows = order.new_zeros(len(self.down_proj))  # bincount would wait for the device
        n_rows.scatter_add_(0, experts.flatten(), torch.ones_like(order))
        rows = x[order // experts.shape[1]]  # (tokens x n_active, d_model), by expert
        gate, up = grouped_product(rows, self.gate_up_proj, n_rows).chunk(2, -1)
        narrowed = grouped_product(self.activate(gate) * up, self.down_proj, n_rows)
        each = torch.empty_like(narrowed).index_copy_(0, order, narrowed)
        weighted: Tensor = each.unflatten(0, experts.shape) * weights[..., None].to(x.dtype)
        return weighted.sum(1)


class SparseFeedForward(nn.Module):
    """A router, its experts, and the expert that every token sees."""

    def __init__(self, d_model: int, config: MoeConfig, shared: nn.Module | None) -> None:
        super().__init__()
        self.router = Router(d_model, config)
        self.experts = Experts(config.n_experts, d_model, config.d_expert)
        self.shared_expert = shared

    def forward(self, x: Tensor) -> Tensor:
        """The experts' answers to the hidden states (batch, tokens, d_model)."""
        rows = x.flatten(0, -2)
        routed: Tensor = self.experts(rows, *self.router(rows)).view_as(x)
        if self.shared_expert is not None:
            routed += self.shared_expert(x)
        return routed


def grouped_product(rows: Tensor, weights: Tensor, n_rows: Tensor) -> Tensor:
    """Rows times the transposed matrix of their group: the first `n_rows[0]` with `weights[0]`, and so on.

    Shapes: rows (rows, d_in), weights (groups, d_out, d_in), `n_rows` (groups).
    """
    if not _takes_groups(weights):
        return product_by_product(rows, weights, n_rows)
    ends = n_rows.cumsum(0, dtype=torch.int32)
    product: Tensor = functional.grouped_mm(rows, weights.transpose(1, 2), offs=ends)
    return product


def product_by_product(rows: Tensor, weights: Tensor, n_rows: Tensor) -> Tensor:
    """The same, a product for each group that has rows."""
    parts = zip(rows.split(n_rows.tolist()), weights, strict=True)
    return torch.cat([functional.linear(part, weight) for part, weight in parts if len(part)])


def _takes_groups(weights: Tensor) -> bool:
    n_bytes = weights.element_size()
    is_aligned = all(width * n_bytes % _ALIGNED_BYTES == 0 for width in weights.shape[1:])
    return is_aligned and weights.dtype in _GROUPED.get(weights.device.type, ())
