"""The fields of the fact table, read from `fields.toml`.

Guarantees: one `Field` per section of the file, in the file's order.
Does not guarantee: that a field has facts; the builder's report says so.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FIELDS_FILE = Path(__file__).with_name("fields.toml")


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


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


def _field(field_id: str, section: dict[str, Any], unit: str) -> Field:
    return Field(
        id=field_id,
        types=frozenset(_parts(section["types"])),
        kind=section["kind"],
        en=section["en"],
        zh=section["zh"],
        also_en=_parts(section.get("also_en", "")),
        also_zh=_parts(section.get("also_zh", "")),
        near=section.get("near"),
        unit=unit,
    )


@cache
def sections() -> dict[str, dict[str, Any]]:
    """Every section of the file as it stands."""
    return tomllib.loads(FIELDS_FILE.read_text(encoding="utf-8"))


def load_fields(units: dict[str, str]) -> tuple[Field, ...]:
    """All fields; `units` names the unit most facts of a field carry."""
    return tuple(_field(key, section, units.get(key, "")) for key, section in sections().items())


def is_number(field_id: str) -> bool:
    """Whether a field's values are read as numbers; years are."""
    return sections()[field_id]["kind"] in ("number", "year")


def unit_of(field_id: str) -> str:
    """The unit that the table writes a field's numbers in; empty for counts and texts."""
    return str(sections()[field_id].get("unit", ""))


def reading(field_id: str) -> str:
    """How the values of a field are read from a text of the Factbook; empty where plainly."""
    return str(sections()[field_id].get("reads", ""))


@cache
def read_beside(field_id: str) -> tuple[str, ...]:
    """The fields that are read from the same text as this one (`from = "field:ID"`)."""
    return tuple(
        key for key, section in sections().items() if section["from"] == f"field:{field_id}"
    )


def columns() -> dict[str, tuple[tuple[str, str], ...]]:
    """Field id -> the raw `(type, property)` columns that feed it, best first."""
    return {
        key: tuple(
            (raw_type, prop)
            for raw_type, _, prop in (part.partition(":") for part in _parts(section["from"]))
        )
        for key, section in sections().items()
    }
