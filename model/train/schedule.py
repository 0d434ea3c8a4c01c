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


def plan_by_samples(budget: Budget, batch_size: int) -> Plan:
    """The plan of a budget given in samples."""
    return Plan(*(max(1, round(n / batch_size)) for n in (budget.base_samples, budget.arm_samples)))


def plan_by_minutes(budget: Budget, clean_seconds: float, clean_share: float) -> Plan:
    """The plan of a budget given in minutes.

    `clean_seconds` is the time of a step without views, `clean_share` what part of one with views it is.
    """
    seconds = budget.minutes * 60
    base = max(1, int(seconds * budget.base_share / clean_seconds))
    rest = seconds * (1 - budget.base_share)
    return fit_arms(Plan(base, 1), 0, clean_seconds / clean_share, clean_share, rest)


def fit_base(budget: Budget, plan: Plan, step: int, seconds: float) -> Plan:
    """Fit the base into its minutes, `step` steps and `seconds` into it."""
    wanted = budget.minutes * 60 * budget.base_share
    return Plan(max(step, int(wanted * step / seconds)), plan.arm_steps)


def fit_arms(
    plan: Plan, step: int, views_seconds: float, clean_share: float, seconds_left: float
) -> Plan:
    """Fit both arms into the seconds that are left, `step` steps into the one with views."""
    arm = int((seconds_left / views_seconds + step) / (1 + clean_share))
    return Plan(plan.base_steps, max(step + 1, arm))


def learning_rate(optimiser: Optimiser, phase: Phase, step: int, plan: Plan) -> float:
    """The learning rate of a step; an arm without a base before it has a warm-up of its own."""
    if phase is Phase.BASE:
        warmup = max(1.0, optimiser.warmup * (plan.base_steps + plan.arm_steps))
        return optimiser.peak_lr * min(1.0, (step + 1) / warmup)
    warm = (
        1.0 if plan.base_steps else min(1.0, (step + 1) / (optimiser.warmup * plan.arm_steps + 1))
    )
    left = (plan.arm_steps - step) / max(1.0, optimiser.decay * plan.arm_steps)
    share = optimiser.final_lr + (1 - optimiser.final_lr) * min(1.0, left)
    return optimiser.peak_lr * share * warm
