"""What a call has to tell the user beside its observation: noted where it happens, collected around the call.

Guarantees: notes reach the collector of the thread that made them, each once; without a collector they are
dropped, so that a tool can be used without one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from tools.types import Note, NoteKind

_TAKEN: ContextVar[dict[Note, None] | None] = ContextVar("notes", default=None)


def note(kind: NoteKind, about: str, text: str) -> None:
    """Tell whoever collects."""
    taken = _TAKEN.get()
    if taken is not None:
        taken[Note(kind, about, text)] = None


@contextmanager
def noted() -> Iterator[dict[Note, None]]:
    """Collect what is noted inside, in order."""
    taken: dict[Note, None] = {}
    token = _TAKEN.set(taken)
    try:
        yield taken
    finally:
        _TAKEN.reset(token)
