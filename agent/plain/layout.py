"""A canvas of words laid out as text: `#1 search @1`, a row a line.

A row whose words are all known is fixed text. Where single words of a known row are open and each word that
may stand there takes the same number of cells, those cells alone are open; else the row is one slot, wide
enough for the longest that it may say, and its grammar says the known words again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agent.plain.grammar import canvas_pattern
from agent.plain.rows import END, QUOTE, UNUSED, Place, TextRow, rows_of, said
from agent.plain.types import Speech
from agent.types import NIL
from model.types import Slot, Template, TextRecord

QUOTED_CELLS = 14
"""What a name in quotation marks may take, its marks included."""


@dataclass(frozen=True, slots=True)
class TextCanvas:
    """The text `template` of a canvas of words: its rows, and where the open words of each stand."""

    template: Template
    rows: tuple[TextRow, ...]
    places: tuple[tuple[Place, ...], ...]

    def last_slot(self, name: str) -> str | None:
        """The last slot of the row that has this slot of words; None where nothing of it is open."""
        pairs = zip(self.rows, self.places, strict=True)
        return next(
            (places[-1].slot for row, places in pairs if name in row.names and places), None
        )


def laid_out(template: Template, speech: Speech) -> TextCanvas:
    """The text of a canvas of words for a model that speaks so."""
    rows = rows_of(template)
    places = tuple(tuple(_places(row, speech)) for row in rows)
    parts = [part for pair in zip(rows, places, strict=True) for part in _parts(*pair, speech)]
    slots = tuple(place.slot for mine in places for place in mine)
    record = (TextRecord(slots, canvas_pattern(rows, places)),) if slots else ()
    text = replace(template, parts=tuple(_merged(parts)), records=(), text_records=record)
    return TextCanvas(text, rows, places)


def _places(row: TextRow, speech: Speech) -> Iterator[Place]:
    """A slot for each open column if that can be, else one from the first of them to the end of the row."""
    if not row.open:
        return
    if row.known[0] is not None and row.uses:
        wanted = [n for n in row.open if row.candidates[n] != {NIL}]
        if wanted and all(len(_sizes(row.candidates[n], speech)) == 1 for n in wanted):
            yield from (Place(f"{row.index}.{n}", (n,)) for n in wanted)
            return
    yield Place(f"{row.index}", tuple(range(row.open[0], len(row.names))), is_rest=True)


def _sizes(words: frozenset[str], speech: Speech) -> set[int]:
    """How many cells these words take; what has no size of its own gives several."""
    return {n for word in words for n in _size(word, speech)}


def _size(word: str, speech: Speech) -> tuple[int, ...]:
    if word == NIL:
        return (0,)
    return (0, QUOTED_CELLS) if word == QUOTE else (speech.n_cells(f" {word}"),)


def _parts(row: TextRow, places: Sequence[Place], speech: Speech) -> Iterator[str | Slot]:
    """The row's text and slots from left to right."""
    yield row.label
    if row.known == row.idle:
        yield f" {UNUSED}{END}"
        return
    slots = {place.columns[0]: place for place in places}
    for column, word in enumerate(row.known):
        if column in slots:
            yield Slot(slots[column].slot, _width(row, slots[column], speech))
            if slots[column].is_rest:
                return
        elif word is not None:
            yield said((word,))
    yield END


def _width(row: TextRow, place: Place, speech: Speech) -> int:
    """The cells of the longest text of a slot; whatever else it may say fits as well."""
    longest = [sum(max(_sizes(use[n], speech)) for n in place.columns) for use in row.uses]
    idle = [speech.n_cells(f" {UNUSED}")] if row.idle is not None else []
    return max([*idle, *longest], default=0) + (speech.n_cells(END) if place.is_rest else 0)


def _merged(parts: Sequence[str | Slot]) -> Iterator[str | Slot]:
    """The parts with neighbouring texts in one, as a tokenizer should read them."""
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        if text:
            yield text
        yield part
        text = ""
    if text:
        yield text
