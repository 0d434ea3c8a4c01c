"""Rows of a canvas of words, as far as text has to know them: what is known, and which ways are left to fill them.

A word in quotation marks names something that the question's pointers do not: QUOTE stands for any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent.types import NIL
from model.types import Record, Slot, Template

QUOTE = '"…"'
UNUSED = "unused"
"""What the first unused row says; those behind it say nothing."""

END = "\n"
"""What ends a row that says something: a model has to choose where, and what fills the cells behind is forced."""

Option = tuple[frozenset[str], ...]
"""One way to fill a row: the words possible in each of its cells, the tool's first."""

_QUOTABLE = {"search": (1,), "lookup": (1, 2)}


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row. `known` has None where a cell is open; `uses` are the ways to use it that are left.

    `idle` are the words of the row unused, None where it cannot be; `refused` are the quoted words that its
    cells must not hold.
    """

    label: str
    names: tuple[str, ...]
    known: tuple[str | None, ...]
    uses: tuple[Option, ...]
    idle: tuple[str, ...] | None
    refused: tuple[frozenset[str], ...]

    @property
    def index(self) -> int:
        """The number in its label."""
        return int(self.label[1:])

    @property
    def open(self) -> tuple[int, ...]:
        """The columns to be filled."""
        return tuple(n for n, word in enumerate(self.known) if word is None)

    @property
    def candidates(self) -> Option:
        """The words possible in each cell, whichever way is taken."""
        return tuple(frozenset().union(*column) for column in zip(*self.uses, strict=True))


@dataclass(frozen=True, slots=True)
class Place:
    """A slot of text and the columns of its row that it holds; `is_rest` where it holds the row to its end."""

    slot: str
    columns: tuple[int, ...]
    is_rest: bool = False


def rows_of(template: Template) -> tuple[TextRow, ...]:
    """The rows of a canvas of words, in order."""
    slots = {slot.name: slot for slot in template.slots()}
    labels = [part for part in template.parts if isinstance(part, str)]
    return tuple(
        _row(label, record, tuple(slots[name] for name in record.slots))
        for label, record in zip(labels, template.records, strict=True)
    )


def is_quoted(word: str) -> bool:
    """Whether a word is a name in quotation marks."""
    return word.startswith('"')


def _row(label: str, record: Record, slots: tuple[Slot, ...]) -> TextRow:
    ways = [_left(option, slots) for option in record.alternatives]
    unused = None if record.idle is None else ways.pop(record.idle)
    idle = tuple(word for (word,) in unused) if unused and all(unused) else None
    known = tuple(slot.value for slot in slots)
    return TextRow(
        label=label,
        names=record.slots,
        known=idle if idle and idle[0] == known[0] else known,
        uses=tuple(way for way in ways if all(way)),
        idle=idle,
        refused=tuple(frozenset(filter(is_quoted, slot.banned)) for slot in slots),
    )


def _left(option: Option, slots: tuple[Slot, ...]) -> Option:
    """What known and refused words leave of an alternative."""
    return tuple(_words_left(option, slots))


def _words_left(option: Option, slots: tuple[Slot, ...]) -> Iterator[frozenset[str]]:
    quotable = {n for tool in option[0] for n in _QUOTABLE.get(tool, ())}
    for column, (words, slot) in enumerate(zip(option, slots, strict=True)):
        if column not in quotable:
            words = frozenset(word for word in words if not is_quoted(word))
        yield words & {slot.value} if slot.value is not None else words - slot.banned


def said(words: Iterable[str]) -> str:
    """The text of these words, each behind a space."""
    return "".join(f" {word}" for word in words if word != NIL)
