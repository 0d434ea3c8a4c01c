"""The parts of an article: sections of its plain text, tables of its HTML.

Guarantees: linear in the length of what it reads; a cell that spans rows or columns is told in each of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from tools.facts.names import fold

_HEADING = re.compile(r"^(={2,6})[ \t]*([^=\n][^\n]{0,300}?)[ \t]*\1[ \t]*$", re.MULTILINE)
_TABLES = ("wikitable", "infobox")
_HIDDEN = ("style", "script", "sup")
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<end>/?)(?P<tag>[a-z][a-z0-9]*)"
    r"(?P<told>(?:\"[^\"<]*+\"|'[^'<]*+'|[^'\"<>])*+)>",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"(class|colspan|rowspan)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE
)
_CELLS = ("td", "th", "caption")
_SPACES = re.compile(r"\s+")
_MAX_ROWS = 200
_MAX_SPAN = 50
MAX_TABLES = 50


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the text under it, its subsections included; `level` is 2 for the highest."""

    title: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as rows of cells; `kind` is `wikitable` or `infobox`."""

    kind: str
    caption: str
    rows: tuple[tuple[str, ...], ...]

    @property
    def text(self) -> str:
        """A line for each row."""
        lines = [" | ".join(cells) for cells in self.rows]
        return "\n".join([self.caption, *lines] if self.caption else lines)


def sections(text: str) -> tuple[Section, ...]:
    """The sections of a plain text with `== Headings ==`, in order."""
    headings = list(_HEADING.finditer(text))
    found = []
    for at, heading in enumerate(headings):
        level = len(heading[1])
        later = (h for h in headings[at + 1 :] if len(h[1]) <= level)
        end = next((h.start() for h in later), len(text))
        found.append(Section(heading[2].strip(), level, text[heading.end() : end].strip()))
    return tuple(found)


def section_of(found: tuple[Section, ...], name: str) -> Section | None:
    """The section of a title, or of a number counted from 1."""
    if name.isascii() and name.isdigit():
        return found[int(name) - 1] if 0 < int(name) <= len(found) else None
    return next((section for section in found if fold(section.title) == fold(name)), None)


def tables(html: str) -> tuple[Grid, ...]:
    """The tables of an article that hold facts, in order; at most 50."""
    reader, read = _Tables(), 0
    for found in _TAG.finditer(html):
        reader.text(html[read : found.start()])
        read = found.end()
        tag = (found["tag"] or "").lower()
        if tag and found["end"]:
            reader.end(tag)
        elif tag:
            reader.begin(tag, _attributes(found["told"]))
    return tuple(reader.found)


def _attributes(told: str) -> dict[str, str]:
    """Those attributes of a tag that matter here."""
    return {
        name.lower(): quoted or single or bare
        for name, quoted, single, bare in _ATTRIBUTE.findall(told)
    }


class _Tables:
    """Collects rows of outermost tables of the kinds wanted; a table within a cell is text of the cell."""

    def __init__(self) -> None:
        self.found: list[Grid] = []
        self._depth = 0
        self._hidden = 0
        self._kind = ""
        self._words: list[str] = []
        self._cell = ""
        self._caption = ""
        self._rows: list[list[str]] = []
        self._spans: tuple[int, int] = (1, 1)
        self._hanging: dict[int, tuple[int, str]] = {}

    def begin(self, tag: str, told: dict[str, str]) -> None:
        """A tag opens."""
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                self._start(told.get("class", "").split())
        if tag in _HIDDEN and self._kind:
            self._hidden += 1
        if self._depth == 1 and self._kind:
            self._open(tag, told)

    def end(self, tag: str) -> None:
        """A tag closes."""
        if tag in _HIDDEN and self._hidden:
            self._hidden -= 1
        if self._depth == 1 and self._kind:
            self._close(tag)
        if tag == "table" and self._depth:
            self._depth -= 1
            if self._depth == 0:
                self._finish()

    def text(self, words: str) -> None:
        """The words between two tags."""
        if self._cell and not self._hidden:
            self._words.append(unescape(words))

    def _start(self, classes: list[str]) -> None:
        self._kind = next((kind for kind in _TABLES if kind in classes), "")
        self._rows, self._caption, self._hanging = [], "", {}

    def _open(self, tag: str, told: dict[str, str]) -> None:
        if tag == "br":
            self._words.append(" ")
        if tag == "tr":
            self._end_row()
            self._rows.append([])
        if tag in _CELLS:
            self._end_cell()
            self._cell, self._words = tag, []
            self._spans = (_span(told.get("colspan", "1")), _span(told.get("rowspan", "1")))

    def _close(self, tag: str) -> None:
        if tag in _CELLS:
            self._end_cell()
        if tag in ("tr", "table"):
            self._end_row()

    def _end_cell(self) -> None:
        """Many leave out the end tags of cells and rows, as HTML allows."""
        text = _SPACES.sub(" ", "".join(self._words)).strip()
        if self._cell == "caption":
            self._caption = text
        elif self._cell and self._rows:
            self._fill(text)
        self._cell = ""

    def _end_row(self) -> None:
        self._end_cell()
        if self._rows:
            self._hang()

    def _fill(self, text: str) -> None:
        self._hang()
        columns, rows = self._spans
        for _ in range(columns):
            if rows > 1:
                self._hanging[len(self._rows[-1])] = (rows, text)
            self._rows[-1].append(text)
            self._drop(len(self._rows[-1]) - 1)

    def _hang(self) -> None:
        """Tell what hangs down from the rows above."""
        row = self._rows[-1]
        while len(row) in self._hanging:
            row.append(self._hanging[len(row)][1])
            self._drop(len(row) - 1)

    def _drop(self, column: int) -> None:
        left, text = self._hanging.get(column, (1, ""))
        if left > 1:
            self._hanging[column] = (left - 1, text)
        else:
            self._hanging.pop(column, None)

    def _finish(self) -> None:
        rows = tuple(tuple(row) for row in self._rows[:_MAX_ROWS] if any(row))
        if self._kind and rows and len(self.found) < MAX_TABLES:
            self.found.append(Grid(self._kind, self._caption, rows))
        self._kind, self._cell = "", ""


def _span(text: str) -> int:
    return min(int(text), _MAX_SPAN) or 1 if text.isascii() and text.isdigit() else 1


def numbered(grids: tuple[Grid, ...]) -> Iterator[str]:
    """A line for each table: its number, what it is of, how large it is."""
    for number, grid in enumerate(grids, start=1):
        width = max(len(row) for row in grid.rows)
        said = grid.caption or grid.kind
        yield f"{number}: {said} ({len(grid.rows)} rows, {width} columns)"
