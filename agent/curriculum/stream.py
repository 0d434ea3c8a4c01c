"""An endless stream of tasks from one split of the facts, seeded."""

from __future__ import annotations

import random
from collections.abc import Iterator

from agent.curriculum.families import FAMILIES, Draw
from agent.curriculum.speech import Speech
from agent.curriculum.tasks import Task
from agent.curriculum.world import World
from agent.types import Language

CHINESE_SHARE = 0.35


def tasks(
    world: World, speech: Speech, seed: int, only: frozenset[str] = frozenset()
) -> Iterator[Task]:
    """Tasks without end, of some families only where `only` names them; a seed repeats its tasks."""
    rng = random.Random(seed)
    drawn = [(f, w) for f, w in FAMILIES if not only or f.__name__ in only]
    families, weights = zip(*drawn, strict=True)
    while True:
        family = rng.choices(families, weights)[0]
        lang: Language = "zh" if rng.random() < CHINESE_SHARE else "en"
        task = family(Draw(rng, world, speech, lang))
        if task is not None:
            yield task
