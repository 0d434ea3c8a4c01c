"""The grammar of a template's shape as index tensors, built once and used by every fill of that shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import torch
from torch import Tensor

from model.canvas import TemplateError
from model.tokens import Tokens
from model.types import Record, Template

Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a slot's cells lie, and what it allows by itself."""

    name: str
    start: int
    n_cells: int
    allowed: Words | None

    @property
    def cells(self) -> range:
        """The slot's cells."""
        return range(self.start, self.start + self.n_cells)


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a template decides its grammar; equal shapes share one."""

    records: tuple[Record, ...]
    places: tuple[Place, ...]
    n_cells: int

    @classmethod
    def of(cls, template: Template, spans: Mapping[str, slice], n_cells: int) -> Shape:
        """The shape of a template whose slots lie at `spans`."""
        places = (
            Place(slot.name, spans[slot.name].start, slot.n_cells, slot.allowed)
            for slot in template.slots()
        )
        return cls(template.records, tuple(places), n_cells)


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


def compile_grammar(shape: Shape, tokens: Tokens, device: torch.device) -> Grammar:
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
    )


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
