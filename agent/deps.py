"""What the nodes of a run work with: everything that cannot be written into a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

from agent.arms import ArmSpec
from agent.dispatch import Dispatcher
from agent.journal import Journal
from agent.state import Fields, Limits, Links, Reporter
from model.types import LanguageModel
from tools.types import Tools


@dataclass(frozen=True, slots=True)
class Deps:
    """One run's arm, model, world and files."""

    spec: ArmSpec
    lm: LanguageModel
    linker: Links
    toolbox: Tools
    fields: Fields
    journal: Journal
    dispatcher: Dispatcher
    reporter: Reporter
    limits: Limits
    shows_canvas: bool = True
    widen_below: float = 0.5
