"""From logits to draws: temperature, the k likeliest words, the nucleus, and seeded noise.

Families differ in what a confidence is: most published decoders take the probability after temperature,
top-k and top-p, LLaDA and templates that of the plain distribution.
"""

from __future__ import annotations

import torch
from torch import Tensor

from model.constrain import Noise
from model.errors import ModelError
from model.kernels.noise import Draw, gumbel


class Sampling:
    """How the words of one fill are drawn; equal seeds draw equally on any device and in any batch.

    At `temperature` 0 nothing is drawn and nothing left out. `is_raw`: confidence is that of the plain
    distribution, over all words. `is_greedy`: the likeliest word is taken, at any temperature.
    """

    def __init__(
        self,
        temperature: float = 0.0,
        seed: int = 0,
        *,
        is_raw: bool = True,
        is_greedy: bool = False,
    ) -> None:
        if temperature < 0:
            raise ModelError(f"temperature is {temperature}; it must be at least 0")
        self.temperature, self.is_raw, self.is_greedy = temperature, is_raw, is_greedy
        self.top_k, self.top_p = 0, 1.0
        self._seed, self._n_draws = seed, 0

    def limited(self, top_k: int, top_p: float) -> Sampling:
        """The same among the `top_k` likeliest words (0: all) and the nucleus of mass `top_p`."""
        if top_k < 0:
            raise ModelError(f"top_k is {top_k}; it must be at least 0, which keeps every word")
        if not 0 < top_p <= 1:
            raise ModelError(f"top_p is {top_p}; it must be above 0 and at most 1")
        self.top_k, self.top_p = top_k, top_p
        return self

    @property
    def is_cold(self) -> bool:
        """Whether nothing is drawn, nor any confidence tempered."""
        return self.temperature == 0

    @property
    def is_plain(self) -> bool:
        """Whether no word is left out, so that `draw` says everything."""
        return self.is_cold or (self.top_k == 0 and self.top_p == 1)

    def draw(self, places: Tensor) -> Draw:
        """How words at these places of the sequence (rows,) are drawn; no two draws of a fill are alike."""
        self._n_draws += 1
        scale = 1.0 if self.is_cold or self.is_raw else 1 / self.temperature
        weight = self.temperature if self.is_raw else 1.0
        is_silent = self.is_cold or self.is_greedy
        return Draw.of(self._seed, places, self._n_draws, scale, 0.0 if is_silent else weight)

    def shaped(self, logits: Tensor) -> Tensor:
        """The logits (rows, words) of the distribution that confidence speaks of."""
        if not self.temperature:
            return logits
        tempered = logits if self.is_raw else logits.float() / self.temperature
        return nucleus(likeliest(tempered, self.top_k), self.top_p)

    def noise(self, logits: Tensor, places: Tensor) -> Noise:
        """What makes the likeliest of shaped logits (rows, words) a sample; the same words as by `draw`."""
        if not self.temperature or self.is_greedy:
            return Noise()
        temperature = self.temperature if self.is_raw else 1.0
        return Noise(gumbel(self.draw(places), slice(0, logits.shape[-1])), temperature)


def likeliest(logits: Tensor, n_words: int) -> Tensor:
    """The logits (rows, words) with all but the `n_words` largest of each row at -inf; 0 keeps all."""
    if not 0 < n_words < logits.shape[-1]:
        return logits
    least = logits.topk(n_words, -1).values[..., -1:]
    return logits.masked_fill(logits < least, -torch.inf)


def nucleus(logits: Tensor, mass: float) -> Tensor:
    """The logits (rows, words) with all at -inf but the fewest likeliest of each row that have the mass."""
    if mass >= 1 or not logits.numel():
        return logits
    probability, order = logits.softmax(-1).sort(stable=True, dim=-1, descending=True)
    is_late = probability.cumsum(-1) - probability > mass
    return logits.masked_fill(torch.zeros_like(is_late).scatter_(-1, order, is_late), -torch.inf)
