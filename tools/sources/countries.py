"""Countries by ISO 3166-1 alpha-3 code, with the names that the bundled facts know in English and Chinese."""

from __future__ import annotations

from functools import cache

from tools.sources.bundled import entity, names
from tools.sources.matching import Option
from tools.types import Entity

_KIND = "country"
_PREFIX = "country/"


@cache
def countries() -> tuple[Option, ...]:
    """Every country and territory; the id is the code."""
    return tuple(Option(key.removeprefix(_PREFIX), known) for key, known in names(_KIND).items())


def code_of(text: str) -> str:
    """The code that a text is (`NOR`, `nor` or `country/NOR`); empty where it is none that is known."""
    code = text.strip().removeprefix(_PREFIX).upper()
    return code if f"{_PREFIX}{code}" in names(_KIND) else ""


def entity_of(code: str, name: str, scheme: str) -> Entity:
    """The facts' own entity of a code; the source's where they have none."""
    own = Entity(f"{scheme}:{code or name}", name, _KIND)
    return entity(f"{_PREFIX}{code}", _KIND) or own
