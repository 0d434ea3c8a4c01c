"""The report as Markdown: headings, pipe tables, citations in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.report.types import Report
from ui.export.outline import Heading, Paragraph, Part, outline
from ui.export.tables import Grid

_SPECIAL = re.compile(r"([\\`*_{}<>#|])")


def to_markdown(report: Report) -> str:
    """The whole text."""
    return "\n".join(_joined(outline(report))).rstrip() + "\n"


def _joined(parts: Iterator[Part]) -> Iterator[str]:
    was_item = False
    for part in parts:
        is_item = isinstance(part, Paragraph) and part.is_item
        if was_item and not is_item:
            yield ""
        yield _written(part)
        if not is_item:
            yield ""
        was_item = is_item


def _written(part: Part) -> str:
    match part:
        case Heading(level, text):
            return f"{'#' * level} {_plain(text)}"
        case Paragraph():
            return _paragraph(part)
        case Grid():
            return _table(part)


def _paragraph(part: Paragraph) -> str:
    lead = f"**{_plain(part.lead)}** — " if part.lead else ""
    bullet = "- " if part.is_item else ""
    return f"{bullet}{lead}{_plain(part.text)} {part.marks}".rstrip()


def _table(grid: Grid) -> str:
    rule = ["---:" if numeric else "---" for numeric in grid.numeric]
    rows = [[_plain(text) for text in row] for row in (grid.columns, *grid.rows)]
    lines = [rows[0], rule, *rows[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """The text with Markdown's own signs escaped."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
