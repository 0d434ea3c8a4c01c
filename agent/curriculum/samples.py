"""Tasks as training samples: the linked prompt, the gold canvas in words, and repairs of contradicted rows.

A sample whose gold terms the linker does not offer is left out and counted: nobody can plan with a pointer
that is not there.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from agent.curriculum.canvas import WordSample, canvas_words, linked_plan, unoffered
from agent.curriculum.mix import Mix
from agent.curriculum.repairs import Repairer
from agent.curriculum.sayings.drawing import FAMILY
from agent.curriculum.tasks import Task
from agent.curriculum.veil import Veil
from agent.link import Linker
from agent.plan import prompt
from tools.facts.store import FactStore

REPAIR_SHARE = 0.12
SPOKEN_PLAINLY = 0.5  # of the sayings: their own words are what is to be learned


class Sampler:
    """Turns tasks into samples; the same linker as at run time, so training sees what inference sees."""

    def __init__(self, store: FactStore, linker: Linker) -> None:
        self._linker = linker
        self._repairer = Repairer(store, linker)
        self._veil = Veil()
        self.mix = Mix()

    def samples(self, task: Task, rng: random.Random) -> Iterator[WordSample]:
        """The draft sample of a task and, where it can be contradicted, sometimes a repair."""
        brief = self._linker.link(task.question)
        plan = linked_plan(task.rows, brief)
        if plan is None:
            self.mix.dropped(task, unoffered(task.rows, brief))
            return
        self.mix.kept(task)
        read = brief
        if task.family != FAMILY or rng.random() >= SPOKEN_PLAINLY:
            read = self._veil.veiled(brief, rng, is_answered=task.gold is not None)
        yield WordSample(prompt(read), canvas_words(plan))
        if task.plants or rng.random() < REPAIR_SHARE:
            is_planted = bool(task.plants)
            if repaired := self._repairer.repair(plan, brief, rng, prefer_field=is_planted):
                self.mix.repaired()
                yield repaired
