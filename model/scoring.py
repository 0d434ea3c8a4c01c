"""From the hidden states of a forward to what its fills take in: scores where they do, else logits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from model.backbone.lean import LeanDecoder
from model.fill import Fill
from model.kernels.head import propose
from model.kernels.noise import Draw
from model.kernels.output import Head
from model.kernels.scores import Scores
from model.query import Query


class Network(Protocol):
    """What scores hidden states."""

    def logits(self, hidden: Tensor) -> Tensor:
        """Vocabulary scores of the given hidden states."""
        ...


class Scorer:
    """Scores rows of hidden states for a vocabulary of `n_words`, of which the mask is never proposed.

    A network that offers its output layer is asked for no logits where nobody looks at them.
    """

    def __init__(self, network: Network, n_words: int, mask_id: int | None) -> None:
        self._network, self._n_words, self._mask_id = network, n_words, mask_id
        self._head: Head | None = None
        if isinstance(network, LeanDecoder):
            self._head = network.head.limited(n_words, -1 if mask_id is None else mask_id)

    def logits(self, states: Sequence[Tensor]) -> list[Tensor]:
        """The logits (rows, words) of each fill's rows (rows, d_model)."""
        rows = torch.cat(list(states))
        if self._head is not None:
            logits = self._head.logits(rows)
        else:
            logits = self._network.logits(rows)[:, : self._n_words]
            if self._mask_id is not None:
                logits[:, self._mask_id] = -torch.inf
        return list(logits.split_with_sizes([len(some) for some in states]))

    def said(
        self, fills: Sequence[Fill], queries: Sequence[Query], states: Sequence[Tensor]
    ) -> list[Tensor | Scores]:
        """What each fill's rows say of its cells."""
        takes = [self._head is not None and fill.takes_scores for fill in fills]
        if self._head is None or not any(takes):
            return [*self.logits(states)]
        chosen = [n for n, some in enumerate(takes) if some]
        rest = [n for n, some in enumerate(takes) if not some]
        said: dict[int, Tensor | Scores] = {}
        if rest:
            said.update(zip(rest, self.logits([states[n] for n in rest]), strict=True))
        rows = [states[n] for n in chosen]
        draw = _joined([(fills[n], queries[n].cells) for n in chosen])
        scores = propose(torch.cat(rows), self._head, None, draw)
        said.update(zip(chosen, scores.split([len(some) for some in rows]), strict=True))
        return [said[n] for n in range(len(fills))]


def _joined(asked: Sequence[tuple[Fill, Tensor]]) -> Draw | None:
    """The draws of several fills' cells; None where nobody draws."""
    if all(fill.sampling.is_cold for fill, _ in asked):
        return None
    return Draw.joined([fill.draw(cells) for fill, cells in asked])
