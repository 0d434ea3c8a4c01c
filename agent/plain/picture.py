"""A canvas of text as a canvas of words, for those who watch.

A row that is not written to its end shows the words that can be told so far, from left to right: behind a
masked cell nobody knows yet in which column a word will stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.plain.layout import TextCanvas
from agent.plain.rows import END, Place, TextRow
from agent.plan import TOOLS
from agent.types import NIL
from model.types import Cell, CellState

_MASKED = "\0"
_GLIMPSE = re.compile(
    rf'{"|".join(TOOLS)}|"[^"]*"?|[#@%][\d{_MASKED}]*|[<>=!]+|[^\W\d_]+{_MASKED}?|{_MASKED}+|{END}'
)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A word as far as it is revealed, and the lowest confidence of its cells; empty while masked."""

    text: str
    confidence: float | None


Written = Mapping[int, tuple[str, ...]]
"""The words of the rows that are written to their end, by index."""


def pictured(
    canvas: TextCanvas, cells: Sequence[Cell], written: Written, filler: str
) -> tuple[Cell, ...]:
    """Every cell of the canvas of words."""
    return tuple(
        cell
        for row, places in zip(canvas.rows, canvas.places, strict=True)
        for cell in _row(row, places, _of_slots(cells), written, filler)
    )


def confidences(
    canvas: TextCanvas, cells: Sequence[Cell], written: Written, filler: str
) -> dict[str, float]:
    """How sure each open word of the written rows was."""
    shown = pictured(canvas, cells, written, filler)
    return {c.slot: c.confidence for c in shown if c.slot and c.confidence is not None}


def _of_slots(cells: Sequence[Cell]) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell.slot:
            found.setdefault(cell.slot, []).append(cell)
    return found


def _row(
    row: TextRow,
    places: Sequence[Place],
    cells: Mapping[str, Sequence[Cell]],
    written: Written,
    filler: str,
) -> Iterator[Cell]:
    yield Cell(row.label, CellState.FIXED)
    seen = _seen(places, cells, written.get(row.index), filler)
    state = CellState.COMMITTED if row.index in written else CellState.REVEALED
    for column, (name, known) in enumerate(zip(row.names, row.known, strict=True)):
        glimpse = seen.get(column, Glimpse(NIL, 1.0))
        if known is not None:
            yield Cell(known, CellState.LOCKED, name)
        elif glimpse.text:
            yield Cell(glimpse.text, state, name, glimpse.confidence)
        else:
            yield Cell("", CellState.MASKED, name)


def _seen(
    places: Sequence[Place],
    cells: Mapping[str, Sequence[Cell]],
    written: tuple[str, ...] | None,
    filler: str,
) -> dict[int, Glimpse]:
    """What is revealed of each open column."""
    found: dict[int, Glimpse] = {}
    for place in places:
        mine = cells.get(place.slot, ())
        glimpses = list(_glimpses(mine, filler))
        said = [glimpse for glimpse in glimpses if glimpse.text != END]
        ends = [glimpse.confidence for glimpse in glimpses if glimpse.text == END]
        if written is not None:
            said = _sure([written[column] for column in place.columns], mine, said, ends)
        is_open = any(cell.state is CellState.MASKED for cell in mine)
        rest = Glimpse("", None) if is_open else Glimpse(NIL, 1.0)
        found |= dict(zip(place.columns, [*said, *[rest] * len(place.columns)], strict=False))
    return found


def _sure(
    words: Sequence[str],
    cells: Sequence[Cell],
    said: Sequence[Glimpse],
    ends: Sequence[float | None],
) -> list[Glimpse]:
    """The words that were written; where cells cannot be told apart, all are as sure as the least sure cell.

    A cell without a word is as sure as the end of its row.
    """
    lowest = min((c.confidence for c in cells if c.confidence is not None), default=1.0)
    if [glimpse.text for glimpse in said] != [word for word in words if word != NIL]:
        return [Glimpse(word, lowest) for word in words]
    rest = iter(said)
    end = ends[0] if ends else 1.0
    return [Glimpse(word, end if word == NIL else next(rest).confidence) for word in words]


def _glimpses(cells: Sequence[Cell], filler: str) -> Iterator[Glimpse]:
    """The words in some cells; masked cells side by side are one."""
    text, owners = "", list[Cell]()
    for cell in cells:
        if cell.state is not CellState.MASKED and cell.text == filler:
            continue
        said = _MASKED if cell.state is CellState.MASKED else cell.text
        text, owners = text + said, [*owners, *[cell] * len(said)]
    for word in _GLIMPSE.finditer(text):
        sure = [c.confidence for c in owners[word.start() : word.end()] if c.confidence is not None]
        is_masked = _MASKED in word[0]
        yield Glimpse("" if is_masked else word[0], None if is_masked else min(sure, default=None))
