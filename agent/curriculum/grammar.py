"""A small paraphrase grammar: `[a|b]` one of several, `(x)` with or without, `{e}` a slot; all of them nest.

A slot inside `(…)` may stay unsaid, any other has to be given. Where a slot is given, an optional part that
holds it is said; an alternative whose slots are not given is passed over.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

_SLOT = re.compile(r"\{([a-z]+[0-9]?)\}")
_SPECIAL = "[]()|{}"
_GAPS = re.compile(r"\s{2,}")
_GAP_BEFORE = re.compile(r"\s+([?.,!;:…？。，！；：、])")


class PhraseError(ValueError):
    """A phrase that is not well formed: which, and where."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for something that differs from task to task."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several parts; `is_optional` where one of them is nothing."""

    options: tuple[Sequence, ...]
    is_optional: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts one after the other, with the slots that must be given and those that can be."""

    parts: tuple[str | Slot | Choice, ...]
    needs: frozenset[str]
    takes: frozenset[str]


@dataclass(frozen=True)
class Phrase:
    """One way (or many, by its alternatives) to say something."""

    source: str

    @cached_property
    def tree(self) -> Sequence:
        """The parsed phrase."""
        return _Reader(self.source).phrase()

    def fits(self, given: AbstractSet[str]) -> bool:
        """Whether the phrase can be said with these slots, and says all of them."""
        return self.tree.needs <= given <= self.tree.takes

    def say(self, rng: random.Random, slots: Mapping[str, str]) -> str:
        """One sentence of the phrase."""
        said = "".join(_said(self.tree, rng, slots))
        return _GAP_BEFORE.sub(r"\1", _GAPS.sub(" ", said)).strip()

    @cached_property
    def n_ways(self) -> int:
        """How many sentences the phrase holds, slots aside."""
        return _n_ways(self.tree)


def _said(sequence: Sequence, rng: random.Random, slots: Mapping[str, str]) -> Iterator[str]:
    for part in sequence.parts:
        match part:
            case str():
                yield part
            case Slot(name):
                yield slots[name]
            case Choice():
                yield from _said(_chosen(part, rng, slots), rng, slots)


def _chosen(choice: Choice, rng: random.Random, slots: Mapping[str, str]) -> Sequence:
    possible = [option for option in choice.options if option.needs <= slots.keys()]
    telling = [option for option in possible if option.takes & slots.keys()]
    return rng.choice(telling or possible)


def _n_ways(sequence: Sequence) -> int:
    n = 1
    for part in sequence.parts:
        if isinstance(part, Choice):
            n *= sum(_n_ways(option) for option in part.options)
    return n


def _sequence(parts: list[str | Slot | Choice]) -> Sequence:
    needs: set[str] = set()
    takes: set[str] = set()
    for part in parts:
        match part:
            case Slot(name):
                needs.add(name)
                takes.add(name)
            case Choice(options):
                needs |= frozenset.intersection(*(option.needs for option in options))
                takes |= frozenset.union(*(option.takes for option in options))
    return Sequence(tuple(parts), frozenset(needs), frozenset(takes))


class _Reader:
    """Reads one phrase from left to right."""

    def __init__(self, source: str) -> None:
        self.source, self.at = source, 0

    def phrase(self) -> Sequence:
        read = self._parts("")
        if self.at < len(self.source):
            raise self._error("a stray bracket or bar")
        return read

    def _parts(self, ends: str) -> Sequence:
        parts: list[str | Slot | Choice] = []
        while self.at < len(self.source) and self.source[self.at] not in ends:
            parts.append(self._part())
        return _sequence(parts)

    def _part(self) -> str | Slot | Choice:
        match self.source[self.at]:
            case "{":
                return self._slot()
            case "[":
                return Choice(tuple(self._options("]")), is_optional=False)
            case "(":
                return Choice((*self._options(")"), _sequence([])), is_optional=True)
            case "]" | ")" | "|" | "}":
                raise self._error("a stray bracket or bar")
        return self._text()

    def _text(self) -> str:
        start = self.at
        while self.at < len(self.source) and self.source[self.at] not in _SPECIAL:
            self.at += 1
        return self.source[start : self.at]

    def _slot(self) -> Slot:
        found = _SLOT.match(self.source, self.at)
        if found is None:
            raise self._error("a slot that is not spelled {name}")
        self.at = found.end()
        return Slot(found[1])

    def _options(self, end: str) -> Iterator[Sequence]:
        while True:
            self.at += 1
            yield self._parts("|" + end)
            if self.at == len(self.source):
                raise self._error(f"no {end!r} to the end")
            if self.source[self.at] == end:
                self.at += 1
                return

    def _error(self, what: str) -> PhraseError:
        return PhraseError(f"{self.source!r}, character {self.at + 1}: {what}")
