"""The fact store: entities, classes, fields and facts of the embedded table, read-only.

Guarantees: facts of one key come newest first, the most trusted source first within a period; any thread may read.
Does not guarantee: that a fact is true, only that its source says so.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from rapidfuzz import fuzz

from tools.facts.classes import load_class_phrases, load_classes
from tools.facts.database import connect, ensure
from tools.facts.errors import FactsUnavailable
from tools.facts.fields import Field, load_fields
from tools.facts.names import fold
from tools.facts.periods import same_year
from tools.types import Entity, EntityClass, Fact

__all__ = ["FactStore", "FactsUnavailable", "Field"]

_BY_ID = "SELECT id, entity_id, field, value, number, unit, period, source, value_id FROM facts WHERE id = ?"
_BY_KEY = (
    "SELECT id, entity_id, field, value, number, unit, period, source, value_id FROM facts"
    " WHERE entity_id = ? AND field = ? ORDER BY id"
)
_BY_FIELD = (
    "SELECT id, entity_id, field, value, number, unit, period, source, value_id FROM facts"
    " WHERE field = ? ORDER BY id"
)
_Row = tuple[int, str, str, str, str, str, str, str, str]
CANDIDATES = 200
FEW_VALUES = 200
SIMILAR_AT_LEAST = 0.45


class FactStore:
    """Read-only view of the facts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._facts: dict[tuple[str, str], tuple[Fact, ...]] = {}
        self._indexes: dict[str, dict[str, tuple[Fact, ...]]] = {}
        self._classes: dict[EntityClass, tuple[Entity, ...]] = {}

    @classmethod
    def open(cls, folder: Path | None = None) -> FactStore:
        """Open the store in `folder` (default: the user's cache folder), building it if need be."""
        return cls(ensure(folder))

    def entity(self, entity_id: str) -> Entity | None:
        """The entity of this id."""
        return self._entities.get(entity_id)

    def entities(self) -> tuple[Entity, ...]:
        """Every entity, by id."""
        return tuple(self._entities.values())

    def weight(self, entity_id: str) -> float:
        """How likely the entity is meant where others share its name."""
        return self._weights.get(entity_id, 0.0)

    def members(self, entity_class: EntityClass) -> tuple[Entity, ...]:
        """The entities of a class, by id; territories are no countries, Pluto is no planet."""
        found = self._classes.get(entity_class)
        if found is None:
            found = self._classes[entity_class] = self._read_class(entity_class)
        return found

    def _read_class(self, entity_class: EntityClass) -> tuple[Entity, ...]:
        if entity_class.id == "territory":
            return tuple(e for e in self._of_type("country") if e.id not in self._members)
        if entity_class.id == "city:capital":
            ids = {fact.value_id for facts in self.index("capital").values() for fact in facts}
            return tuple(e for e in self._of_type("city") if e.id in ids)
        of_type = [e for e in self._of_type(entity_class.type) if e.id in self._members]
        if entity_class.field is None:
            return tuple(of_type)
        held = self.index(entity_class.field)
        return tuple(
            e for e in of_type if any(f.value == entity_class.value for f in held.get(e.id, ()))
        )

    def classes(self) -> tuple[EntityClass, ...]:
        """Every class the phrases name."""
        return load_classes()

    def fields(self) -> tuple[Field, ...]:
        """Every field of `fields.toml`, with the unit most of its facts carry."""
        return self._fields

    def field(self, field_id: str) -> Field | None:
        """The field of this id."""
        return self._fields_by_id.get(field_id)

    def facts(self, entity_id: str, field_id: str, period: str | None = None) -> tuple[Fact, ...]:
        """The entity's facts of a field; a period's own facts, `2024` and `FY2024` standing in for each other."""
        key = (entity_id, field_id)
        found = self._facts.get(key)
        if found is None:
            found = (
                self._indexes[field_id].get(entity_id, ())
                if field_id in self._indexes
                else self._read(entity_id, field_id)
            )
            self._facts[key] = found
        return _of_period(found, period) if period else found

    def facts_of(
        self, entity_ids: Iterable[str], field_id: str, period: str | None = None
    ) -> dict[str, tuple[Fact, ...]]:
        """The facts of each entity that has any."""
        held = self.index(field_id)
        found = (
            (entity_id, _of_period(held.get(entity_id, ()), period)) for entity_id in entity_ids
        )
        return {entity_id: facts for entity_id, facts in found if facts}

    def index(self, field_id: str) -> dict[str, tuple[Fact, ...]]:
        """Every entity's facts of a field; shared, so not to be changed."""
        index = self._indexes.get(field_id)
        if index is None:
            index = self._indexes[field_id] = self._read_field(field_id)
        return index

    def fact(self, fact_id: int) -> Fact | None:
        """The fact of this id."""
        rows = self._rows(_BY_ID, (fact_id,))
        return self._fact(rows[0]) if rows else None

    def find(self, text: str, limit: int = 10) -> tuple[tuple[Entity, float], ...]:
        """The entities whose names come closest to `text`, with a similarity up to 1."""
        wanted = fold(text)
        best: dict[str, float] = {}
        for name, entity_id in self._candidates(wanted):
            best[entity_id] = max(best.get(entity_id, 0.0), _similarity(wanted, name))
        ranked = sorted(
            best, key=lambda entity_id: (-best[entity_id], -self.weight(entity_id), entity_id)
        )
        return tuple(
            (self._entities[i], round(best[i], 4))
            for i in ranked[:limit]
            if best[i] >= SIMILAR_AT_LEAST
        )

    def aliases(self) -> Iterator[tuple[str, str, str, float]]:
        """Every (alias as written, entity id, lang, weight); weight ranks entities that share an alias."""
        for alias, entity_id, lang in self._rows(
            "SELECT alias, entity_id, lang FROM aliases ORDER BY rowid"
        ):
            yield alias, entity_id, lang, self._weights[entity_id]

    def class_aliases(self) -> Iterator[tuple[str, str, str]]:
        """Every (phrase, class id, lang): "physics laureates", "诺贝尔物理学奖得主"."""
        yield from load_class_phrases()

    def values(self, field_id: str) -> tuple[str, ...]:
        """The distinct values of a text field with few of them (categories, genders, continents)."""
        known = self.field(field_id)
        if known is None or known.kind != "text":
            return ()
        rows = self._rows(
            "SELECT DISTINCT value FROM facts WHERE field = ? ORDER BY value LIMIT ?",
            (field_id, FEW_VALUES + 1),
        )
        return tuple(value for (value,) in rows) if len(rows) <= FEW_VALUES else ()

    @cached_property
    def _entities(self) -> dict[str, Entity]:
        return {
            row[0]: Entity(*row)
            for row in self._rows("SELECT id, name, type FROM entities ORDER BY id")
        }

    @cached_property
    def _weights(self) -> dict[str, float]:
        return dict(self._rows("SELECT id, weight FROM entities"))

    @cached_property
    def _members(self) -> frozenset[str]:
        return frozenset(row[0] for row in self._rows("SELECT id FROM entities WHERE member = 1"))

    @cached_property
    def _by_type(self) -> dict[str, list[Entity]]:
        by_type: dict[str, list[Entity]] = {}
        for entity in self._entities.values():
            by_type.setdefault(entity.type, []).append(entity)
        return by_type

    @cached_property
    def _fields(self) -> tuple[Field, ...]:
        return load_fields(dict(self._rows("SELECT field, unit FROM units")))

    @cached_property
    def _fields_by_id(self) -> dict[str, Field]:
        return {field.id: field for field in self._fields}

    def _of_type(self, entity_type: str) -> list[Entity]:
        return self._by_type.get(entity_type, [])

    def _rows(self, query: str, parameters: tuple[object, ...] = ()) -> list[tuple]:  # type: ignore[type-arg]
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect(self._path)
        return connection.execute(query, parameters).fetchall()

    def _fact(self, row: _Row) -> Fact:
        fact_id, entity_id, field, value, number, unit, period, source, value_id = row
        parsed = Decimal(number) if number else None
        return Fact(
            fact_id,
            self._entities[entity_id],
            field,
            value,
            parsed,
            unit,
            period,
            source,
            value_id or None,
        )

    def _read(self, entity_id: str, field_id: str) -> tuple[Fact, ...]:
        return tuple(self._fact(row) for row in self._rows(_BY_KEY, (entity_id, field_id)))

    def _read_field(self, field_id: str) -> dict[str, tuple[Fact, ...]]:
        held: dict[str, list[Fact]] = {}
        for row in self._rows(_BY_FIELD, (field_id,)):
            held.setdefault(row[1], []).append(self._fact(row))
        return {entity_id: tuple(facts) for entity_id, facts in held.items()}

    def _candidates(self, wanted: str) -> list[tuple[str, str]]:
        if len(wanted) < 3:
            return self._rows(
                "SELECT name, entity_id FROM names WHERE name = ? LIMIT ?", (wanted, CANDIDATES)
            )
        pieces = {wanted[start : start + 3] for start in range(len(wanted) - 2)}
        query = " OR ".join('"' + piece.replace('"', '""') + '"' for piece in sorted(pieces))
        return self._rows(
            "SELECT name, entity_id FROM names WHERE names MATCH ? ORDER BY rank LIMIT ?",
            (query, CANDIDATES),
        )


def _of_period(facts: tuple[Fact, ...], period: str | None) -> tuple[Fact, ...]:
    if not period:
        return facts
    exact = tuple(fact for fact in facts if fact.period == period)
    other = same_year(period)
    return exact or tuple(fact for fact in facts if other and fact.period == other)


def _similarity(wanted: str, name: str) -> float:
    if wanted == name:
        return 1.0
    ratio = fuzz.ratio(wanted, name) / 100
    contained = 0.9 if re.search(rf"\b{re.escape(wanted)}\b", name) else 0.0
    return min(0.99, max(ratio, contained * (0.6 + 0.4 * ratio)))
