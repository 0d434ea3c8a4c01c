"""Ways of filling that need more than one fill, by name: `explore:forks=4`, `prompted:ratio=0.5`, `diverse`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from model.engine import Engine
from model.recipes.diverse import Diverse
from model.recipes.explore import Explore
from model.recipes.prompted import Prompted
from model.spec import RuleError, build, named, parts_of

RECIPES: Mapping[str, Callable[..., Any]] = {
    "explore": Explore,
    "prompted": Prompted,
    "diverse": Diverse,
}


def recipe(written: str, engine: Engine) -> Any:
    """The recipe of that name, over an engine."""
    first, *more = parts_of(written)
    if more:
        raise RuleError(f"recipes stand alone; {written!r} names {1 + len(more)}")
    return build(RECIPES[named("recipe", first.name, RECIPES)], first, inner=(engine,))
