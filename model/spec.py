"""Rules by their written names: `threshold`, `dcd:max_masks=4,max_cells=64`, `top-k+eos-cut`.

    written = rule ("+" rule)*        rule = name [":" key "=" value ("," key "=" value)*]

A rule's options are the parameters of its constructor: their names, kinds, limits and defaults are said
there and nowhere else. Guarantees: an unknown name or key and a value out of its limits are refused in one
line that names what was given and what may be.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from model.errors import ModelError

Made = TypeVar("Made")
NOTHING: Mapping[str, Any] = MappingProxyType({})


class RuleError(ModelError):
    """A rule that does not exist, an option that it does not have, or rules that do not go together."""


@dataclass(frozen=True, slots=True)
class Within:
    """The limits of a number, both included."""

    low: float
    high: float = math.inf

    def __str__(self) -> str:
        return (
            f"at least {self.low:g}" if self.high == math.inf else f"{self.low:g} to {self.high:g}"
        )


Share = Annotated[float, Within(0, 1)]
Amount = Annotated[float, Within(0)]
Count = Annotated[int, Within(1)]


@dataclass(frozen=True, slots=True)
class Part:
    """One rule as it is written: its name, and its options as text."""

    name: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Option:
    """What an option takes. `choices` are empty for numbers and paths."""

    name: str
    kind: type
    default: object
    limits: Within | None = None
    choices: tuple[str, ...] = ()

    @property
    def takes(self) -> str:
        """Its values in words."""
        if self.choices:
            return " or ".join(self.choices)
        kind = {int: "a whole number", float: "a number", Path: "a path"}[self.kind]
        return f"{kind}, {self.limits}" if self.limits else kind

    def read(self, text: str, where: str) -> object:
        """The value that a text stands for."""
        try:
            value = _value(self, text)
        except ValueError:
            raise RuleError(f"{where}: {self.name} is {text!r}; it takes {self.takes}") from None
        return value


@lru_cache(64)  # every fill names its rules anew
def parts_of(written: str) -> tuple[Part, ...]:
    """The rules of a written name, from the first on."""
    return tuple(_part(text.strip(), written) for text in written.split("+"))


@lru_cache(64)  # reading a constructor takes longer than a denoise step's share of a small model
def options_of(make: Callable[..., object]) -> Mapping[str, Option]:
    """The options of a rule, by name, in the order of its constructor."""
    return {option.name: option for option in _options(make)}


def build(
    make: Callable[..., Made],
    part: Part,
    given: Mapping[str, Any] = NOTHING,
    inner: tuple[object, ...] = (),
) -> Made:
    """A rule with the options written, those `given` by the fill where it has them, and its defaults.

    `inner` are the rules that it wraps, which stand first in its constructor.
    """
    known = options_of(make)
    for name in part.options:
        if name not in known:
            raise RuleError(_no_option(part.name, name, known))
    values = {name: value for name, value in given.items() if name in known and value is not None}
    values |= {name: known[name].read(text, part.name) for name, text in part.options.items()}
    return make(*inner, **values)


def named(kind: str, name: str, table: Iterable[str]) -> str:
    """The name, if the table has it."""
    names = list(table)
    if name not in names:
        raise RuleError(f"no {kind} {name!r}; choose one of {', '.join(names)}")
    return name


def _part(text: str, written: str) -> Part:
    name, colon, rest = text.partition(":")
    pairs = [pair.partition("=") for pair in rest.split(",")] if colon else []
    options = {key.strip(): value.strip() for key, _, value in pairs}
    if not name or not all(
        key.strip() and equals and value.strip() for key, equals, value in pairs
    ):
        raise RuleError(f"rule {written!r} cannot be read; write name:key=value,key=value")
    if len(options) < len(pairs):
        raise RuleError(f"rule {written!r} gives an option twice; give each once")
    return Part(name.strip(), options)


def _options(make: Callable[..., object]) -> Iterator[Option]:
    hints = get_type_hints(_constructor(make), include_extras=True)
    for name, parameter in inspect.signature(make).parameters.items():
        if parameter.default is parameter.empty:
            continue
        hint, extras = hints[name], list[object]()
        if get_origin(hint) is Annotated:
            hint, *extras = get_args(hint)
        choices = get_args(hint) if get_origin(hint) is Literal else ()
        kind = bool if hint is bool else str if choices else hint
        limits = next((extra for extra in extras if isinstance(extra, Within)), None)
        yield Option(
            name, kind, parameter.default, limits, ("yes", "no") if kind is bool else choices
        )


def _constructor(make: Callable[..., object]) -> Callable[..., object]:
    return make.__init__ if isinstance(make, type) else make  # type: ignore[misc]


def _value(option: Option, text: str) -> object:
    if option.choices:
        at = option.choices.index(text)
        return at == 0 if option.kind is bool else text
    value = option.kind(text)
    if option.limits and not option.limits.low <= value <= option.limits.high:
        raise ValueError(text)
    return value


def _no_option(rule: str, name: str, known: Mapping[str, Option]) -> str:
    has = ", ".join(f"{option.name} ({option.takes})" for option in known.values())
    return f"rule {rule!r} has no option {name!r}; it has {has or 'none'}"
