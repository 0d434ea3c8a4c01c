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


@cache
def names(kind: str) -> Mapping[str, tuple[str, ...]]:
    """Every entity of a type by id: its name, then its aliases in English and Chinese."""
    found = {row["id"]: [row["name"]] for row in _rows("entities") if row["type"] == kind}
    for row in _rows("aliases"):
        if row["entity_id"] in found:
            found[row["entity_id"]].append(row["alias"])
    return {entity_id: tuple(known) for entity_id, known in found.items()}


def entity(entity_id: str, kind: str) -> Entity | None:
    """The bundled entity of an id, if there is one."""
    known = names(kind).get(entity_id)
    return Entity(entity_id, known[0], kind) if known else None


def _rows(table: str) -> Iterator[dict[str, str]]:
    with gzip.open(_TABLE / f"{table}.tsv.gz", "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
