"""What one forward proposes for the cells of a canvas, without writing the logits of all of them at once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Protocol

import torch
from torch import Tensor

from model.uniform.noise import draw

MAX_SCORES = 1 << 24  # of one piece: 64 rows of DiffusionGemma's vocabulary
_LOWEST = -1e30  # instead of minus infinity, which times a probability of 0 is no number


class Scorer(Protocol):
    """The part of a network that speaks of words."""

    @property
    def vocab_size(self) -> int:
        """How many words there are."""
        ...

    def logits(self, hidden: Tensor) -> Tensor:
        """Scores (rows, vocabulary) in float32; the caller's, to be overwritten."""
        ...

    def soft_embeddings(self, probability: Tensor) -> Tensor:
        """The mean embedding (rows, d_model) under probabilities (rows, vocabulary)."""
        ...

    def embeddings(self, ids: Tensor) -> Tensor:
        """The embeddings (rows, d_model) of known words (rows,)."""
        ...


@dataclass(frozen=True, slots=True)
class Proposals:
    """One row for each scored cell.

    `likeliest` and `drawn` are words, `confidence` is the likeliest one's probability and `entropy` (nats)
    that of the whole distribution, both at the step's temperature. `expected` (rows, d_model) is the mean
    embedding, which the next step is told.
    """

    likeliest: Tensor
    confidence: Tensor
    entropy: Tensor
    drawn: Tensor
    expected: Tensor


class Proposer(Protocol):
    """Turns what a forward gave for the open cells into proposals."""

    def propose(self, hidden: Tensor, temperature: float, points: Tensor | None) -> Proposals:
        """Proposals for the cells of `hidden` (rows, d_model).

        `points` (rows,) in [0, 1) say where in its distribution a draw falls; None draws the likeliest.
        """
        ...


@dataclass(frozen=True, slots=True)
class FreeProposer:
    """Proposes any word anywhere."""

    scorer: Scorer

    def propose(self, hidden: Tensor, temperature: float, points: Tensor | None) -> Proposals:
        """The network's own proposals."""
        return propose(self.scorer, hidden, temperature, points)


def propose(scorer: Scorer, hidden: Tensor, temperature: float, points: Tensor | None) -> Proposals:
    """Proposals for the cells of `hidden` (rows, d_model), a piece at a time; see `Proposer`."""
    size = max(1, MAX_SCORES // scorer.vocab_size)
    pieces = []
    for start in range(0, len(hidden), size):
        piece = slice(start, start + size)
        logits = scorer.logits(hidden[piece]).div_(temperature)
        pieces.append(proposals_of(scorer, logits, None if points is None else points[piece]))
    return _joined(pieces)


def proposals_of(scorer: Scorer, logits: Tensor, points: Tensor | None) -> Proposals:
    """Proposals from scores (rows, vocabulary) at their temperature, which are overwritten.

    A forbidden word stands at -inf.
    """
    top, likeliest = logits.max(-1, keepdim=True)
    below = logits.sub_(top).clamp_(
        min=_LOWEST
    )  # so that a sure row's entropy is small by its terms
    probability = below.softmax(-1)
    confidence = probability.gather(1, likeliest).squeeze(1)
    entropy = -confidence.log() - below.mul_(probability).sum(-1)
    likeliest = likeliest.squeeze(1)
    drawn = likeliest if points is None else draw(probability, points)
    return Proposals(likeliest, confidence, entropy, drawn, scorer.soft_embeddings(probability))


def _joined(pieces: list[Proposals]) -> Proposals:
    if len(pieces) == 1:
        return pieces[0]
    columns = (field.name for field in fields(Proposals))
    return Proposals(*(torch.cat([getattr(p, name) for p in pieces]) for name in columns))
