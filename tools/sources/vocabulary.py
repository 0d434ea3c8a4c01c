"""What a source calls our fields, and which field people's words mean there; read from `native.toml`.

Guarantees: an id, a label, a synonym in English or Chinese or the source's own name leads to one field, or the
question ends with the nearest names.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from tools.facts.fields import sections
from tools.facts.names import fold
from tools.sources.answers import nothing
from tools.types import FieldRef, Reason

NATIVE_FILE = Path(__file__).with_name("native.toml")
_MAX_OFFERS = 5
_NEAR_ENOUGH = 0.6


@dataclass(frozen=True, slots=True)
class Native:
    """A field as a source has it: its native names, best first, and the power of ten from its numbers to ours.

    `unit` is that of our numbers; `bare_unit` is what the source means where it writes none, empty unless we know.
    """

    id: str
    label: str
    names: tuple[str, ...]
    unit: str = ""
    bare_unit: str = ""
    scale: int = 0

    @property
    def name(self) -> str:
        """The native name tried first."""
        return self.names[0]


class Vocabulary:
    """The fields of one source; `pattern` is what its own names look like, and those are taken as they stand."""

    def __init__(self, scheme: str, pattern: str = "") -> None:
        self._fields = _fields(scheme)
        self._levels = _names(scheme)
        self._pattern = re.compile(pattern) if pattern else None
        self._scheme = scheme

    @property
    def fields(self) -> tuple[FieldRef, ...]:
        """Every field, in the file's order."""
        return tuple(FieldRef(native.id, native.label) for native in self._fields.values())

    def meant(self, name: str) -> Native:
        """The field that a name means; ends the question where it means none, or several."""
        stated = name.strip()
        asked = fold(stated.replace("_", " "))
        for ids in ((stated,) if stated in self._fields else (), *self._by_words(asked)):
            if len(ids) > 1:
                detail = f"{stated!r} may mean {', '.join(ids)}; name one of them"
                raise nothing(Reason.AMBIGUOUS, detail, ids)
            if ids:
                return self._fields[ids[0]]
        if self._pattern and self._pattern.fullmatch(stated):
            return Native(stated, stated, (stated,))
        near = self.near(stated)
        offered = f"; nearest: {', '.join(near)}" if near else ""
        detail = f"{stated!r} is no field of {self._scheme}{offered}"
        raise nothing(Reason.UNKNOWN_FIELD, detail, near)

    def near(self, name: str) -> tuple[str, ...]:
        """The fields whose names are most like this one."""
        return self._near(fold(name.replace("_", " ").replace("/", " ")))

    def _by_words(self, asked: str) -> Iterator[tuple[str, ...]]:
        return (level.get(asked, ()) for level in self._levels)

    def _near(self, asked: str) -> tuple[str, ...]:
        named = {name: ids for level in self._levels for name, ids in level.items()}
        alike = get_close_matches(asked, named, n=_MAX_OFFERS, cutoff=_NEAR_ENOUGH)
        within = [name for name in named if f" {asked} " in f" {name} "]
        ids = (field_id for name in (*alike, *within) for field_id in named[name])
        return tuple(dict.fromkeys(ids))[:_MAX_OFFERS]


@cache
def _file() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(NATIVE_FILE.read_text(encoding="utf-8"))


@cache
def _fields(scheme: str) -> Mapping[str, Native]:
    return {key: _native(key, entry) for key, entry in _file()[scheme].items()}


def _native(key: str, entry: str | list[str] | dict[str, Any]) -> Native:
    stated: dict[str, Any] = entry if isinstance(entry, dict) else {"native": entry}
    names, ours = stated["native"], sections().get(key, {})
    return Native(
        id=key,
        label=ours.get("en", key.replace("_", " ")),
        names=(names,) if isinstance(names, str) else tuple(names),
        unit=stated.get("unit", ours.get("unit", "")),
        bare_unit=stated.get("unit", ""),
        scale=stated.get("scale", 0),
    )


@cache
def _names(scheme: str) -> tuple[Mapping[str, tuple[str, ...]], ...]:
    """Folded names to ids: ids and labels, then synonyms."""
    labels: dict[str, tuple[str, ...]] = {}
    synonyms: dict[str, tuple[str, ...]] = {}
    for key, entry in _file()[scheme].items():
        ours = sections().get(key, {})
        also = entry.get("also", "") if isinstance(entry, dict) else ""
        _enter(labels, key, (key.replace("_", " "), ours.get("en", ""), ours.get("zh", "")))
        words = "|".join((also, ours.get("also_en", ""), ours.get("also_zh", "")))
        _enter(synonyms, key, words.split("|"))
    return labels, synonyms


def _enter(index: dict[str, tuple[str, ...]], key: str, names: Iterable[str]) -> None:
    for name in dict.fromkeys(fold(name) for name in names if name):
        index[name] = (*index.get(name, ()), key)
