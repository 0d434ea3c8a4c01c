"""What the bundled facts call things, so that live values are about the same entities as theirs."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import tools.facts
from tools.types import Entity

_TABLE = Path(tools.facts.__file__).with_name("table")


def names(kind: str) -> Mapping[str, tuple[str, ...]]:
    """Every entity of a type by id: its name, then its aliases in English and Chinese."""
    return _by_kind().get(kind, {})


def entity(entity_id: str, kind: str) -> Entity | None:
    """The bundled entity of an id, if there is one."""
    known = names(kind).get(entity_id)
    return Entity(entity_id, known[0], kind) if known else None


@cache
def _by_kind() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    known: dict[str, list[str]] = {}
    kinds: dict[str, str] = {}
    for row in _rows("entities"):
        known[row["id"]], kinds[row["id"]] = [row["name"]], row["type"]
    for row in _rows("aliases"):
        known[row["entity_id"]].append(row["alias"])
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for entity_id, kind in kinds.items():
        found.setdefault(kind, {})[entity_id] = tuple(known[entity_id])
    return found


def _rows(table: str) -> Iterator[dict[str, str]]:
    with gzip.open(_TABLE / f"{table}.tsv.gz", "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
