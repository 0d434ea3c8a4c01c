"""How a canvas of uniform noise is denoised: temperature, which words are accepted, when to stop.

The rules and their defaults are DiffusionGemma's, as in transformers 5.23, models/diffusion_gemma,
generation_diffusion_gemma.py; accepting by an entropy bound is from arXiv 2505.24857.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

from model.errors import ModelError
from model.spec import Amount, Count, Part, RuleError, Within, build, parts_of

NAME = "diffusion_gemma"


Positive = Annotated[float, Within(1e-6)]


@dataclass(frozen=True, slots=True)
class Knobs:
    """The knobs of one canvas.

    `entropy_bound` is in nats: how much the accepted words may depend on each other. The temperature falls
    from `t_max` towards `t_min` over `n_steps`. A canvas is done early when its likeliest words were the
    same at the last `stability_threshold` steps and the mean entropy is below `confidence_threshold` nats.
    With `is_greedy` the accepted words are the likeliest and not draws.
    """

    n_steps: Count = 48
    entropy_bound: Amount = 0.1
    t_min: Positive = 0.4
    t_max: Positive = 0.8
    stability_threshold: Annotated[int, Within(0)] = 1
    confidence_threshold: Amount = 0.005
    is_greedy: bool = False

    def __post_init__(self) -> None:
        if self.t_min > self.t_max:
            raise RuleError(
                f"the temperature cannot fall from t_max={self.t_max:g} to t_min={self.t_min:g}; "
                "lower t_min or raise t_max"
            )

    @classmethod
    def of(cls, decoder: str, options: Mapping[str, float]) -> Knobs:
        """The knobs that a decoder's written name gives, or options instead, or the published ones."""
        written, *others = parts_of(decoder)
        if written.name != NAME or others:
            raise RuleError(
                f"no decoder {decoder!r} for uniform noise; write {NAME} or {NAME}:key=value"
            )
        told = {name: f"{value:.12g}" for name, value in options.items()}
        return build(cls, Part(NAME, {**written.options, **told}))

    def told(self, n_steps: int | None, temperature: float | None, *, is_greedy: bool) -> Knobs:
        """The same with what a caller says: at most `n_steps`, and one temperature throughout if above 0."""
        if n_steps is not None and n_steps < 1:
            raise ModelError(f"max_steps is {n_steps}; it must be at least 1")
        if temperature is not None and temperature < 0:
            raise ModelError(f"temperature is {temperature}; it must be at least 0")
        fall = (temperature, temperature) if temperature else (self.t_min, self.t_max)
        return replace(
            self,
            n_steps=n_steps or self.n_steps,
            t_min=fall[0],
            t_max=fall[1],
            is_greedy=is_greedy or self.is_greedy,
        )

    def temperature(self, step: int) -> float:
        """The temperature of a step, counted from 1."""
        share_left = (self.n_steps - step + 1) / self.n_steps
        return self.t_min + (self.t_max - self.t_min) * share_left


def accept(entropy: Tensor, bound: float) -> Tensor:
    """The cells whose words are kept (cells,): the surest, while those before them sum up to `bound` nats.

    At least one is accepted; among equally sure cells the left ones come first.
    """
    by_sureness, order = entropy.sort(stable=True)
    is_kept = by_sureness.cumsum(0) - by_sureness <= bound
    return torch.empty_like(is_kept).scatter_(0, order, is_kept)


class Settling:
    """Whether a canvas has settled: the same likeliest words for some steps, and all of them sure."""

    def __init__(self, knobs: Knobs) -> None:
        self._limit = knobs.confidence_threshold
        self._before: deque[Tensor] = deque(maxlen=knobs.stability_threshold)

    def has_settled(self, likeliest: Tensor, entropy: Tensor) -> bool:
        """Look at the likeliest words (cells,) and entropies (cells,) of one more step."""
        is_stable = len(self._before) == self._before.maxlen
        is_stable = is_stable and all(torch.equal(words, likeliest) for words in self._before)
        self._before.append(likeliest)
        return is_stable and bool(entropy.mean() < self._limit)
