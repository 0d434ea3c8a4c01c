"""What the kernels take and give, apart from any way to compute it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Masks:
    """Which words count, each (rows, words); None means all.

    The distribution is taken over `allowed`, the token out of `choice`, which lies within `allowed`.
    """

    allowed: Tensor | None = None
    choice: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """The proposals of some rows, each (rows,).

    `confidence` is the token's probability, `margin` its lead over the best other word, `entropy` that
    of the row in nats. `favourite` is the best word whether allowed or not, where it was asked for.
    `logits` (rows, words) are there for the rules that need them.
    """

    token: Tensor
    confidence: Tensor
    margin: Tensor
    entropy: Tensor
    logits: Tensor | None = None
    favourite: Tensor | None = None

    def of_rows(self, rows: Tensor) -> Scores:
        """The scores of some rows (indices) only."""
        logits = None if self.logits is None else self.logits[rows]
        favourite = None if self.favourite is None else self.favourite[rows]
        figures = (self.confidence[rows], self.margin[rows], self.entropy[rows])
        return Scores(self.token[rows], *figures, logits, favourite)

    @classmethod
    def joined(cls, parts: Sequence[Scores]) -> Scores:
        """The scores of several groups of rows, one behind the other; none of them with logits."""
        token, confidence, margin, entropy = (
            torch.cat([getattr(part, name) for part in parts])
            for name in ("token", "confidence", "margin", "entropy")
        )
        favourites = [part.favourite for part in parts if part.favourite is not None]
        favourite = torch.cat(favourites) if favourites else None
        return cls(token, confidence, margin, entropy, favourite=favourite)

    def split(self, sizes: Sequence[int]) -> list[Scores]:
        """The scores in parts of so many rows."""
        places = torch.arange(len(self.token), device=self.token.device)
        return [self.of_rows(rows) for rows in places.split_with_sizes(list(sizes))]

    def put(self, rows: Tensor, other: Scores) -> Scores:
        """These scores, with those of `other` in the given rows."""
        return Scores(
            self.token.index_copy(0, rows, other.token),
            self.confidence.index_copy(0, rows, other.confidence),
            self.margin.index_copy(0, rows, other.margin),
            self.entropy.index_copy(0, rows, other.entropy),
            self.logits,
            self.favourite,
        )
