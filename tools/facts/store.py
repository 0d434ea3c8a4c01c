"""The fact store's interface."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.types import Entity, EntityClass, Fact


@dataclass(frozen=True, slots=True)
class Field:
    """One field of `fields.toml`; `kind` is number, text, date, year or `entity:TYPE`."""

    id: str
    types: frozenset[str]
    kind: str
    en: str
    zh: str
    also_en: tuple[str, ...]
    also_zh: tuple[str, ...]
    near: str | None
    unit: str


class FactStore:
    """Read-only view of the facts."""

    @classmethod
    def open(cls, folder: Path | None = None) -> FactStore:
        """Open the store in `folder` (default: the user's cache folder), building it if need be."""
        raise RuntimeError

    def entity(self, entity_id: str) -> Entity | None: ...
    def members(self, entity_class: EntityClass) -> tuple[Entity, ...]: ...
    def classes(self) -> tuple[EntityClass, ...]: ...
    def fields(self) -> tuple[Field, ...]: ...
    def field(self, field_id: str) -> Field | None: ...
    def facts(self, entity_id: str, field_id: str, period: str | None = None) -> tuple[Fact, ...]: ...
    def facts_of(self, entity_ids: Iterable[str], field_id: str, period: str | None = None) -> dict[str, tuple[Fact, ...]]: ...
    def find(self, text: str, limit: int = 10) -> tuple[tuple[Entity, float], ...]: ...
    def aliases(self) -> Iterator[tuple[str, str, str, float]]:
        """Every (alias as written, entity id, lang, weight); weight ranks entities that share an alias."""
        ...
    def class_aliases(self) -> Iterator[tuple[str, str, str]]:
        """Every (phrase, class id, lang): "physics laureates", "诺贝尔物理学奖得主"."""
        ...
    def values(self, field_id: str) -> tuple[str, ...]:
        """The distinct values of a text field with few of them (categories, genders, continents)."""
        ...
