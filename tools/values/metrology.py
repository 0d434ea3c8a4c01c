"""What the units are: their spellings (`units.toml`), and what one of each is worth, as the pint library knows it.

Guarantees: definitions are exact fractions; pint sees only names from our own file, never a user's text, and is
loaded when something is first converted. Does not guarantee: anything about a unit that the file does not list.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pint import UnitRegistry

_FILE = Path(__file__).with_name("units.toml")
_OWN = (
    "acre_international = 43560 * foot ** 2",  # pint's own acre is of the survey foot, retired in 2023
    "chinese_acre = 2000 / 3 * meter ** 2",
    "chinese_pound = 0.5 * kilogram",
)
_LOCK = Lock()


@dataclass(frozen=True, slots=True)
class Definition:
    """`number` of a unit is `offset + factor × number` in base units; `dimension` counts those."""

    factor: Fraction
    dimension: tuple[tuple[str, int], ...]
    offset: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class UnitName:
    """A unit by its name among the facts, what it measures, and what pint calls it (if it knows it)."""

    id: str
    kind: str
    pint: str


def _read() -> tuple[Mapping[str, UnitName], Mapping[str, str]]:
    units: dict[str, UnitName] = {}
    spellings: dict[str, str] = {}
    for kind, entries in tomllib.loads(_FILE.read_text("utf-8")).items():
        for name, entry in entries.items():
            units[name] = UnitName(name, kind, entry.get("pint", ""))
            names = [name, *entry["names"]]
            spellings |= {each.lower() if len(each) > 1 else each: name for each in names}
    return units, spellings


UNITS, SPELLED = _read()


def spelled(text: str) -> str | None:
    """The unit that a text names; single letters are told apart by their case."""
    return SPELLED.get(text if len(text) == 1 else text.lower())


@cache
def definition(name: str) -> Definition | None:
    """What one of a unit of the file is worth; None where pint has nothing to say of it."""
    unit = UNITS.get(name)
    if unit is None or not unit.pint:
        return None
    with _LOCK:
        registry = _registry()
        zero, one = (
            registry.Quantity(Fraction(n), registry.Unit(unit.pint)).to_base_units() for n in (0, 1)
        )
        offset = Fraction(zero.magnitude)
        counted = sorted((str(base), int(str(power))) for base, power in one.dimensionality.items())
        return Definition(Fraction(one.magnitude) - offset, tuple(counted), offset)


@cache
def _registry() -> UnitRegistry[Fraction]:
    from pint import UnitRegistry

    registry: UnitRegistry[Fraction] = UnitRegistry(non_int_type=Fraction, cache_folder=None)
    for line in _OWN:
        registry.define(line)
    return registry
