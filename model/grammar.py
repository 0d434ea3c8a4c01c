"""The grammar of a template's shape as index tensors, built once and used by every fill of that shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain

import numpy as np
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

    Words are numbered locally, and so are the distinct sets of words that the alternatives have for a cell
    of a record: few, where all records together have many. Where a record or an alternative is shorter than
    the widest one, `cells` points at an extra cell behind the last, and `choice` at a set of all words.
    """

    words: Tensor  # (words,) token ids, ascending
    sets: Tensor  # (records, width, sets, words) bool
    allowed: Tensor  # (cells + 1, words) bool: what slots allow by themselves
    governed: Tensor  # (cells,) bool: false for fixed and free text
    cells: Tensor  # (records, width)
    choice: Tensor  # (records, width, alternatives) into the sets of the cell
    patterns: Tensor  # (used + 1, records, alternatives) bool: usable with so many used records
    usable: Tensor  # (records, alternatives) bool: usable with any number of them
    idle: Tensor  # (records, alternatives) bool: the alternative of an unused record
    has_free_text: bool
    texts: tuple[Text, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no cell is governed."""
        return self.words.numel() == 0

    def alive(self, permitted: Tensor) -> Tensor:
        """The alternatives (records, alternatives) that permitted words (cells + 1, words) can fill."""
        fits = (permitted[self.cells].unsqueeze(2) & self.sets).any(3)
        return fits.gather(2, self.choice).all(1) & self.usable

    def completable(self, alive: Tensor) -> Tensor:
        """The words (records, width, words) that some of these alternatives have for a record's cell."""
        n_alive = torch.zeros(self.sets.shape[:3], dtype=torch.int, device=alive.device)
        n_alive.scatter_add_(2, self.choice, alive.int().unsqueeze(1).expand_as(self.choice))
        return (self.sets & (n_alive > 0).unsqueeze(3)).any(2)

    def best(self, value: Tensor) -> Tensor:
        """The words (records, width, words) of the joint choice with the largest sum of its cells' best words.

        `value` (cells + 1, words) is -inf where a word is not possible.
        """
        of_sets = value[self.cells].unsqueeze(2).where(self.sets, -torch.inf).amax(3)
        total = of_sets.gather(2, self.choice).sum(1)
        runs = total.masked_fill(~self.patterns, -torch.inf)
        alternative = runs[runs.amax(2).sum(1).argmax()].argmax(1)
        chosen = self.choice.gather(
            2, alternative[:, None, None].expand(-1, self.choice.shape[1], 1)
        )
        return self.sets.take_along_dim(chosen.unsqueeze(3), 2).squeeze(2)


def compile_grammar(shape: Shape, tokens: Vocabulary, device: torch.device) -> Grammar:
    """Number the words, collect the distinct sets and point every alternative at them."""
    places = {place.name: place for place in shape.places}
    records = [_Cells(record, places) for record in shape.records]
    plain = {place: place.allowed for place in shape.places if place.allowed is not None}
    sets = _Sets({*plain.values(), *(some for record in records for some in record.sets())}, tokens)
    cells = _padded([record.cells for record in records], shape.n_cells)
    of_cells, choice = _choices(records, sets)
    table = sets.table()
    by_itself = [(cell, sets.number[some]) for place, some in plain.items() for cell in place.cells]
    patterns = _patterns(shape.records, choice.shape[2])
    plain_cells, plain_sets = torch.tensor(by_itself, dtype=torch.long).view(-1, 2).unbind(1)
    allowed = torch.ones(shape.n_cells + 1, len(sets.words), dtype=torch.bool)
    allowed[plain_cells] = table[plain_sets]
    governed = torch.zeros(shape.n_cells + 1, dtype=torch.bool)
    governed[torch.cat((plain_cells, cells.flatten()))] = True
    of_slots = [cell for place in shape.places for cell in place.cells]
    tensors = {
        "words": torch.tensor([*sets.words.values()], dtype=torch.long),
        "sets": table[of_cells],
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
    """A record by cells instead of slots: for each cell, its words in every alternative."""

    def __init__(self, record: Record, places: Mapping[str, Place]) -> None:
        unknown = [name for name in record.slots if name not in places]
        if unknown:
            raise TemplateError(
                f"a record names slot {unknown[0]!r}; the template has no such slot"
            )
        mine = [places[name] for name in record.slots]
        self.cells = [cell for place in mine for cell in place.cells]
        self.n_alternatives = len(record.alternatives)
        by_slot = zip(mine, *record.alternatives, strict=True)
        self.columns = [words for place, *words in by_slot for _ in place.cells]

    def sets(self) -> Iterable[Words]:
        """The words of every cell of every alternative."""
        return chain.from_iterable(self.columns)


class _Sets:
    """Distinct sets of words by number; number 0 allows all `words`, which are in the order of their ids."""

    def __init__(self, sets: AbstractSet[Words], tokens: Vocabulary) -> None:
        ids = {word: tokens.word_id(word) for word in NO_WORDS.union(*sets)}
        self.words = dict(sorted(ids.items(), key=lambda pair: pair[1]))
        every = frozenset(self.words)
        self.number = {words: n for n, words in enumerate((every, *(sets - {every})))}

    def table(self) -> Tensor:
        """All sets as bitmaps over the words."""
        place = {word: n for n, word in enumerate(self.words)}
        members = [(n, place[word]) for some, n in self.number.items() for word in some]
        table = torch.zeros(len(self.number), len(self.words), dtype=torch.bool)
        table[torch.tensor(members, dtype=torch.long).view(-1, 2).unbind(1)] = True
        return table


def _padded(rows: Sequence[Sequence[int]], filler: int) -> Tensor:
    width = max((len(row) for row in rows), default=1)
    filled = [[*row, *[filler] * (width - len(row))] for row in rows]
    return torch.tensor(filled, dtype=torch.long).view(len(rows), width)


def _choices(records: Sequence[_Cells], sets: _Sets) -> tuple[Tensor, Tensor]:
    """The numbers of the sets of each record's cell, and which of them each alternative takes."""
    width = max((len(record.cells) for record in records), default=1)
    n_alternatives = max((record.n_alternatives for record in records), default=1)
    of_cells, choice = [], []
    for record in records:
        for column in (*record.columns, *[()] * (width - len(record.columns))):
            numbers = [sets.number[words] for words in column]
            numbers += [0] * (n_alternatives - len(column))
            place = {number: n for n, number in enumerate(dict.fromkeys(numbers))}
            of_cells.append([*place])
            choice.append([place[number] for number in numbers])
    shape = (len(records), width)
    taken = np.array(choice, np.int64).reshape(
        *shape, n_alternatives
    )  # from lists in half the time
    return _padded(of_cells, 0).unflatten(0, shape), torch.from_numpy(taken)


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
