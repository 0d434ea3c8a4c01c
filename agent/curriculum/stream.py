"""An endless stream of tasks from one split of the facts, seeded; for training with sayings between."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import suppress

from agent.curriculum.families import FAMILIES, Draw, Family, NotDrawnError
from agent.curriculum.noise import Surface
from agent.curriculum.sayings.drawing import Sayings
from agent.curriculum.speech import Speech
from agent.curriculum.tasks import Task
from agent.curriculum.world import World
from agent.types import Language

CHINESE_SHARE = 0.38
ATTEMPTS = 30
SAID_SHARE = 0.5


def tasks(
    world: World, speech: Speech, seed: int, only: frozenset[str] = frozenset()
) -> Iterator[Task]:
    """Tasks of the families without end, of some only where `only` names them; a seed repeats its tasks."""
    rng = random.Random(seed)
    drawn = [(f, w) for f, w in FAMILIES if not only or f.__name__ in only]
    families, weights = zip(*drawn, strict=True)
    surfaces: Mapping[Language, Surface] = {
        lang: Surface(book) for lang, book in speech.books.items()
    }
    while True:
        family = rng.choices(families, weights)[0]
        lang = _language(rng)
        draw = Draw(rng, world, speech, surfaces[lang], lang)
        if (task := _drawn(family, draw)) is not None:
            yield task


def with_sayings(stream: Iterator[Task], sayings: Sayings, seed: int) -> Iterator[Task]:
    """The stream with whole questions in free speech between, SAID_SHARE of all tasks."""
    rng = random.Random(f"{seed} said")
    for task in stream:
        while rng.random() < SAID_SHARE:
            with suppress(NotDrawnError):
                yield sayings.task(rng, _language(rng))
        yield task


def _language(rng: random.Random) -> Language:
    return "zh" if rng.random() < CHINESE_SHARE else "en"


def _drawn(family: Family, draw: Draw) -> Task | None:
    """A task of the family: it gets some attempts, so that families that fail often keep their share."""
    for _ in range(ATTEMPTS):
        try:
            return family(draw)
        except NotDrawnError:
            continue
    return None
