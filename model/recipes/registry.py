"""Ways of filling that need more than one fill, by name: `explore:forks=4`, `prompted:ratio=0.5`, `guided:top=1`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from model.engine import Engine
from model.recipes.diverse import Diverse
from model.recipes.explore import Explore
from model.recipes.guided import Guided
from model.recipes.prompted import Prompted
from model.recipes.proofread import Proofread
from model.recipes.speculate import Speculate
from model.recipes.verify import Verify
from model.spec import RuleError, build, named, parts_of

RECIPES: Mapping[str, Callable[..., Any]] = {
    "explore": Explore,
    "prompted": Prompted,
    "diverse": Diverse,
    "verify": Verify,
    "proofread": Proofread,
}

PAIRED: Mapping[str, Callable[..., Any]] = {
    "guided": Guided,
    "speculate": Speculate,
}
"""Those that take a second, autoregressive model of the same vocabulary."""


def recipe(written: str, engine: Engine, second: Engine | None = None) -> Any:
    """The recipe of that name, over an engine, or two where one writes and the other reads."""
    first, *more = parts_of(written)
    if more:
        raise RuleError(f"recipes stand alone; {written!r} names {1 + len(more)}")
    name = named("recipe", first.name, [*RECIPES, *PAIRED])
    if name in RECIPES:
        return build(RECIPES[name], first, inner=(engine,))
    if second is None:
        raise RuleError(f"recipe {name!r} needs a second, autoregressive model; give one")
    return build(PAIRED[name], first, inner=(engine, second))
