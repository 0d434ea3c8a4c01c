"""A document in passages that can be cited: what they say, and the line, row or page where they stand.

Guarantees: every passage stands in the document word for word but for white space, and none is longer than the limit.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO

MAX_CHARS = 600
_LINES_APART = re.compile(r"\n\s*\n")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s*")
_HEADING = re.compile(r"#{1,6} +(\S.*)")
MAX_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words and where they stand (`line 12`, `row 3`, `p. 2`, `par. 4`)."""

    place: str
    text: str


def by_line(text: str) -> Iterator[Stretch]:
    """Paragraphs of plain text or Markdown, with the line that each begins in."""
    at = 0
    for paragraph in _LINES_APART.split(text):
        start = text.index(paragraph, at)
        at = start + len(paragraph)
        first = start + len(paragraph) - len(paragraph.lstrip())
        for offset, words in _cut(paragraph.strip()):
            line = text.count("\n", 0, first + offset) + 1
            yield Stretch(f"line {line}", words)


def by_row(text: str) -> Iterator[Stretch]:
    """Rows of comma-separated values, each with its column names; the first row names them."""
    rows = csv.reader(StringIO(text))
    header = next(rows, [])
    for number, row in enumerate(rows, start=2):
        if number > MAX_ROWS:
            return
        said = "; ".join(_labelled(header, row))
        for _, words in _cut(said):
            yield Stretch(f"row {number}", words)


def by_page(parts: Iterable[tuple[str, str]]) -> Iterator[Stretch]:
    """Paragraphs of parts that have places of their own (`p. 3`); else the paragraphs are counted."""
    for where, text in parts:
        paragraphs = [each for each in _LINES_APART.split(text) if each.strip()]
        for number, paragraph in enumerate(paragraphs, start=1):
            for _, words in _cut(paragraph.strip()):
                yield Stretch(where or f"par. {number}", words)


def title_in(text: str) -> str:
    """The first heading of a Markdown text, empty if it does not begin with one."""
    found = _HEADING.match(text.lstrip())
    return found[1].strip() if found else ""


def _labelled(header: list[str], row: list[str]) -> Iterator[str]:
    for n, cell in enumerate(row):
        if cell.strip():
            name = header[n].strip() if n < len(header) else ""
            yield f"{name}: {cell.strip()}" if name else cell.strip()


def _cut(paragraph: str) -> Iterator[tuple[int, str]]:
    """The paragraph in pieces within the limit, at the ends of sentences, with their offsets."""
    start = end = 0
    for sentence_end in _ends(paragraph):
        if sentence_end - start > MAX_CHARS and end > start:
            yield start, _flat(paragraph[start:end])
            start = end
        while sentence_end - start > MAX_CHARS:
            yield start, _flat(paragraph[start : start + MAX_CHARS])
            start += MAX_CHARS
        end = sentence_end
    if rest := _flat(paragraph[start:]):
        yield start, rest


def _ends(paragraph: str) -> Iterator[int]:
    yield from (found.end() for found in _SENTENCE_END.finditer(paragraph))
    yield len(paragraph)


def _flat(text: str) -> str:
    return " ".join(text.split())
