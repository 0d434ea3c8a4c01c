"""The event log of a run: one JSON line an event, only ever appended to.

Guarantees: an event survives the process from the moment `append` returns, and what changes the run's state is
brought to the disk at once (fsync, in the background). A line torn by a crash is dropped when the log is next
written to. Does not guarantee: that a picture of the canvas survives a power cut.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import IO

from agent.events import EVENTS, AgentEvent, CanvasChanged, RunFinished

_POLL_SECONDS = 0.02
_DISK = ThreadPoolExecutor(1, "disk")


class LineFile:
    """An append-only file of lines that is whole after any crash.

    A line is with the operating system before `append` returns, so a killed process loses nothing; the disk
    has it a moment later, because waiting for it (20 ms on a busy one) would take longer than a whole run.
    """

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("ab")
        self._lock = Lock()
        self._syncing: Future[None] | None = None
        _drop_torn_line(self._file, path)

    def append(self, line: str, *, durable: bool) -> None:
        """Write one line; a durable one is on its way to the disk."""
        with self._lock:
            self._file.write(line.encode() + b"\n")
            self._file.flush()
            if durable and (
                self._syncing is None or self._syncing.running() or self._syncing.done()
            ):
                self._syncing = _DISK.submit(os.fsync, self._file.fileno())

    def close(self) -> None:
        """Let go of the file once the disk has it."""
        with self._lock:
            if self._syncing is not None:
                self._syncing.result()
            self._file.close()


def _drop_torn_line(file: IO[bytes], path: Path) -> None:
    written = path.read_bytes()
    if written and not written.endswith(b"\n"):
        file.truncate(written.rfind(b"\n") + 1)


class EventLog:
    """The writer of one run's log."""

    def __init__(self, path: Path) -> None:
        self._lines = LineFile(path)

    def append(self, event: AgentEvent) -> None:
        """Add what just happened."""
        durable = not isinstance(event, CanvasChanged)
        self._lines.append(event.model_dump_json(), durable=durable)

    def close(self) -> None:
        """Let go of the file."""
        self._lines.close()


def replay(path: Path) -> list[AgentEvent]:
    """Every event so far; a line that is still being written is left out."""
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [EVENTS.validate_json(line) for line in lines]


def follow(
    path: Path, skip: int = 0, is_live: Callable[[], bool] = lambda: True
) -> Iterator[AgentEvent]:
    """The events from number `skip` on, waiting for more until the run ends or is no longer live."""
    with path.open("rb") as file:
        pending = b""
        while True:
            was_live = is_live()
            *lines, pending = (pending + file.read()).split(b"\n")
            for event in map(EVENTS.validate_json, lines[skip:]):
                yield event
                if isinstance(event, RunFinished):
                    return
            skip = max(0, skip - len(lines))
            if not was_live:
                return
            time.sleep(_POLL_SECONDS)
