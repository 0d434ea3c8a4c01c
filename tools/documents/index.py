"""The user's documents, indexed when they are opened: SQLite's full-text search over passages.

Guarantees: what was indexed is read again only when the file has changed; a file that is gone is found no more; the
index may be used by several threads and built by several processes. Does not guarantee: that a passage with other
words for the same thing is found.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.documents.files import Document, File, changed, listed, read
from tools.documents.terms import indexed, terms
from tools.types import Failed
from tools.web.reading import Reader

_SCHEMA = """
create table if not exists files (name text primary key, stamp text, title text, trouble text);
create table if not exists passages (id integer primary key, name text, place text, words text);
create index if not exists passages_name on passages (name);
create virtual table if not exists texts using fts5 (title, words, tokenize = 'unicode61');
"""
_VERSION = 1
_RANKED = """
select passages.name, files.title, passages.place, passages.words
from texts join passages on passages.id = texts.rowid join files using (name)
where texts match ? and (? is null or passages.name = ?)
order by bm25(texts, 2.0, 1.0), passages.id limit ?
"""
_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A passage of a document: the file's name inside the folder, its title, where the words stand."""

    name: str
    title: str
    place: str
    words: str


class Index:
    """The documents of one folder; building reads whatever has changed since the last time."""

    def __init__(self, folder: Path, cache_dir: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._connection = _opened(folder, cache_dir)
        self._left_out = self._build()

    @property
    def n_documents(self) -> int:
        """How many documents can be searched."""
        query = "select count(*) from files where trouble = ''"
        with self._lock:
            return int(self._connection.execute(query).fetchone()[0])

    @property
    def left_out(self) -> Mapping[str, str]:
        """The files that cannot be searched, each with the reason."""
        with self._lock:
            rows = self._connection.execute(
                "select name, trouble from files where trouble <> '' order by name"
            ).fetchall()
        return {**self._left_out, **dict(rows)}

    def search(self, query: str, limit: int, name: str | None = None) -> tuple[Found, ...]:
        """The passages that hold most of a query's telling words, best first; of one file where it is named."""
        wanted = terms(query)
        if not wanted:
            return ()
        rows = self._ranked(wanted, name)
        enough = (len(wanted) + 1) // 2
        good = [row for row in rows if _n_held(wanted, f"{row[1]} {row[3]}") >= enough]
        return tuple(Found(*row) for row in good[:limit])

    def text(self, name: str) -> str:
        """All that a document says, passage by passage; empty for one that is not there."""
        with self._lock:
            rows = self._connection.execute(
                "select words from passages where name = ? order by id", (name,)
            ).fetchall()
        return "\n\n".join(words for (words,) in rows)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _ranked(self, wanted: tuple[str, ...], name: str | None) -> list[tuple[str, str, str, str]]:
        matching = " OR ".join(f'"{term}"' for term in wanted)
        with self._lock:
            return self._connection.execute(_RANKED, (matching, name, name, _LOOKED_AT)).fetchall()

    def _build(self) -> dict[str, str]:
        """Bring the index up to date; the files that are no documents."""
        files, left_out = listed(self.folder)
        with self._lock, self._connection as connection:
            connection.execute("begin immediate")
            known = dict(connection.execute("select name, stamp from files"))
            self._forget(set(known) - {file.name for file in files})
            new = tuple(changed(files, known))
            if new:
                self._take_in(new)
        return left_out

    def _take_in(self, files: Iterable[File]) -> None:
        reader = Reader()
        try:
            for file in files:
                self._forget([file.name])
                self._keep(file, read(file, reader))
        finally:
            reader.close()

    def _keep(self, file: File, found: Document | Failed) -> None:
        if isinstance(found, Failed):
            self._register(file, "", found.detail)
            return
        self._register(file, found.title, "")
        for stretch in found.stretches:
            row = self._connection.execute(
                "insert into passages (name, place, words) values (?, ?, ?)",
                (file.name, stretch.place, stretch.text),
            )
            self._connection.execute(
                "insert into texts (rowid, title, words) values (?, ?, ?)",
                (row.lastrowid, indexed(found.title), indexed(stretch.text)),
            )

    def _register(self, file: File, title: str, trouble: str) -> None:
        self._connection.execute(
            "insert into files values (?, ?, ?, ?)", (file.name, file.stamp, title, trouble)
        )

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            self._connection.execute(
                "delete from texts where rowid in (select id from passages where name = ?)", (name,)
            )
            self._connection.execute("delete from passages where name = ?", (name,))
            self._connection.execute("delete from files where name = ?", (name,))


def _opened(folder: Path, cache_dir: Path) -> sqlite3.Connection:
    """The index of a folder, one file for each folder and version of the schema."""
    cache_dir.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    connection = sqlite3.connect(
        cache_dir / f"{digest}-{_VERSION}.db", check_same_thread=False, isolation_level=None
    )
    connection.execute("pragma busy_timeout = 60000")
    connection.executescript(_SCHEMA)
    return connection


def _n_held(wanted: tuple[str, ...], text: str) -> int:
    """How many of the terms a text holds, as whole words."""
    held = f" {indexed(text)} "
    return sum(f" {term} " in held for term in wanted)
