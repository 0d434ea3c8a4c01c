"""From logits to draws: temperature, the k likeliest words, the nucleus, and seeded noise.

Families differ in what a confidence is: most published decoders take the probability after temperature,
top-k and top-p, LLaDA and templates that of the plain distribution.
"""

from __future__ import annotations

import torch
from torch import Tensor

from model.constrain import Noise
from model.errors import ModelError


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
        self._generator = torch.Generator().manual_seed(seed)

    def limited(self, top_k: int, top_p: float) -> Sampling:
        """The same among the `top_k` likeliest words (0: all) and the nucleus of mass `top_p`."""
        if top_k < 0:
            raise ModelError(f"top_k is {top_k}; it must be at least 0, which keeps every word")
        if not 0 < top_p <= 1:
            raise ModelError(f"top_p is {top_p}; it must be above 0 and at most 1")
        self.top_k, self.top_p = top_k, top_p
        return self

    def shaped(self, logits: Tensor) -> Tensor:
        """The logits (rows, words) of the distribution that confidence speaks of."""
        if not self.temperature:
            return logits
        tempered = logits if self.is_raw else logits.float() / self.temperature
        return nucleus(likeliest(tempered, self.top_k), self.top_p)

    def noise(self, logits: Tensor) -> Noise:
        """What makes the likeliest of shaped logits (rows, words) a sample."""
        if not self.temperature or self.is_greedy:
            return Noise()
        # In double precision on the CPU: the same draws on any device and in any batch.
        draws = torch.empty(logits.shape, dtype=torch.float64)
        gumbel = -draws.exponential_(generator=self._generator).log()
        temperature = self.temperature if self.is_raw else 1.0
        return Noise(gumbel.float().to(logits.device), temperature)


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
