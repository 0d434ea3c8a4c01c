"""What training changes: the network, the optimiser's moments, the running average of the weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from model.backbone.decoder import Decoder, DecoderConfig, initialise
from model.train.config import Optimiser, Size, TrainConfig
from model.train.team import Team


class Trainee:
    """A network under training."""

    def __init__(
        self, told: TrainConfig, vocab_size: int, device: torch.device, team: Team | None = None
    ) -> None:
        self.decoder = Decoder(decoder_config(told.size, vocab_size))
        initialise(self.decoder, told.seed)
        self.decoder.to(device)
        self._told = told.optimiser
        self._team = team or Team()
        self._optimiser = _adamw(self.decoder, told.optimiser)
        self.average = _copy(self.decoder)

    def compile(self) -> None:
        """Fuse the network's small operations; the first steps take a minute longer."""
        self.decoder.model.compile(dynamic=True)

    def learn(self, loss: Tensor, learning_rate: float) -> None:
        """Take one optimiser step, together with the rest of the team."""
        loss.backward()
        self._team.average(self.decoder.parameters())
        torch.nn.utils.clip_grad_norm_(self.decoder.parameters(), self._told.clip)
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate
        self._optimiser.step()
        self._optimiser.zero_grad()

    @torch.no_grad()
    def follow(self, step: int) -> None:
        """Move the average towards the network; early on faster, so that the start is forgotten."""
        momentum = min(self._told.ema, (1 + step) / (10 + step))
        weights = list(self.decoder.state_dict().values())
        torch._foreach_lerp_(list(self.average.values()), weights, 1 - momentum)

    def state(self) -> dict[str, Any]:
        """All that is needed to continue."""
        return {
            "decoder": self.decoder.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "average": self.average,
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Continue from a state."""
        self.decoder.load_state_dict(state["decoder"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.average = {
            name: state["average"][name].to(weight.device, copy=True)
            for name, weight in self.decoder.state_dict().items()
        }

    def fork(self, state: Mapping[str, Any]) -> None:
        """Begin an arm from the base: its weights and moments, and a new average."""
        self.load(state)
        self.average = _copy(self.decoder)

    def averaged(self) -> Decoder:
        """A network with the average of the weights."""
        decoder = Decoder(self.decoder.config).to(next(self.decoder.parameters()).device)
        decoder.load_state_dict(self.average)
        return decoder


def decoder_config(size: Size, vocab_size: int) -> DecoderConfig:
    """The network of a configured size; heads divide its width."""
    return DecoderConfig(
        vocab_size=vocab_size,
        d_model=size.d_model,
        n_layers=size.n_layers,
        n_heads=size.n_heads,
        n_kv_heads=size.n_kv_heads,
        d_head=size.d_model // size.n_heads,
        d_ff=size.d_ff,
    )


def _copy(decoder: Decoder) -> dict[str, Tensor]:
    return {name: weight.detach().clone() for name, weight in decoder.state_dict().items()}


def _adamw(decoder: nn.Module, told: Optimiser) -> torch.optim.AdamW:
    """AdamW; norms, biases and embeddings do not decay."""
    decayed: list[Tensor] = []
    kept: list[Tensor] = []
    for name, weight in decoder.named_parameters():
        is_matrix = weight.dim() > 1 and "embed_tokens" not in name
        (decayed if is_matrix else kept).append(weight)
    groups = [
        {"params": decayed, "weight_decay": told.weight_decay},
        {"params": kept, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=told.peak_lr, betas=told.betas, fused=True)
