"""Countries by ISO 3166-1 alpha-3 code, with the names that the bundled facts know in English and Chinese."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from tools.facts.names import fold
from tools.sources.answers import nothing
from tools.sources.bundled import entity, names
from tools.sources.matching import Option
from tools.types import Entity, Reason

ALL = "all"
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


def codes_in(text: str, code: Callable[[str], str]) -> list[str]:
    """The codes of the countries that a text names, one or several (`;`); none stands for `all` of them."""
    if text.strip().lower() == ALL:
        return []
    codes = [code(part) for part in text.split(";") if part.strip()]
    if not codes:
        raise nothing(Reason.UNKNOWN_ENTITY, f"{text!r} names no country; say {ALL!r} for all")
    return codes


def named(text: str) -> Entity | None:
    """The one country of exactly that name, an article aside."""
    wanted = fold(text).removeprefix("the ")
    keys = _by_name().get(wanted, frozenset())
    return entity(next(iter(keys)), _KIND) if len(keys) == 1 else None


@cache
def _by_name() -> Mapping[str, frozenset[str]]:
    index: dict[str, frozenset[str]] = {}
    for key, known in names(_KIND).items():
        for name in known:
            index[fold(name)] = index.get(fold(name), frozenset()) | {key}
    return index


def entity_of(code: str, name: str, scheme: str) -> Entity:
    """The facts' own entity of a code; the source's where they have none."""
    own = Entity(f"{scheme}:{code or name}", name, _KIND)
    return entity(f"{_PREFIX}{code}", _KIND) or own
