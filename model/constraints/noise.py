"""The noise that makes proposals samples."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Noise:
    """What makes proposals samples: Gumbel noise (rows, vocabulary) and the temperature."""

    gumbel: Tensor | None = None
    temperature: float = 0.0

    def of_rows(self, rows: Tensor) -> Noise:
        """The noise of some rows only."""
        return self if self.gumbel is None else Noise(self.gumbel[rows], self.temperature)

    def of_words(self, words: Tensor) -> Noise:
        """The noise of some words only."""
        return self if self.gumbel is None else Noise(self.gumbel[:, words], self.temperature)

    def added_to(self, logits: Tensor) -> Tensor:
        """What the largest of is a sample."""
        return logits if self.gumbel is None else logits + self.temperature * self.gumbel
