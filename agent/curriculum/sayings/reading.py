"""Sayings as they are written: lines with holes, what fills each hole, and the plan."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from agent.types import Language

FOLDER = Path(__file__).parent
HOLE = re.compile(r"\{([a-z])\}")
PERIODS = frozenset("pqrst")
_ENTITY = re.compile(r"([a-z_]+)(?:\.([a-z0-9_]+))?")
_CLASS = re.compile(r"class ([a-z_]+)")
_VALUE = re.compile(r"value ([a-z_]+)\.([a-z0-9_]+)")
_NUMBER = re.compile(r"([\d.]+?)\.\.([\d.]+)(?: (.+))?")
_YEARS = re.compile(r"(FY)?(\d{4})(?:Q([1-4]))?\.\.(FY)?(\d{4})(?:Q([1-4]))?")
_KEYS = ("plan", "lines")


class SayingError(ValueError):
    """A saying that cannot be read."""


@dataclass(frozen=True, slots=True)
class EntityHole:
    """A thing of a type; of a field it must carry, where one is named."""

    type: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class ClassHole:
    """A class of things of a type."""

    type: str


@dataclass(frozen=True, slots=True)
class ValueHole:
    """One of the values that a field has for things of a type."""

    type: str
    field: str


@dataclass(frozen=True, slots=True)
class NumberHole:
    """A round number between two, with a unit or none."""

    least: Decimal
    most: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class PeriodHole:
    """One of the periods, in order."""

    periods: tuple[str, ...]


Hole = EntityHole | ClassHole | ValueHole | NumberHole | PeriodHole


@dataclass(frozen=True, slots=True)
class Saying:
    """Lines that ask for the same in many ways, what fills their holes, and the rows of the plan."""

    lang: Language
    holes: Mapping[str, Hole]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[str, ...]

    @property
    def is_answerable(self) -> bool:
        """Whether the plan asks for anything at all."""
        return self.rows != (("finish",),)


def sayings(lang: Language) -> Iterator[Saying]:
    """Every saying of a language; SayingError names the file and the line that cannot be read."""
    for path in sorted((FOLDER / lang).glob("*.toml")):
        yield from read_sayings(path, lang)


def read_sayings(path: Path, lang: Language) -> Iterator[Saying]:
    """The sayings of a file."""
    try:
        entries = tomllib.loads(path.read_text("utf-8"))["said"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise SayingError(f"{path.name}: {error}") from None
    if not isinstance(entries, list):
        raise SayingError(f"{path.name}: said is {entries!r}, not [[said]] entries")
    for entry in entries:
        try:
            yield _saying(entry, lang)
        except (SayingError, KeyError) as error:
            raise SayingError(f"{path.name}: {entry.get('plan')!r}: {error}") from None


def _saying(entry: Mapping[str, Any], lang: Language) -> Saying:
    holes = {name: _hole(name, said) for name, said in entry.items() if name not in _KEYS}
    rows = tuple(tuple(shlex.split(row)) for row in entry["plan"].split(";"))
    lines = tuple(entry["lines"])
    used = set(HOLE.findall(entry["plan"]))
    if undeclared := used - holes.keys():
        raise SayingError(f"nothing says what fills {{{min(undeclared)}}}")
    for line in lines:
        said = set(HOLE.findall(line))
        if said - holes.keys() or used - said:
            raise SayingError(f"{line!r} has holes {sorted(said)}, the plan {sorted(used)}")
    return Saying(lang, holes, rows, lines)


def _hole(name: str, said: str) -> Hole:
    if name in PERIODS:
        return PeriodHole(tuple(_periods(said)))
    if found := _NUMBER.fullmatch(said):
        return NumberHole(Decimal(found[1]), Decimal(found[2]), found[3] or "")
    if found := _CLASS.fullmatch(said):
        return ClassHole(found[1])
    if found := _VALUE.fullmatch(said):
        return ValueHole(found[1], found[2])
    if found := _ENTITY.fullmatch(said):
        return EntityHole(found[1], found[2] or "")
    raise SayingError(f"{name} = {said!r} is no type, class, value, number or period")


def _periods(said: str) -> Iterator[str]:
    """Every period from one to another: `2015..2024`, `FY2019..FY2025`, `2022Q1..2025Q4`."""
    found = _YEARS.fullmatch(said)
    if found is None:
        raise SayingError(f"{said!r} is no range of periods, as 2015..2024 is")
    for year in range(int(found[2]), int(found[5]) + 1):
        if not found[3]:
            yield f"{found[1] or ''}{year}"
            continue
        first = int(found[3]) if year == int(found[2]) else 1
        last = int(found[6] or 4) if year == int(found[5]) else 4
        yield from (f"{year}Q{n}" for n in range(first, last + 1))
