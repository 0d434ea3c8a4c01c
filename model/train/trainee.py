"""What training changes: the weights or what they are made of, the optimiser's moments, the running average."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from model.backbone.decoder import Decoder, DecoderConfig, initialise
from model.errors import TrainingError
from model.train.config import Size, TrainConfig
from model.train.lowrank import LowRank
from model.train.team import Team
from model.train.whole import Candidate, Whole


class Trainee:
    """A network under training; with the weights `fixed` it learns a low-rank change to them."""

    def __init__(
        self,
        told: TrainConfig,
        vocab_size: int,
        device: torch.device,
        team: Team | None = None,
        fixed: Mapping[str, Tensor] | None = None,
    ) -> None:
        self.decoder = Decoder(decoder_config(told.size, vocab_size))
        initialise(self.decoder, told.seed)
        self.decoder.to(device)
        self._told = told.schedule
        self._team = team or Team()
        self._form = (
            Whole(self.decoder)
            if fixed is None
            else LowRank(self.decoder, fixed, told.adapter.rank, told.seed)
        )
        self._optimiser = torch.optim.AdamW(
            self._form.groups(self._told), lr=self._told.peak_lr, betas=self._told.betas, fused=True
        )
        self.average = _copies(self._form.tensors())

    @property
    def suffix(self) -> str:
        """What the name of an arm's file has behind the arm's own."""
        return self._form.suffix

    def begin(self, weights: Mapping[str, Tensor]) -> None:
        """Start from weights, or as near to them as a low rank allows."""
        self._form.begin(weights)

    def compile(self) -> None:
        """Fuse the network's small operations; the first steps take a minute longer."""
        self.decoder.model.compile(dynamic=True)

    def learn(self, loss: Tensor, learning_rate: float) -> None:
        """Take one optimiser step, together with the rest of the team."""
        loss.backward()
        self._team.average(self.decoder.parameters())
        torch.nn.utils.clip_grad_norm_(self.decoder.parameters(), self._told.clip)
        self._form.pass_on()
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate
        self._optimiser.step()
        self._optimiser.zero_grad()
        self.decoder.zero_grad()
        self._form.apply()

    @torch.no_grad()
    def follow(self, step: int) -> None:
        """Move the average towards the network; early on faster, so that the start is forgotten."""
        momentum = min(self._told.ema, (1 + step) / (10 + step))
        trained = self._form.tensors()
        averages = [self.average[name] for name in trained]
        torch._foreach_lerp_(averages, list(trained.values()), 1 - momentum)

    def state(self) -> dict[str, Any]:
        """All that is needed to continue."""
        return {
            "decoder": self.decoder.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "average": self.average,
        } | self._form.state()

    def load(self, state: Mapping[str, Any]) -> None:
        """Continue from a state."""
        trained, average = self._form.tensors(), state["average"]
        if _shapes(trained) != _shapes(average):
            raise TrainingError(
                "the saved state was written with another adapter.rank; give that rank, or delete the state "
                "to start anew"
            )
        self._form.load(state)
        self._optimiser.load_state_dict(state["optimiser"])
        self.average = {
            name: average[name].to(weight.device, copy=True) for name, weight in trained.items()
        }

    def fork(self, state: Mapping[str, Any]) -> None:
        """Begin an arm from the base: its weights and moments, and a new average."""
        self.load(state)
        self.average = _copies(self._form.tensors())

    def candidates(self) -> dict[str, Candidate]:
        """What an arm could end with: its last weights and their average."""
        return self._form.candidates(self.average)


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


def _copies(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in tensors.items()}


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in tensors.items()}
