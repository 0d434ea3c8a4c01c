"""Learning rate and run length: warm-up, stable, and a linear decay at the end of each arm.

The base is not decayed: both arms continue from the same stable state.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from model.train.config import Budget, Optimiser


class Phase(StrEnum):
    """What is being trained; the diffusion arm comes first, because its length sets that of the other."""

    BASE = "base"
    DIFFUSION = "diffusion"
    AR = "ar"


@dataclass(frozen=True, slots=True)
class Plan:
    """How many steps each phase takes; both arms take the same."""

    base_steps: int
    arm_steps: int

    def steps(self, phase: Phase) -> int:
        """The steps of a phase."""
        return self.base_steps if phase is Phase.BASE else self.arm_steps


@dataclass(frozen=True, slots=True)
class Pace:
    """Measured seconds per step of the clean stream alone and with views."""

    clean_seconds: float
    views_seconds: float


def plan_by_samples(budget: Budget, batch_size: int) -> Plan:
    """The plan of a budget given in samples."""
    return Plan(*(max(1, round(n / batch_size)) for n in (budget.base_samples, budget.arm_samples)))


def plan_by_minutes(budget: Budget, pace: Pace) -> Plan:
    """The plan of a budget given in minutes, at the measured pace."""
    seconds = budget.minutes * 60
    base = max(1, int(seconds * budget.base_share / pace.clean_seconds))
    rest = seconds * (1 - budget.base_share)
    return Plan(base, max(1, int(rest / (pace.clean_seconds + pace.views_seconds))))


def learning_rate(optimiser: Optimiser, phase: Phase, step: int, plan: Plan) -> float:
    """The learning rate of a step."""
    if phase is Phase.BASE:
        warmup = max(1.0, optimiser.warmup * (plan.base_steps + plan.arm_steps))
        return optimiser.peak_lr * min(1.0, (step + 1) / warmup)
    left = (plan.arm_steps - step) / max(1.0, optimiser.decay * plan.arm_steps)
    share = optimiser.final_lr + (1 - optimiser.final_lr) * min(1.0, left)
    return optimiser.peak_lr * share


def replan(budget: Budget, plan: Plan, pace: Pace, step: int, seconds_left: float) -> Plan:
    """Fit both arms into the seconds that are left, `step` steps into the first of them."""
    arm = int(
        (seconds_left + step * pace.views_seconds) / (pace.clean_seconds + pace.views_seconds)
    )
    return Plan(plan.base_steps, max(step + 1, arm)) if budget.minutes else plan
