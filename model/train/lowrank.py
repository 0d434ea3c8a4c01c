"""Low-rank training (arXiv 2106.09685): every matrix is a fixed one plus a product of two thin ones.

The network stays as it is, with all its weights in memory: a step takes their gradients dW, which give those of
the factors (of A: B dW, of B: A dW^T, where the matrix is W0 + B^T A), and after it the weights are made anew.
What is no matrix is trained as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from model.backbone.decoder import Decoder
from model.checkpoints.adapter import INNER, LEVELS, OUTER, merged
from model.checkpoints.scaled import restored, shrunk
from model.train.config import Optimiser
from model.train.whole import Candidate, Whole, on_cpu, twin


class LowRank(Whole):
    """A network whose matrices differ from fixed ones by products of factors."""

    suffix = ".adapter"

    def __init__(self, decoder: Decoder, fixed: Mapping[str, Tensor], rank: int, seed: int) -> None:
        super().__init__(decoder)
        decoder.load_state_dict(fixed)
        self._fixed = {name: weight.clone() for name, weight in super().tensors().items()}
        noise = torch.Generator().manual_seed(seed)
        self._factors = {
            name: _drawn(weight, rank, noise)
            for name, weight in self._fixed.items()
            if weight.dim() == 2
        }
        named = dict(decoder.named_parameters())
        self._matrices = {name: named[name] for name in self._factors}
        self._rest = {name: weight for name, weight in named.items() if name not in self._factors}

    def groups(self, told: Optimiser) -> list[dict[str, Any]]:
        """The optimiser's one group: nothing decays."""
        factors = [factor for pair in self._factors.values() for factor in pair]
        return [{"params": [*factors, *self._rest.values()], "weight_decay": 0.0}]

    def tensors(self) -> dict[str, Tensor]:
        """Factors and what is no matrix, by their names in an adapter's file."""
        found = {name: weight.detach() for name, weight in self._rest.items()}
        for name, (inner, outer) in self._factors.items():
            found |= {name + INNER: inner.detach(), name + OUTER: outer.detach()}
        return found

    @torch.no_grad()
    def pass_on(self) -> None:
        """Give the factors the gradients that follow from those of the weights."""
        for name, (inner, outer) in self._factors.items():
            gradient = self._matrices[name].grad
            if gradient is not None:
                inner.grad, outer.grad = outer @ gradient, inner @ gradient.t()

    @torch.no_grad()
    def apply(self) -> None:
        """Set every matrix of the network to its fixed one plus its factors' product."""
        for name, (inner, outer) in self._factors.items():
            torch.addmm(self._fixed[name], outer.t(), inner, out=self._matrices[name])

    @torch.no_grad()
    def begin(self, weights: Mapping[str, Tensor]) -> None:
        """Start as near to other weights of the network as the rank allows (Eckart and Young)."""
        for name, weight in self._rest.items():
            weight.copy_(weights[name])
        for name, (inner, outer) in self._factors.items():
            change = weights[name].to(inner.device).float() - self._fixed[name]
            near_inner, near_outer = _nearest(change, len(inner))
            is_used = near_outer.any(1, keepdim=True)  # two factors of zeros would never move
            inner.copy_(torch.where(is_used, near_inner, inner))
            outer.copy_(near_outer)
        self.apply()

    def state(self) -> dict[str, Any]:
        """The factors, which the network's weights do not tell."""
        return {"factors": self.tensors()}

    @torch.no_grad()
    def load(self, state: Mapping[str, Any]) -> None:
        """Continue from a state."""
        super().load(state)
        for name, tensor in self.tensors().items():
            tensor.copy_(state["factors"][name])

    def network(self, tensors: Mapping[str, Tensor]) -> Decoder:
        """A network of its own with these factors merged."""
        return twin(self.decoder, merged(self._fixed, tensors))

    def candidates(self, average: Mapping[str, Tensor]) -> dict[str, Candidate]:
        """The last factors and their average, each as coarse as its file will have them."""
        return {"last": self._candidate(self.tensors()), "average": self._candidate(average)}

    def _candidate(self, tensors: Mapping[str, Tensor]) -> Candidate:
        kept = shrunk(on_cpu(tensors), LEVELS)
        device = next(self.decoder.parameters()).device
        coarse = {name: tensor.to(device) for name, tensor in restored(kept).items()}
        return Candidate(self.network(coarse), kept)


def _drawn(weight: Tensor, rank: int, noise: torch.Generator) -> tuple[nn.Parameter, nn.Parameter]:
    """Factors whose product is zero: a random one, and one of zeros."""
    n_out, n_in = weight.shape
    inner = torch.empty(rank, n_in)
    nn.init.kaiming_uniform_(inner, a=5**0.5, generator=noise)
    outer = torch.zeros(rank, n_out, device=weight.device)
    return nn.Parameter(inner.to(weight.device)), nn.Parameter(outer)


def _nearest(change: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """The factors (rank x in, rank x out) of the best approximation; both carry the root of each singular value."""
    left, values, right = torch.linalg.svd(change, full_matrices=False)
    inner, outer = change.new_zeros(rank, change.shape[1]), change.new_zeros(rank, change.shape[0])
    n_found = min(rank, len(values))
    roots = values[:n_found, None].sqrt()
    inner[:n_found], outer[:n_found] = roots * right[:n_found], roots * left[:, :n_found].t()
    return inner, outer
