"""An endless stream of tasks from one split of the facts, seeded."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from agent.curriculum.families import FAMILIES, Draw, Family, NotDrawnError
from agent.curriculum.noise import Surface
from agent.curriculum.speech import Speech
from agent.curriculum.tasks import Task
from agent.curriculum.world import World
from agent.types import Language

CHINESE_SHARE = 0.38
ATTEMPTS = 30


def tasks(
    world: World, speech: Speech, seed: int, only: frozenset[str] = frozenset()
) -> Iterator[Task]:
    """Tasks without end, of some families only where `only` names them; a seed repeats its tasks."""
    rng = random.Random(seed)
    drawn = [(f, w) for f, w in FAMILIES if not only or f.__name__ in only]
    families, weights = zip(*drawn, strict=True)
    surfaces: Mapping[Language, Surface] = {
        lang: Surface(book) for lang, book in speech.books.items()
    }
    while True:
        family = rng.choices(families, weights)[0]
        lang: Language = "zh" if rng.random() < CHINESE_SHARE else "en"
        draw = Draw(rng, world, speech, surfaces[lang], lang)
        if (task := _drawn(family, draw)) is not None:
            yield task


def _drawn(family: Family, draw: Draw) -> Task | None:
    """A task of the family: it gets some attempts, so that families that fail often keep their share."""
    for _ in range(ATTEMPTS):
        try:
            return family(draw)
        except NotDrawnError:
            continue
    return None
