"""Build a runner from settings; linker, toolbox and models are made once in a process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from agent.bench import Bench
from agent.errors import SettingsError
from agent.judge import Task
from agent.kit import Kit
from agent.link import Linker
from agent.plain.planner import PlainPlanner
from agent.plan import CANVAS_WORDS
from agent.runner import Runner
from agent.scores import Judged
from agent.settings import Settings
from agent.types import Arm
from agent.worlds import Worlds
from model.types import LanguageModel
from tools.delayed import DelayedTools
from tools.facts.store import FactStore
from tools.planted import PlantedToolbox
from tools.toolbox import Toolbox
from tools.types import Tools

if TYPE_CHECKING:
    from tools.world import World

_KEPT = 4


def runner(settings: Settings) -> Runner:
    """A runner of these settings; whoever asks for it closes it."""
    return Runner(settings, kit(settings))


@lru_cache(_KEPT)
def kit(settings: Settings) -> Kit:
    """What the runs of these settings share."""
    store = facts(settings.cache_dir)
    left_to_right = partial(load, settings.ar_model or settings.model, "ar")
    loaders: dict[Arm, Callable[[], LanguageModel]] = {
        "diffusion": partial(load, settings.model, "diffusion", settings.decode.proofreads),
        "ar-plan": left_to_right,
        "ar-react": left_to_right,
    }
    worlds = Worlds(settings, open_world)
    links = linker(settings.cache_dir)
    return Kit(links, Toolbox(store), store, loaders, worlds.of(None), worlds)


def open_world(settings: Settings) -> World | None:
    """The world beyond the bundled facts, if these settings want one; its libraries are imported only then."""
    options = settings.world_options
    if options.is_bundled_only:
        return None
    if options.documents is not None and not options.documents.is_dir():
        raise SettingsError(
            f"documents = {str(options.documents)!r} is no folder; name one with --documents"
        )
    from tools.world import World

    return World(facts(settings.cache_dir), options)


@lru_cache(_KEPT)
def facts(cache_dir: Path) -> FactStore:
    """The fact store, built on first use."""
    return FactStore.open(cache_dir)


@lru_cache(_KEPT)
def linker(cache_dir: Path) -> Linker:
    """The linker over that store."""
    return Linker(facts(cache_dir))


def load(name: str, weights: str = "diffusion", proofreads: bool = False) -> LanguageModel:
    """The planner of an arm by name or folder; the runtime is imported only here, and only now.

    The embedded planner has weights for each arm. Any other checkpoint has one set for all of them, and one
    that can only write from left to right is refused to the arm that drafts a whole plan at once. The embedded
    planner `proofreads` if asked to: it has learned to read as well as to denoise.
    """
    from model.checkpoints.survey import look
    from model.families.conventions import Visibility

    found = look(name)
    if found.family.name == "planner":
        return _loaded(name, weights, proofreads)
    if weights == "diffusion" and found.conventions().visibility is Visibility.CAUSAL:
        raise SettingsError(
            f"model = {name!r} is autoregressive ({found.family.name}) and cannot draft a plan at once; give "
            "it as --ar-model, or choose --arm ar-plan"
        )
    return _loaded(name, "diffusion", False)


@lru_cache(_KEPT)
def _loaded(name: str, weights: str, proofreads: bool) -> LanguageModel:
    """A model that fills canvases of words: itself where each word is a token of its own, else in plain text."""
    from model.engine import Engine
    from model.loading import load_model
    from model.recipes.proofread import Proofread
    from model.spelling import spelling_of

    lm = load_model(name, weights)
    speech = spelling_of(lm, name)
    if not speech.has_words(CANVAS_WORDS):
        return PlainPlanner(lm, speech)
    return Proofread(lm) if proofreads and isinstance(lm, Engine) else lm


def bench(
    settings: Settings,
    arms: Sequence[Arm],
    out: Path | None = None,
    tell: Callable[[Judged], None] = lambda _: None,
    latency: float = 0.0,
) -> Bench:
    """A comparison of arms; its runs are not watched, so their canvases are not written down."""
    quiet = settings.model_copy(update={"shows_canvas": False})
    world = partial(world_of, facts(settings.cache_dir), latency)
    return Bench(runner(quiet), tuple(arms), world, out, tell, latency)


def world_of(store: FactStore, latency: float, task: Task) -> Tools | None:
    """The tools of a task some of whose facts are hidden, or that answer late; else None."""
    gaps = [(plant.entity, plant.field) for plant in task.plant]
    tools = PlantedToolbox(store, gaps) if gaps else None
    return DelayedTools(tools or Toolbox(store), latency) if latency else tools
