"""The raw tables as the builder reads them.

Guarantees: every row of `facts.tsv.gz`, with HTML entities resolved and values trimmed.
Does not guarantee: that a row is right; the readers mend what is known to be wrong.
"""

from __future__ import annotations

import csv
import gzip
import html
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tools.facts.fields import columns


class Row(NamedTuple):
    """One line of the raw table."""

    entity_id: str
    name: str
    type: str
    property: str
    value: str
    unit: str
    period: str
    source: str


class Column(NamedTuple):
    """Where a raw column goes: the field and its preference (0 is the best)."""

    field: str
    rank: int


def _clean(text: str) -> str:
    return " ".join(html.unescape(text).replace("\xa0", " ").split())


def _rows(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            _, *cells = (_clean(cell) for cell in line.rstrip("\n").split("\t"))
            yield Row(*cells)


class Raw:
    """The raw tables of one folder, grouped by entity type."""

    def __init__(self, folder: Path) -> None:
        self._by_type: dict[str, list[Row]] = defaultdict(list)
        for row in _rows(folder / "facts.tsv.gz"):
            self._by_type[row.type].append(row)
        with (folder / "countries" / "country-codes.csv").open(encoding="utf-8") as lines:
            self.country_codes = list(csv.DictReader(lines))
        self._exact: dict[tuple[str, str], Column] = {}
        self._by_prefix: dict[tuple[str, str], Column] = {}
        for field, sources in columns().items():
            for rank, (raw_type, prop) in enumerate(sources):
                self._add_column(raw_type, prop, Column(field, rank))

    def _add_column(self, raw_type: str, prop: str, column: Column) -> None:
        if prop.endswith("/*"):
            self._by_prefix[raw_type, prop[:-2]] = column
        else:
            self._exact[raw_type, prop] = column

    def rows(self, *types: str) -> Iterator[Row]:
        """Every row whose entity is of one of these raw types."""
        for raw_type in types:
            yield from self._by_type.get(raw_type, ())

    def column(self, row: Row) -> Column | None:
        """The field that this row feeds, if any."""
        found = self._exact.get((row.type, row.property))
        if found or "/" not in row.property:
            return found
        return self._by_prefix.get((row.type, row.property.partition("/")[0]))
