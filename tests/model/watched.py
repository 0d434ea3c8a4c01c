"""A decoder that keeps what each forward read and said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from torch import Tensor, nn

from model.backbone.decoder import Decoder, LayerCache


@dataclass(frozen=True)
class Forward:
    """One forward of a batch of one: where its first row stands, what was read, what every row said."""

    start: int
    ids: list[int]
    logits: Tensor


@dataclass
class WatchedDecoder:
    """Passes everything on."""

    decoder: Decoder
    forwards: list[Forward] = field(default_factory=list)

    def __call__(
        self, ids: Tensor, positions: Tensor, attn_mask: Tensor | None, cache: LayerCache | None
    ) -> Tensor:
        hidden: Tensor = self.decoder(ids, positions, attn_mask, cache)
        logits = self.decoder.logits(hidden[0])
        self.forwards.append(Forward(int(positions[0, 0]), ids[0].tolist(), logits.clone()))
        return hidden

    def logits(self, hidden: Tensor) -> Tensor:
        return self.decoder.logits(hidden)

    def parameters(self) -> Iterator[nn.Parameter]:
        return self.decoder.parameters()
