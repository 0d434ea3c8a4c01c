"""What the optimiser changes where all weights are trained: the weights themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from model.backbone.decoder import Decoder
from model.checkpoints.scaled import shrunk
from model.train.config import Optimiser


@dataclass(frozen=True, slots=True)
class Candidate:
    """Weights that an arm could end with: a network to measure, and the tensors of its file."""

    decoder: Decoder
    kept: Mapping[str, Tensor]


class Whole:
    """A network all of whose weights are trained."""

    suffix = ""

    def __init__(self, decoder: Decoder) -> None:
        self.decoder = decoder

    def groups(self, told: Optimiser) -> list[dict[str, Any]]:
        """The optimiser's groups; norms, biases and embeddings do not decay."""
        decayed: list[nn.Parameter] = []
        kept: list[nn.Parameter] = []
        for name, weight in self.decoder.named_parameters():
            is_matrix = weight.dim() > 1 and "embed_tokens" not in name
            (decayed if is_matrix else kept).append(weight)
        return [
            {"params": decayed, "weight_decay": told.weight_decay},
            {"params": kept, "weight_decay": 0.0},
        ]

    def tensors(self) -> dict[str, Tensor]:
        """What is trained, by name; the network's own memory."""
        return {name: weight.detach() for name, weight in self.decoder.state_dict().items()}

    def begin(self, weights: Mapping[str, Tensor]) -> None:
        """Start from weights."""
        self.decoder.load_state_dict(weights)

    def pass_on(self) -> None:
        """Hand the gradients of the weights to what is trained."""

    def apply(self) -> None:
        """Make the network's weights those of what is trained."""

    def state(self) -> dict[str, Any]:
        """What resuming needs besides the network's weights."""
        return {}

    def load(self, state: Mapping[str, Any]) -> None:
        """Continue from a state."""
        self.decoder.load_state_dict(state["decoder"])

    def network(self, tensors: Mapping[str, Tensor]) -> Decoder:
        """A network of its own with these weights."""
        return twin(self.decoder, tensors)

    def candidates(self, average: Mapping[str, Tensor]) -> dict[str, Candidate]:
        """The last weights and their average."""
        last, mean = self.decoder, self.network(average)
        return {
            "last": Candidate(last, shrunk(on_cpu(self.tensors()))),
            "average": Candidate(mean, shrunk(on_cpu(average))),
        }


def twin(decoder: Decoder, weights: Mapping[str, Tensor]) -> Decoder:
    """A network of the same shape, in the same place, with other weights."""
    other = Decoder(decoder.config).to(next(decoder.parameters()).device)
    other.load_state_dict(weights)
    return other


def on_cpu(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors in main memory."""
    return {name: tensor.to("cpu") for name, tensor in tensors.items()}
