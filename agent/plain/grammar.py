"""The grammar of a canvas of text: one regular expression for all that its rows may say together.

Guarantees: whatever matches is a plan that can be run. Used rows come first, a reference names a used row
before it, and every word is one that the row may hold where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from agent.errors import RunError
from agent.plain.quotes import quoted
from agent.plain.rows import END, QUOTE, UNUSED, Option, Place, TextRow
from agent.types import NIL
from model.types import SEPARATOR

Texts = tuple[str, ...]
"""A pattern for each slot in turn; several slots may be in one, with SEPARATOR between them."""


def canvas_pattern(rows: Sequence[TextRow], places: Sequence[Sequence[Place]]) -> str:
    """What the open slots of these rows say, joined by SEPARATOR; the last row ends the plan."""
    *body, (ending, its_places) = zip(rows, places, strict=True)
    endings = [_used(_behind(ending, n), its_places) for n in range(len(body) + 1)]
    tail = endings[-1]
    for n in range(len(body) - 1, -1, -1):
        silent = [_idle(row, "") for row, _ in body[n + 1 :]]
        idle = _joined(_idle(rows[n], f" {UNUSED}{END}"), *silent, endings[n])
        tail = _either(_joined(_used(*body[n]), tail), idle)
    if tail is None:
        raise RunError("no plan is left that was not refused; ask in other words")
    return SEPARATOR.join(tail)


def _used(row: TextRow, places: Sequence[Place]) -> Texts | None:
    """What a used row says; None where it cannot be used."""
    if not places:
        return () if row.uses else None
    return _either(*(tuple(_slots(row, use, places)) for use in row.uses))


def _slots(row: TextRow, use: Option, places: Sequence[Place]) -> Iterator[str]:
    """What each slot of a row says if the row is used this way."""
    for place in places:
        cells = "".join(_cell(use[n], row.refused[n]) for n in place.columns)
        yield cells + re.escape(END) if place.is_rest else cells


def _cell(words: frozenset[str], refused: frozenset[str]) -> str:
    plain = map(re.escape, sorted(words - {NIL, QUOTE}))
    said = [*plain, *([quoted(refused)] if QUOTE in words else [])]
    if not said:
        return ""
    return f"(?: (?:{'|'.join(said)}))" + ("?" if NIL in words else "")


def _idle(row: TextRow, text: str) -> Texts | None:
    """What an unused row says; None where it has to be used."""
    if row.idle is None:
        return None
    return (re.escape(text),) if row.open else ()


def _behind(ending: TextRow, n_used: int) -> TextRow:
    """The last row behind so many used ones; where a known reference goes beyond, it may."""
    later = {f"#{n}" for n in range(n_used + 1, ending.index)}
    uses = (tuple(words - later for words in use) for use in ending.uses)
    return replace(ending, uses=tuple(use for use in uses if all(use)) or ending.uses)


def _joined(*parts: Texts | None) -> Texts | None:
    """One behind the other; None where one is impossible."""
    joined: Texts = ()
    for part in parts:
        if part is None:
            return None
        joined += part
    return joined


def _either(*ways: Texts | None) -> Texts | None:
    """Any of the ways that are possible; they have the same slots."""
    possible = [way for way in ways if way is not None]
    if not any(possible):
        return () if possible else None
    return (f"(?:{'|'.join(dict.fromkeys(map(SEPARATOR.join, possible)))})",)
