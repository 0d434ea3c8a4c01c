"""The grammar of a template's shape as index tensors, built once and used by every fill of that shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import torch
from torch import Tensor

from model.canvas import TemplateError, texts_of
from model.constraints.compiling import Wanted, compile_text
from model.constraints.texts import Text
from model.tokens import Vocabulary
from model.types import Record, Template, TextRecord

Words = frozenset[str]
NO_WORDS = Words()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a slot's cells lie, and what it allows by itself.

    `refused` are the whole texts that a slot with a pattern or a schema must not hold.
    """

    name: str
    start: int
    n_cells: int
    allowed: Words | None
    pattern: str | None = None
    schema: str | None = None
    refused: Words = NO_WORDS

    @property
    def cells(self) -> range:
        """The slot's cells."""
        return range(self.start, self.start + self.n_cells)

    @property
    def has_own_grammar(self) -> bool:
        """Whether it holds text that obeys a pattern or a schema by itself."""
        return self.pattern is not None or self.schema is not None


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a template decides its grammar; equal shapes share one."""

    records: tuple[Record, ...]
    places: tuple[Place, ...]
    n_cells: int
    text_records: tuple[TextRecord, ...] = ()

    @classmethod
    def of(cls, template: Template, spans: Mapping[str, slice], n_cells: int) -> Shape:
        """The shape of a template whose slots lie at `spans`."""
        texts = texts_of(template)
        places = (
            Place(
                *(slot.name, spans[slot.name].start, slot.n_cells, slot.allowed),
                *(slot.pattern, slot.schema),
                slot.banned if slot.name in texts else NO_WORDS,
            )
            for slot in template.slots()
        )
        return cls(template.records, tuple(places), n_cells, template.text_records)


@dataclass(frozen=True, slots=True)
class Grammar:
    """The index tensors of one shape.

    Words are numbered locally. Where a record or an alternative is shorter than the widest one, `cells`
    points at an extra cell behind the last, and `choice` at set 0, which allows everything.
    """

    words: Tensor  # (words,) token ids, ascending
    sets: Tensor  # (sets, words) bool: the distinct sets of allowed words
    weights: Tensor  # (sets, words) the same as 1 and 0
    penalty: Tensor  # (sets, words) the same as 0 and -inf
    allowed: Tensor  # (cells + 1, words) bool: what slots allow by themselves
    governed: Tensor  # (cells,) bool: false for fixed and free text
    cells: Tensor  # (records, width)
    choice: Tensor  # (records, width, alternatives) into sets
    patterns: Tensor  # (used + 1, records, alternatives) bool: usable with so many used records
    usable: Tensor  # (records, alternatives) bool: usable with any number of them
    idle: Tensor  # (records, alternatives) bool: the alternative of an unused record
    has_free_text: bool
    texts: tuple[Text, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no cell is governed."""
        return self.words.numel() == 0

    def fits(self, permitted: Tensor) -> Tensor:
        """Which sets (cells + 1, sets) hold a permitted word."""
        return permitted.float() @ self.weights.T > 0

    def of_alternatives(self, by_set: Tensor) -> Tensor:
        """Values by cell and set, looked up for each record, cell and alternative."""
        return by_set[self.cells].gather(2, self.choice)


def compile_grammar(shape: Shape, tokens: Vocabulary, device: torch.device) -> Grammar:
    """Number the words, collect the distinct sets and point every alternative at them."""
    places = {place.name: place for place in shape.places}
    records = [_Cells(record, places) for record in shape.records]
    plain = {place: place.allowed for place in shape.places if place.allowed is not None}
    words = Words().union(*plain.values(), *{some for record in records for some in record.sets()})
    sets = _Sets(sorted(words, key=tokens.word_id))
    cells = _padded([record.cells for record in records], shape.n_cells)
    choice = _choices(records, sets)
    by_itself = [(cell, sets.index(some)) for place, some in plain.items() for cell in place.cells]
    patterns = _patterns(shape.records, choice.shape[2])
    table = sets.table()
    plain_cells, plain_sets = torch.tensor(by_itself, dtype=torch.long).view(-1, 2).unbind(1)
    allowed = torch.ones(shape.n_cells + 1, len(words), dtype=torch.bool)
    allowed[plain_cells] = table[plain_sets]
    governed = torch.zeros(shape.n_cells + 1, dtype=torch.bool)
    governed[torch.cat((plain_cells, cells.flatten()))] = True
    of_slots = [cell for place in shape.places for cell in place.cells]
    tensors = {
        "words": torch.tensor([tokens.word_id(word) for word in sets.words], dtype=torch.long),
        "sets": table,
        "weights": table.float(),
        "penalty": torch.zeros(table.shape).masked_fill_(~table, -torch.inf),
        "allowed": allowed,
        "governed": governed[:-1],
        "cells": cells,
        "choice": choice,
        "patterns": patterns,
        "usable": patterns.any(0),
        "idle": _idle(shape.records, choice.shape[2]),
    }
    return Grammar(
        **{name: tensor.to(device) for name, tensor in tensors.items()},
        has_free_text=not bool(governed[of_slots].all()),
        texts=tuple(compile_text(text, tokens, device) for text in _texts(shape)),
    )


def _texts(shape: Shape) -> Iterator[Wanted]:
    """The texts of a template: those of single slots, and those of several together."""
    places = {place.name: place for place in shape.places}
    in_records = {name for record in shape.records for name in record.slots}
    for number, record in enumerate(shape.text_records):
        mine = _places_of(record, places)
        earlier = {name for other in shape.text_records[:number] for name in other.slots}
        if shared := earlier & set(record.slots):
            raise TemplateError(f"slot {min(shared)!r} is in two text records; leave it in one")
        if any(place.has_own_grammar for place in mine):
            raise TemplateError(
                f"a slot of the text record {record.slots} has its own grammar; drop one"
            )
        yield _wanted(mine, in_records, record.pattern, None)
    for place in shape.places:
        if not place.has_own_grammar:
            continue
        if place.pattern is not None and place.schema is not None:
            raise TemplateError(f"slot {place.name!r} has a pattern and a schema; drop one")
        yield _wanted([place], in_records, place.pattern, place.schema)


def _places_of(record: TextRecord, places: Mapping[str, Place]) -> list[Place]:
    if unknown := [name for name in record.slots if name not in places]:
        raise TemplateError(
            f"a text record names slot {unknown[0]!r}; the template has no such slot"
        )
    mine = [places[name] for name in record.slots]
    if mine != sorted(mine, key=lambda place: place.start):
        raise TemplateError(f"the slots of the text record {record.slots} must be in canvas order")
    return mine


def _wanted(
    mine: Sequence[Place], in_records: set[str], pattern: str | None, schema: str | None
) -> Wanted:
    for place in mine:
        if place.name in in_records or place.allowed is not None:
            raise TemplateError(
                f"slot {place.name!r} holds words and text at once; drop one grammar"
            )
    refused = {place.name: place.refused for place in mine if place.refused}
    return Wanted({place.name: place.cells for place in mine}, pattern, schema, refused)


class _Cells:
    """A record by cells instead of slots."""

    def __init__(self, record: Record, places: Mapping[str, Place]) -> None:
        unknown = [name for name in record.slots if name not in places]
        if unknown:
            raise TemplateError(
                f"a record names slot {unknown[0]!r}; the template has no such slot"
            )
        mine = [places[name] for name in record.slots]
        self.cells = [cell for place in mine for cell in place.cells]
        self.options = [
            [words for place, words in zip(mine, option, strict=True) for _ in place.cells]
            for option in record.alternatives
        ]

    def sets(self) -> Iterable[Words]:
        """The words of every cell of every alternative."""
        return chain.from_iterable(self.options)


class _Sets:
    """The distinct sets of words in order of appearance; the first allows everything."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self._number = {word: n for n, word in enumerate(words)}
        self._index: dict[Words, int] = {frozenset(words): 0}

    def index(self, words: Words) -> int:
        """The number of a set."""
        return self._index.setdefault(words, len(self._index))

    def table(self) -> Tensor:
        """All sets as bitmaps over the words."""
        members = [(n, self._number[word]) for n, some in enumerate(self._index) for word in some]
        table = torch.zeros(len(self._index), len(self.words), dtype=torch.bool)
        table[torch.tensor(members, dtype=torch.long).view(-1, 2).unbind(1)] = True
        return table


def _padded(rows: Sequence[Sequence[int]], filler: int) -> Tensor:
    width = max((len(row) for row in rows), default=1)
    filled = [[*row, *[filler] * (width - len(row))] for row in rows]
    return torch.tensor(filled, dtype=torch.long).view(len(rows), width)


def _choices(records: Sequence[_Cells], sets: _Sets) -> Tensor:
    width = max((len(record.cells) for record in records), default=1)
    n_alternatives = max((len(record.options) for record in records), default=1)
    choice = [
        [
            [sets.index(words) for words in option] + [0] * (width - len(option))
            for option in options
        ]
        for options in (record.options for record in records)
    ]
    nothing = [[0] * width]
    padded = [rows + nothing * (n_alternatives - len(rows)) for rows in choice]
    shape = (len(records), n_alternatives, width)
    return torch.tensor(padded, dtype=torch.long).view(shape).transpose(1, 2).contiguous()


def _idle(records: Sequence[Record], n_alternatives: int) -> Tensor:
    idle = torch.zeros(len(records), n_alternatives, dtype=torch.bool)
    for n, record in enumerate(records):
        if record.idle is not None:
            idle[n, record.idle] = True
    return idle


def _patterns(records: Sequence[Record], n_alternatives: int) -> Tensor:
    """One pattern for each number of used records: the used ones come first."""
    usable = torch.zeros(len(records), n_alternatives, dtype=torch.bool)
    for n, record in enumerate(records):
        usable[n, : len(record.alternatives)] = True
    idle = _idle(records, n_alternatives)
    can_idle = idle.any(1)
    n_used = torch.arange(int(can_idle.sum()) + 1)
    is_used = can_idle.cumsum(0) <= n_used[:, None]  # (used + 1, records)
    of_used, of_idle = usable & ~idle, idle
    in_turn = torch.where(is_used[:, :, None], of_used, of_idle)
    return torch.where(can_idle[:, None], in_turn, usable)
