"""How people speak, read from `language/<lang>/*.toml`: phrases per field and role, and frames of sentences.

A file with `types` at its top holds phrases of fields, for entities of those types; any other file holds
frames. What may stand where is told in `language/README.md` and checked by `agent.curriculum.proofread`. A file of
fields with `is_seldom = true` tells of what people ask now and then only.
"""

from __future__ import annotations

import random
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from agent.curriculum.grammar import Phrase
from agent.types import Language

LANGUAGE = Path(__file__).with_name("language")
FieldKey = tuple[str, str]


class Phrasebook:
    """The phrases of one language; every choice comes from the caller's `random.Random`."""

    def __init__(self, lang: Language, folder: Path = LANGUAGE) -> None:
        self.lang = lang
        self.fields: dict[FieldKey, dict[str, list[Phrase]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self.frames: dict[str, list[Phrase]] = defaultdict(list)
        self._seldom: set[FieldKey] = set()
        for path in sorted((folder / lang).glob("*.toml")):
            table = tomllib.loads(path.read_text("utf-8"))
            types, is_seldom = table.pop("types", None), table.pop("is_seldom", False)
            if types is None:
                self._add_frames(table)
            else:
                self._add_fields(table, types)
                self._seldom |= {(f, t) for f in table for t in types if is_seldom}
        self._fitting: dict[tuple[int, frozenset[str]], list[Phrase]] = {}

    def _add_frames(self, table: Mapping[str, Any], above: str = "") -> None:
        for key, value in table.items():
            name = f"{above}{key}"
            if isinstance(value, Mapping):
                self._add_frames(value, f"{name}.")
            else:
                self.frames[name] += [Phrase(text) for text in value]

    def _add_fields(self, table: Mapping[str, Any], types: Iterable[str]) -> None:
        for field_id, roles in table.items():
            for type_ in types:
                self._add_roles(self.fields[field_id, type_], roles)
                self._add_roles(self.fields[field_id, type_], roles.get(type_, {}))

    def _add_roles(self, held: dict[str, list[Phrase]], roles: Mapping[str, Any]) -> None:
        for role, texts in roles.items():
            if not isinstance(texts, Mapping):
                held[role] += _phrases(tuple(texts))

    def has(self, field_id: str, type_: str, role: str) -> bool:
        """Whether a field of things of a type can be said in a role."""
        return bool(self.fields.get((field_id, type_), {}).get(role))

    def is_seldom(self, field_id: str, type_: str) -> bool:
        """Whether a field of things of a type is asked for now and then only."""
        return (field_id, type_) in self._seldom

    def n_lines(self, field_id: str, type_: str, role: str) -> int:
        """How many lines a role has."""
        return len(self.fields.get((field_id, type_), {}).get(role, ()))

    def field(
        self, rng: random.Random, field_id: str, type_: str, role: str, **slots: str
    ) -> str | None:
        """A phrase of a field that says these slots; None where there is none."""
        phrases = self.fields.get((field_id, type_), {}).get(role)
        return self._say(rng, phrases, slots) if phrases else None

    def frame(self, rng: random.Random, name: str, **slots: str) -> str | None:
        """A sentence of a frame that says these slots; None where there is none."""
        phrases = self.frames.get(name)
        return self._say(rng, phrases, slots) if phrases else None

    def _say(
        self, rng: random.Random, phrases: list[Phrase], slots: Mapping[str, str]
    ) -> str | None:
        key = id(phrases), frozenset(slots)
        fitting = self._fitting.get(key)
        if fitting is None:
            fitting = self._fitting[key] = [p for p in phrases if p.fits(slots.keys())]
        return rng.choice(fitting).say(rng, slots) if fitting else None


@cache
def _phrases(texts: tuple[str, ...]) -> tuple[Phrase, ...]:
    return tuple(Phrase(text) for text in texts)
