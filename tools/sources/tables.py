"""CSV files of the user's: `csv:sales.csv/Norway`, or `csv:sales.csv` for every row; the field is a column.

Only the files that the settings name can be read. The first column that is neither numbers nor times names the rows; a
column called year, date, period, quarter or month (or so in Chinese) says of when they are; `revenue (USD)` is a
column with a unit.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import lru_cache
from io import StringIO
from itertools import islice
from pathlib import Path

from tools.facts.names import fold
from tools.sources.answers import finding, nothing, or_failed
from tools.sources.matching import Option, one_of, ranked
from tools.sources.types import Candidate, Finding, Found
from tools.sources.values import Reading, Teller, number_reading, of_period, scalar, table
from tools.types import Entity, Fact, FieldRef, Reason
from tools.values.periods import read_period
from tools.values.units import canonical, read_quantity
from tools.web.content import charset_of
from tools.web.types import Page

MAX_BYTES = 50_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 500
_TIMES = frozenset(
    (
        "year",
        "date",
        "period",
        "quarter",
        "month",
        "年",
        "年份",
        "日期",
        "季度",
        "月份",
        "时间",
        "期间",
    )
)
_UNIT = re.compile(r"(?P<name>.+?)\s*[(\[（](?P<unit>[^()\[\]（）]{1,40})[)\]）]\s*")
_DELIMITERS = ",;\t|"
_SAMPLE_CHARS = 10_000
_SAMPLE_ROWS = 50
_KEPT_FILES = 8
_MEDIA_TYPE = "text/csv"


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its name and the unit in its heading."""

    at: int
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as read: `key` and `time` are columns, -1 where there is none; `lines` are the rows' in the file."""

    page: Page
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    key: int
    time: int

    def name_of(self, number: int) -> str:
        """What a row is called: its key, else its line in the file."""
        return self.rows[number][self.key] if self.key >= 0 else f"line {self.lines[number]}"

    def period_of(self, number: int) -> str:
        """Of when a row is, in the table's spelling where it is one."""
        said = self.rows[number][self.time] if self.time >= 0 else ""
        return read_period(said) or said


class CsvFiles:
    """Tables that the user named, by file name."""

    id = "csv"
    name = "your CSV"
    licence = "the user's own"
    homepage = ""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = dict(files)

    @or_failed
    def fields(self, entity: str = "") -> tuple[FieldRef, ...]:
        """The columns of the file that an address begins with; of all files, without one."""
        names = [self._split(entity)[0]] if entity else list(self._files)
        columns = (column for name in names for column in self._sheet(name).columns)
        return tuple(dict.fromkeys(FieldRef(column.name, column.name) for column in columns))

    @or_failed
    def resolve(self, text: str, lang: str) -> tuple[Candidate, ...]:
        """The rows of any file called like the text."""
        return ranked(text, [option for name in self._files for option in self._options(name)])

    @or_failed
    def get(self, entity: str, field: str, period: str | None = None) -> Found:
        """A column of one row, of one thing over several rows, or of the whole file."""
        name, wanted = self._split(entity)
        sheet = self._sheet(name)
        column = _column(sheet, field, name)
        numbers = range(len(sheet.rows))
        if not wanted:
            return self._table(name, sheet, column, numbers, period)
        chosen = self._row_name(name, wanted)
        kept = [number for number in numbers if fold(sheet.name_of(number)) == fold(chosen)]
        facts = list(self._facts(name, sheet, column, kept))
        return scalar(of_period(facts, period, f"{column.name} of {chosen} in {name}"))

    def check(self) -> Finding:
        """Whether every file can be read."""
        return finding(self.id, self._look)

    def _look(self) -> str:
        told = (f"{name}: {len(self._sheet(name).rows)} rows" for name in self._files)
        return "; ".join(told) or "no files are named"

    def _table(
        self, name: str, sheet: Sheet, column: Column, numbers: Iterable[int], period: str | None
    ) -> Found:
        facts = self._facts(name, sheet, column, numbers)
        return table(column.name, of_period(facts, period, f"{column.name} in {name}"))

    def _facts(
        self, name: str, sheet: Sheet, column: Column, numbers: Iterable[int]
    ) -> Iterator[Fact]:
        """A fact for each cell that is not empty."""
        teller = Teller(self.name, self.licence, sheet.page)
        for number in numbers:
            text = sheet.rows[number][column.at].strip()
            if text:
                row = sheet.name_of(number)
                origin = teller.source("", "", column.name, f"{name}, line {sheet.lines[number]}")
                reading = _reading(text, column.unit, sheet.period_of(number))
                yield teller.fact(
                    Entity(f"{self.id}:{name}/{row}", row, "row"), column.name, reading, origin
                )

    def _split(self, entity: str) -> tuple[str, str]:
        """The file and the row of an address; a file's own name may hold a slash."""
        stated = entity.strip()
        fitting = [name for name in self._files if stated == name or stated.startswith(f"{name}/")]
        if not fitting:
            near = tuple(get_close_matches(stated.partition("/")[0], self._files))
            known = ", ".join(self._files) or "none"
            detail = f"no file of yours is called {stated!r}; known: {known}"
            offers = tuple(f"{self.id}:{name}" for name in near)
            raise nothing(Reason.UNKNOWN_ENTITY, detail, offers)
        name = max(fitting, key=len)
        return name, stated.removeprefix(name).lstrip("/").strip()

    def _row_name(self, name: str, wanted: str) -> str:
        return one_of(wanted, ranked(wanted, self._options(name)), name).label

    def _options(self, name: str) -> list[Option]:
        sheet = self._sheet(name)
        rows = dict.fromkeys(sheet.name_of(number) for number in range(len(sheet.rows)))
        return [Option(f"{self.id}:{name}/{row}", (row,)) for row in rows if row]

    def _sheet(self, name: str) -> Sheet:
        path = self._files[name]
        try:
            told = path.stat()
            if told.st_size > MAX_BYTES:
                detail = f"{name} has {told.st_size} bytes; {MAX_BYTES} is the limit"
                raise nothing(Reason.TOO_LARGE, detail)
            return _read(name, path, told.st_mtime)
        except OSError as error:
            said = error.strerror or type(error).__name__
            raise nothing(Reason.UNAVAILABLE, f"{name} cannot be read: {said}") from error
        except csv.Error as error:
            raise nothing(Reason.MALFORMED, f"{name} is no CSV: {error}") from error


@lru_cache(_KEPT_FILES)
def _read(name: str, path: Path, changed: float) -> Sheet:
    """The table in a file; the time of its last change is part of the key, so that changes are seen."""
    body = path.read_bytes()
    text = body.decode(charset_of("", _MEDIA_TYPE, body), errors="replace")
    lines = csv.reader(StringIO(text), delimiter=_delimiter(text))
    heading = [cell.strip() for cell in next(lines, [])][:MAX_COLUMNS]
    if not any(heading):
        raise nothing(Reason.EMPTY, f"{name} has no heading")
    width = len(heading)
    numbered = ((lines.line_num, line) for line in lines if any(cell.strip() for cell in line))
    told = tuple(islice(numbered, MAX_ROWS))
    rows = tuple(_cells(line, width) for _, line in told)
    time = next((at for at, cell in enumerate(heading) if fold(cell) in _TIMES), -1)
    columns = tuple(_heading(at, cell) for at, cell in enumerate(heading) if cell)
    page = Page(name, name, 200, _MEDIA_TYPE, body, datetime.fromtimestamp(changed, UTC), "utf-8")
    return Sheet(page, columns, rows, tuple(at for at, _ in told), _key(rows, width, time), time)


def _cells(line: list[str], width: int) -> tuple[str, ...]:
    """As many cells as the heading has."""
    return (*(cell.strip() for cell in line[:width]), *[""] * (width - len(line)))


def _delimiter(text: str) -> str:
    """The sign that divides the first line most often."""
    first = text[:_SAMPLE_CHARS].partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def _heading(at: int, cell: str) -> Column:
    found = _UNIT.fullmatch(cell)
    return Column(at, found["name"], canonical(found["unit"])) if found else Column(at, cell, "")


def _key(rows: tuple[tuple[str, ...], ...], width: int, time: int) -> int:
    """The first column of words."""
    sample = rows[:_SAMPLE_ROWS]
    return next(
        (
            at
            for at in range(width)
            if at != time and any(row[at] and read_quantity(row[at]) is None for row in sample)
        ),
        -1,
    )


def _column(sheet: Sheet, field: str, name: str) -> Column:
    """The column of a name, whatever its case."""
    named = {fold(column.name): column for column in reversed(sheet.columns)}
    if found := named.get(fold(field.strip().replace("_", " "))) or named.get(fold(field)):
        return found
    near = get_close_matches(fold(field), named)
    offers = tuple(named[key].name for key in near)
    known = ", ".join(column.name for column in sheet.columns[:20])
    detail = f"{name} has no column {field!r}; it has: {known}"
    raise nothing(Reason.UNKNOWN_FIELD, detail, offers)


def _reading(text: str, unit: str, period: str) -> Reading:
    """A number with its unit, or the text as it stands."""
    found = read_quantity(text, unit)
    if found is None:
        return Reading(text, period=period)
    return number_reading(found.number, found.unit or unit, period)
