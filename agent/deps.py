"""What the nodes of a run work with: everything that cannot be written into a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

from agent.arms import ArmSpec
from agent.dispatch import Dispatcher
from agent.forms import template_of
from agent.journal import Journal
from agent.plain.planner import PlainPlanner
from agent.state import Fields, Limits, Links, Reporter, RunState
from agent.tally import Tally
from model.types import LanguageModel, Template
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
    tally: Tally
    shows_canvas: bool = True
    widen_below: float = 0.5

    def template_of(self, state: RunState) -> Template:
        """The canvas that a state asks this run's model to fill."""
        if isinstance(self.lm, PlainPlanner):
            return self.lm.template_of(state)
        return template_of(state)
