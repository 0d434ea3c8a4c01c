"""Axes: round ticks that hold the data, and which labels fit without touching each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_AIM = 4


@dataclass(frozen=True, slots=True)
class Axis:
    """Values from `low` to `high` drawn between two coordinates; `step` apart stand the ticks."""

    low: float
    high: float
    step: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The coordinate of a value."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> tuple[float, ...]:
        """The round values along it."""
        n = round((self.high - self.low) / self.step)
        return tuple(self.low + i * self.step for i in range(n + 1))


def axis(values: Sequence[float], start: float, end: float, *, from_zero: bool) -> Axis:
    """An axis with round ends around the values; bars need `from_zero`."""
    low, high = min(values), max(values)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        low, high = low - abs(low or 1.0) / 2, high + abs(high or 1.0) / 2
    step = _round_step((high - low) / _AIM)
    low, high = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return Axis(low, high, step, start, end)


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in _STEPS if step * power >= rough - 1e-12)


def places(step: float) -> int:
    """The decimals that ticks of this step need."""
    return max(0, -math.floor(math.log10(step) + 1e-9) + (0 if _is_round(step) else 1))


def _is_round(step: float) -> bool:
    mantissa = step / 10.0 ** math.floor(math.log10(step) + 1e-9)
    return abs(mantissa - round(mantissa)) < 1e-6


def every(n: int, room: float, label_width: float) -> int:
    """Each how many-th of `n` labels can stand so that none touches the next."""
    slot = room / max(n, 1)
    return max(1, math.ceil((label_width + 4) / slot))
