"""The table as an SQLite file with a name index, built once per table in a folder of the user's.

Guarantees: a finished file or none, however many processes build at once and wherever one is killed.
Does not guarantee: that old files of former tables are removed.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
import sqlite3
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from tools.facts.errors import FactsUnavailable
from tools.facts.names import fold

TABLE = Path(__file__).with_name("table")
SCHEMA = 1
ABANDONED_AFTER_SECONDS = 3600
_TABLES = """
CREATE TABLE entities (id TEXT PRIMARY KEY, type TEXT, name TEXT, weight REAL, member INTEGER) WITHOUT ROWID;
CREATE TABLE aliases (alias TEXT, entity_id TEXT, lang TEXT);
CREATE TABLE facts (id INTEGER PRIMARY KEY, entity_id TEXT, field TEXT, value TEXT, number TEXT,
                    unit TEXT, period TEXT, source TEXT, value_id TEXT);
CREATE TABLE units (field TEXT PRIMARY KEY, unit TEXT) WITHOUT ROWID;
CREATE VIRTUAL TABLE names USING fts5 (name, entity_id UNINDEXED, tokenize = 'trigram');
"""
_INDEXES = """
CREATE INDEX facts_by_entity ON facts (entity_id, field);
CREATE INDEX facts_by_field ON facts (field);
CREATE INDEX entities_by_type ON entities (type);
CREATE INDEX aliases_by_entity ON aliases (entity_id);
"""


def default_folder() -> Path:
    """Where the store lives unless the caller says otherwise (only `agent.settings` reads the environment)."""
    return Path.home() / ".cache" / "palimpsest"


def digest(table: Path = TABLE) -> str:
    """A name for exactly this table and this layout of the file."""
    summed = hashlib.sha256(str(SCHEMA).encode())
    for name in ("entities", "aliases", "facts"):
        summed.update((table / f"{name}.tsv.gz").read_bytes())
    return summed.hexdigest()[:16]


def ensure(folder: Path | None = None, table: Path = TABLE) -> Path:
    """The finished file for this table, built if it is missing or damaged."""
    home = folder or default_folder()
    path = home / f"facts-{digest(table)}.sqlite"
    if is_sound(path):
        return path
    try:
        home.mkdir(parents=True, exist_ok=True)
        _build(path, table)
    except OSError as error:
        raise FactsUnavailable(home, error.strerror or str(error)) from error
    except sqlite3.OperationalError as error:
        raise FactsUnavailable(home, str(error)) from error
    return path


def is_sound(path: Path) -> bool:
    """Whether a finished file lies at `path`."""
    if not path.is_file():
        return False
    with suppress(sqlite3.DatabaseError), closing(connect(path)) as connection:
        return bool(connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA)
    return False


def connect(path: Path) -> sqlite3.Connection:
    """A read-only connection; the file never changes once it has its name."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _build(path: Path, table: Path) -> None:
    handle, name = tempfile.mkstemp(prefix=f"{path.stem}.", suffix=".part", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        _remove_abandoned(part)
        with closing(sqlite3.connect(part, isolation_level=None)) as connection:
            fill(connection, table)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _remove_abandoned(own: Path) -> None:
    """Parts left by killed builders, told by their age beside the part made just now."""
    born = own.stat().st_mtime
    for part in own.parent.glob("facts-*.part"):
        with suppress(OSError):
            if born - part.stat().st_mtime > ABANDONED_AFTER_SECONDS:
                part.unlink()


def fill(connection: sqlite3.Connection, table: Path) -> None:
    """Write the whole table into an empty database; the version comes last, so a torn file is never sound."""
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)
    connection.execute("BEGIN")
    facts = list(_rows(table / "facts.tsv.gz"))
    aliases = list(_rows(table / "aliases.tsv.gz"))
    connection.executemany(
        "INSERT INTO entities VALUES (?, ?, ?, ?, ?)", _rows(table / "entities.tsv.gz")
    )
    connection.executemany("INSERT INTO aliases VALUES (?, ?, ?)", aliases)
    connection.executemany("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _numbered(facts))
    connection.executemany("INSERT INTO units VALUES (?, ?)", _usual_units(facts))
    names = {(fold(alias), entity_id) for alias, entity_id, _ in aliases}
    connection.executemany("INSERT INTO names VALUES (?, ?)", sorted(names))
    connection.execute("COMMIT")
    connection.executescript(_INDEXES)
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _rows(path: Path) -> Iterator[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        yield from rows


def _numbered(facts: Iterable[list[str]]) -> Iterator[tuple[int | str, ...]]:
    for place, fact in enumerate(facts, start=1):
        yield (place, *fact)


def _usual_units(facts: Iterable[list[str]]) -> Iterator[tuple[str, str]]:
    units: dict[str, Counter[str]] = defaultdict(Counter)
    for _, field, _, _, unit, *_ in facts:
        units[field][unit] += 1
    for field, counted in units.items():
        yield field, counted.most_common(1)[0][0]
