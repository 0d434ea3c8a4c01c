"""Writing a report to files, each whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from agent.report.types import Report
from ui.export.errors import FormatError, OutputError

_MOST_NAME_CHARS = 60


def _pdf(report: Report) -> bytes:
    from ui.export.pdf import to_pdf

    return to_pdf(report)


def _html(report: Report) -> bytes:
    from ui.export.html import to_html

    return to_html(report).encode()


def _markdown(report: Report) -> bytes:
    from ui.export.markdown import to_markdown

    return to_markdown(report).encode()


def _docx(report: Report) -> bytes:
    from ui.export.office import to_docx

    return to_docx(report)


def _json(report: Report) -> bytes:
    return (report.model_dump_json(indent=2) + "\n").encode()


WRITERS: Final[dict[str, Callable[[Report], bytes]]] = {
    "pdf": _pdf, "html": _html, "md": _markdown, "docx": _docx, "json": _json,
}  # fmt: skip


def formats(text: str) -> tuple[str, ...]:
    """The formats that a comma-separated list names."""
    named = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    unknown = [name for name in named if name not in WRITERS]
    if unknown or not named:
        shown = ", ".join(map(repr, unknown)) or repr(text)
        raise FormatError(f"unknown format {shown}; choose from {', '.join(WRITERS)}")
    return named


def ready(folder: Path) -> Path:
    """The folder, made if need be, and proven writable before any work is done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise OutputError(_unwritable(folder, error)) from error


def write(report: Report, folder: Path, asked: Sequence[str], name: str = "") -> tuple[Path, ...]:
    """Write the report in every format asked for; the paths in the same order."""
    stem = name or file_name(report.title)
    folder = ready(folder)
    return tuple(_placed(folder / f"{stem}.{one}", WRITERS[one](report)) for one in asked)


def file_name(title: str) -> str:
    """A title as a file name: words joined by hyphens, letters of any language kept."""
    words = re.findall(r"\w+", title.lower().replace("'", ""))
    return "-".join(words)[:_MOST_NAME_CHARS].strip("-") or "report"


def _placed(path: Path, content: bytes) -> Path:
    """Write beside the target and move over it, so that nobody ever sees half a file."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        return beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OutputError(_unwritable(path, error)) from error


def _unwritable(path: Path, error: OSError) -> str:
    reason = os.strerror(error.errno) if error.errno else str(error)
    return f"cannot write to {str(path)!r} ({reason}); choose another folder with --out"
