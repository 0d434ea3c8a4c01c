"""The recurring duties of a run: a line of progress, a look at the held-out samples, a saved state."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter

from model.train.config import Habits
from model.train.measure import Exactness
from model.train.objective import Losses

log = logging.getLogger(__name__)
MOMENTUM = 0.95


class Timer:
    """Says when a number of seconds has gone by since it last said so."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last = perf_counter()

    def is_due(self) -> bool:
        """True once per period."""
        if perf_counter() - self._last < self._seconds:
            return False
        self._last = perf_counter()
        return True


@dataclass(slots=True)
class Smooth:
    """Running averages of the losses, and the tokens since the last report."""

    losses: dict[str, float] = field(default_factory=dict)
    n_tokens: int = 0
    since: float = field(default_factory=perf_counter)

    def add(self, losses: Losses, n_members: int = 1) -> None:
        """Take in a step's losses, as one of so many members of a team sees them."""
        self.n_tokens += losses.n_tokens * n_members
        for name, value in (("ar_loss", losses.ar), ("diffusion_loss", losses.diffusion)):
            if value is not None:
                before = self.losses.get(name, value)
                self.losses[name] = MOMENTUM * before + (1 - MOMENTUM) * value

    def report(self) -> dict[str, float]:
        """The losses and the tokens per second since the last report."""
        speed = self.n_tokens / max(1e-9, perf_counter() - self.since)
        self.n_tokens, self.since = 0, perf_counter()
        return {name: round(value, 4) for name, value in self.losses.items()} | {
            "tokens_per_second": round(speed)
        }


class Duties:
    """The timers of a run's habits."""

    def __init__(self, habits: Habits) -> None:
        self.report = Timer(habits.report_seconds)
        self.evaluate = Timer(habits.evaluate_seconds)
        self.save = Timer(habits.save_seconds)
        self.smooth = Smooth()


def tell(where: str, point: Mapping[str, float]) -> None:
    """Log a line of progress."""
    log.info("%s  %s", where, "  ".join(f"{name} {value:g}" for name, value in point.items()))


def shares(found: Exactness) -> dict[str, float]:
    """Exactness as a point of the curve."""
    return {"exact_ar": round(found.ar, 4), "exact_diffusion": round(found.diffusion, 4)}
