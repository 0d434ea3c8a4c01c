"""Which files of a folder are documents, and what each says, passage by passage.

Guarantees: nothing outside the folder is read, whatever links lie in it; a file that cannot be read is named with the
reason and keeps no other from being read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from tools.documents.splitting import Stretch, by_line, by_page, by_row, title_in
from tools.types import Failed
from tools.web.reading import Reader

MAX_FILES = 5000
MAX_BYTES = 10_000_000
_LOOKED_AT_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was found: `name` is its path inside the folder."""

    name: str
    path: Path
    stamp: str


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says."""

    title: str
    stretches: tuple[Stretch, ...]


def listed(folder: Path) -> tuple[tuple[File, ...], dict[str, str]]:
    """The documents of a folder in order of their names, and why others are left out."""
    root = folder.resolve()
    kept: list[File] = []
    left_out: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if any(part.startswith(".") for part in Path(name).parts) or not path.is_file():
            continue
        if why := _unfit(path, root, len(kept)):
            left_out[name] = why
        else:
            kept.append(File(name, path, _stamp(path)))
    return tuple(kept), left_out


def read(file: File, reader: Reader) -> Document | Failed:
    """The document in a file."""
    return _READERS[file.path.suffix.lower()](file, reader)


def _unfit(path: Path, root: Path, n_kept: int) -> str:
    """Why a file is no document; empty if it is one."""
    if path.suffix.lower() not in _READERS:
        return f"not one of {', '.join(_READERS)}"
    if not path.resolve().is_relative_to(root):
        return "a link that leads out of the folder"
    if (size := path.stat().st_size) > MAX_BYTES:
        return f"{size:,} bytes, and the limit is {MAX_BYTES:,}"
    return f"more than {MAX_FILES:,} files" if n_kept >= MAX_FILES else ""


def _stamp(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_mtime_ns} {stat.st_size}"


def _text(path: Path) -> str:
    """The text of a file: UTF-8, or what its first bytes look most like."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        best = from_bytes(content[:_LOOKED_AT_BYTES]).best()
        return content.decode(best.encoding if best else "latin-1", errors="replace")


def _lines(file: File, reader: Reader) -> Document:
    text = _text(file.path)
    return Document(title_in(text) or file.path.stem, tuple(by_line(text)))


def _rows(file: File, reader: Reader) -> Document:
    return Document(file.path.stem, tuple(by_row(_text(file.path))))


def _pages(media_type: str) -> Callable[[File, Reader], Document | Failed]:
    def pages(file: File, reader: Reader) -> Document | Failed:
        content = file.path.read_bytes()
        found = reader.read(content, media_type, _charset(content))
        if isinstance(found, Failed):
            return found
        parts: Iterable[tuple[str, str]] = ((part.where, part.text) for part in found.parts)
        return Document(found.title or file.path.stem, tuple(by_page(parts)))

    return pages


def _charset(content: bytes) -> str:
    best = from_bytes(content[:_LOOKED_AT_BYTES]).best()
    return best.encoding if best else "utf-8"


_READERS: Mapping[str, Callable[[File, Reader], Document | Failed]] = {
    ".txt": _lines,
    ".md": _lines,
    ".csv": _rows,
    ".html": _pages("text/html"),
    ".htm": _pages("text/html"),
    ".pdf": _pages("application/pdf"),
}


def changed(files: Iterable[File], known: Mapping[str, str]) -> Iterator[File]:
    """The files that are new or not as they were."""
    return (file for file in files if known.get(file.name) != file.stamp)
