"""Proposals for the cells of a template: as a whole they are words that its grammar allows."""

from __future__ import annotations

import torch
from torch import Tensor

from model.constrain import Noise
from model.sampling import Sampling
from model.uniform.proposals import Proposals, Scorer
from model.words import Words


class GovernedProposer:
    """Proposes for open `cells` of a template; other cells are what they are.

    Draws are those of the seed and not of the points. Where the grammar overrules the network's own
    favourite, the word that it allows is also what the next step is told to expect.
    """

    def __init__(self, scorer: Scorer, words: Words, seed: int, n_words: int) -> None:
        self._scorer, self._words, self._n_words = scorer, words, n_words
        self._sampling = Sampling(1.0, seed, is_raw=False)
        self.cells = torch.empty(0, dtype=torch.long)
        self.logits = self.favourites = torch.empty(0)

    def propose(self, hidden: Tensor, temperature: float, points: Tensor | None) -> Proposals:
        """Proposals for the cells of `hidden` (rows, d_model); None for points draws the likeliest words."""
        logits = self._scorer.logits(hidden).div_(temperature)
        logits[:, self._n_words :] = -torch.inf
        self.logits, self.favourites = logits, logits.argmax(1)
        scores = self._words.propose(self.cells, logits, Noise())
        drawn = scores.token
        if points is not None:
            drawn = self._words.propose(
                self.cells, logits, self._sampling.noise(logits, self.cells)
            ).token
        return Proposals(
            scores.token, scores.confidence, scores.entropy, drawn, self._expected(scores.token)
        )

    def _expected(self, words: Tensor) -> Tensor:
        expected = self._scorer.soft_embeddings(self.logits.softmax(-1))
        is_overruled = words != self.favourites
        expected[is_overruled] = self._scorer.embeddings(words[is_overruled])
        return expected
