"""Text out of HTML and PDF, in a process of its own: `python -m tools.web.extraction` serves on stdin and stdout.

Pages are written by strangers and parsers have faults, so the process holds no key, has a limit on memory, and is
killed when it takes too long (`tools/web/reading.py`). It says once that it is ready. Then a request is a frame of
JSON and a frame of content, an answer a frame of JSON; what cannot be read is answered by its `error`.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import IO, Any

import pypdf
import pypdf.errors
import trafilatura

from tools.web.frames import MAX_TEXT_CHARS, read_frame, write_frame

MAX_MEMORY_BYTES = 1_500_000_000
MAX_PDF_PAGES = 200
_HTML_HEAD = "<!doctype html><html><body>"
_UNREADABLE = (
    pypdf.errors.PyPdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,  # among them too deep a recursion, and what is not implemented
    TypeError,
    ValueError,
)


def html(content: bytes, told: Mapping[str, str]) -> dict[str, Any]:
    """Title, date and main text of a page, as Markdown; all of its text where nothing looks like the main one."""
    text = content.decode(told["charset"], errors="replace")
    if "<html" not in text[:2000].lower():
        text = f"{_HTML_HEAD}{text}"
    main = trafilatura.extract(text, output_format="markdown", include_comments=False)
    about = trafilatura.extract_metadata(text, default_url=told["url"] or None)
    parts = [("", main or trafilatura.html2txt(text))]
    return {"title": about.title or "", "date": about.date or "", "parts": parts}


def pdf(content: bytes, told: Mapping[str, str]) -> dict[str, Any]:
    """Title and text of a PDF, page by page."""
    document = pypdf.PdfReader(BytesIO(content))
    title = document.metadata.title if document.metadata else None
    return {"title": title or "", "parts": list(_pdf_pages(document))}


_READERS: Mapping[str, Callable[[bytes, Mapping[str, str]], dict[str, Any]]] = {
    "text/html": html,
    "application/pdf": pdf,
}


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until the requests end."""
    write_frame(answers, b"{}")
    while True:
        try:
            told, content = json.loads(read_frame(requests)), read_frame(requests)
        except EOFError:
            return
        write_frame(answers, json.dumps(_read(content, told)).encode())


def _read(content: bytes, told: Mapping[str, str]) -> dict[str, Any]:
    """What parsers raise over broken input is of many kinds, and none of them says more than that it is broken."""
    try:
        return _READERS[told["media_type"]](content, told)
    except _UNREADABLE as error:
        return {"error": type(error).__name__}


def _pdf_pages(document: pypdf.PdfReader) -> Iterator[tuple[str, str]]:
    n_chars = 0
    for number, sheet in enumerate(document.pages[:MAX_PDF_PAGES], start=1):
        text = sheet.extract_text()
        n_chars += len(text)
        yield f"p. {number}", text
        if n_chars > MAX_TEXT_CHARS:
            return


def _limit_memory() -> None:
    """Where the system can (not on Windows): a parser that grows without end dies alone."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


if __name__ == "__main__":
    logging.disable()
    _limit_memory()
    serve(sys.stdin.buffer, sys.stdout.buffer)
