"""What a page says: its text in parts that can be cited.

Guarantees: bounded time, memory and length, whatever the bytes are; a page that cannot be read is a `Failed`.
Does not guarantee: that all of its text is found; trafilatura leaves out what looks like navigation, and a PDF of
pictures has none.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import tools
from tools.types import Failed, Reason
from tools.web.frames import MAX_TEXT_CHARS, read_frame, write_frame
from tools.web.types import Page

MAX_SECONDS = 15.0
START_SECONDS = 120.0
MAX_BYTES = 10_000_000
_PARSED = {
    "text/html": "text/html",
    "application/xhtml+xml": "text/html",
    "application/pdf": "application/pdf",
}
_AS_IT_IS = ("application/json", "application/xml", "application/atom+xml", "application/rss+xml")
_LIBRARIES = ("trafilatura", "lxml_html_clean", "pypdf")
_COMMAND = (sys.executable, "-m", "tools.web.extraction")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text; `where` is empty for a whole page, else `p. 3`."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a page; `date` is what the page says of itself, `is_cut` if only its beginning is here."""

    title: str
    date: str
    parts: tuple[Part, ...]
    is_cut: bool = False

    @property
    def text(self) -> str:
        """All parts, one after the other."""
        return "\n\n".join(part.text for part in self.parts)


class Reader:
    """Reads one thing at a time in a process of its own, which starts on first use and is replaced when it fails."""

    def __init__(self, max_seconds: float = MAX_SECONDS) -> None:
        self._max_seconds = max_seconds
        self._lock = threading.Lock()
        self._waiter = ThreadPoolExecutor(1, thread_name_prefix="reading")
        self._process: subprocess.Popen[bytes] | None = None

    def read_page(self, page: Page) -> Document | Failed:
        """The text of a page."""
        return self.read(page.body, page.media_type, page.charset, page.final_url)

    def read(
        self, content: bytes, media_type: str, charset: str = "utf-8", url: str = ""
    ) -> Document | Failed:
        """The text of any content; `Failed` says why there is none."""
        if len(content) > MAX_BYTES:
            detail = f"{len(content)} bytes are more than the {MAX_BYTES} that are read"
            return Failed(Reason.TOO_LARGE, detail)
        if kind := _PARSED.get(media_type):
            told = {"media_type": kind, "charset": charset, "url": url}
            return self._parsed(told, content)
        if media_type.startswith("text/") or media_type in _AS_IT_IS:
            return _document({"parts": [("", content.decode(charset, errors="replace"))]})
        return Failed(Reason.MALFORMED, f"{media_type} holds no text that can be read")

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()
            self._waiter.shutdown()

    def _parsed(self, told: dict[str, str], content: bytes) -> Document | Failed:
        if lacking := [name for name in _LIBRARIES if find_spec(name) is None]:
            detail = f"{lacking[0]} is not installed; pip install 'palimpsest[online]' brings it"
            return Failed(Reason.UNAVAILABLE, detail)
        what = f"the {told['media_type']}"
        with self._lock:
            try:
                self._within(START_SECONDS, self._start)
                found = self._within(self._max_seconds, self._asked, told, content)
            except FutureTimeoutError:
                self._end()
                return Failed(Reason.TIMED_OUT, f"{what} took too long to read")
            except (EOFError, OSError, ValueError):
                self._end()
                return Failed(Reason.MALFORMED, f"{what} could not be read")
        if error := found.get("error"):
            return Failed(Reason.MALFORMED, f"{what} could not be read ({error})")
        return _document(found)

    def _within(self, seconds: float, work: Callable[..., Any], *given: Any) -> Any:
        return self._waiter.submit(work, *given).result(timeout=seconds)

    def _start(self) -> None:
        """Start the process, if there is none, and wait until its libraries are loaded."""
        if self._process is None:
            self._process = _started()
            read_frame(_pipe(self._process.stdout))

    def _asked(self, told: dict[str, str], content: bytes) -> dict[str, Any]:
        process = self._process
        if process is None:
            raise EOFError("no process")
        requests = _pipe(process.stdin)
        write_frame(requests, json.dumps(told).encode())
        write_frame(requests, content)
        found: dict[str, Any] = json.loads(read_frame(_pipe(process.stdout)))
        return found

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):  # half a request may still be in it
                _pipe(pipe).close()
        process.wait()


def _started() -> subprocess.Popen[bytes]:
    """Without the environment, which may hold keys."""
    return subprocess.Popen(  # noqa: S603 - a constant command
        _COMMAND,
        cwd=Path(tools.__path__[0]).parent,
        env={},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise EOFError("no pipe")
    return pipe


def _document(found: dict[str, Any]) -> Document | Failed:
    left, parts = MAX_TEXT_CHARS, []
    for where, text in found["parts"]:
        if kept := text[:left].strip():
            parts.append(Part(where, kept))
        left = max(0, left - len(text))
    if not parts:
        return Failed(Reason.EMPTY, "the page holds no text")
    return Document(found.get("title", ""), found.get("date", ""), tuple(parts), is_cut=not left)
