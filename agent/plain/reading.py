"""What rows of text say, in the words of the plan."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from agent.plain.rows import QUOTE, UNUSED, Option, Place, TextRow, is_quoted
from agent.types import NIL

_WORD = re.compile(r'"[^"]*"|\S+')


def words_of(row: TextRow, places: Sequence[Place], texts: Mapping[str, str]) -> tuple[str, ...]:
    """The words of a row whose slots hold these texts.

    A text that no grammar held to a call, or that was not written to its end, leaves the row unused.
    """
    words = [word or NIL for word in row.known]
    for place in places:
        pieces = _WORD.findall(texts[place.slot])
        if place.is_rest and pieces in ([], [UNUSED]) and row.idle:
            return row.idle
        read = _read(row, place, pieces)
        if read is None:
            return row.idle or tuple(word or NIL for word in row.known)
        for column, word in zip(place.columns, read, strict=True):
            words[column] = word
    return tuple(words)


def _read(row: TextRow, place: Place, pieces: Sequence[str]) -> tuple[str, ...] | None:
    """The words in a place by the first way to use the row that has these pieces; None if no way has."""
    ways = (_matched(tuple(use[n] for n in place.columns), pieces) for use in row.uses)
    return next((words for words in ways if words is not None), None)


def _matched(use: Option, pieces: Sequence[str]) -> tuple[str, ...] | None:
    """The pieces, each in a cell of its own, with fillers in the others."""
    if not use:
        return None if pieces else ()
    cell, *rest = use
    if pieces and (pieces[0] in cell or (QUOTE in cell and is_quoted(pieces[0]))):
        after = _matched(tuple(rest), pieces[1:])
        if after is not None:
            return (pieces[0], *after)
    after = _matched(tuple(rest), pieces) if NIL in cell else None
    return None if after is None else (NIL, *after)
