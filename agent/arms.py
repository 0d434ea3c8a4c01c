"""The arms of the comparison: how each drafts, and what each may rewrite when the evidence contradicts it.

They share everything else: linker, prompt, plan format, grammar, tools, budget.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from agent.types import Arm
from model.types import DecodeParams


class Level(StrEnum):
    """How much of the plan a revision opens again, from little to all."""

    SLOT = "slot"
    ROW = "row"
    DEPENDENTS = "dependents"
    REST = "rest"
    TAIL = "tail"
    PLAN = "plan"


DIFFUSION_LADDER = (Level.SLOT, Level.ROW, Level.DEPENDENTS, Level.REST, Level.PLAN)
LEFT_TO_RIGHT_LADDER = (Level.TAIL, Level.PLAN)


@dataclass(frozen=True, slots=True)
class ArmSpec:
    """One arm. `row_by_row` fills a single row a turn and runs it before the next."""

    name: Arm
    params: DecodeParams
    ladder: tuple[Level, ...]
    row_by_row: bool = False


def arms(diffusion: DecodeParams, autoregression: DecodeParams) -> Mapping[Arm, ArmSpec]:
    """Every arm by name."""
    return {
        "diffusion": ArmSpec("diffusion", diffusion, DIFFUSION_LADDER),
        "ar-plan": ArmSpec("ar-plan", autoregression, LEFT_TO_RIGHT_LADDER),
        "ar-react": ArmSpec("ar-react", autoregression, LEFT_TO_RIGHT_LADDER, row_by_row=True),
    }
