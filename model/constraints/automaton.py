"""A finite automaton over bytes: the derivatives of a term, explored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from model.constraints.terms import Terms
from model.errors import ModelError

DEAD = -1
MAX_STATES = 20_000

Table = NDArray[np.int32]
Flags = NDArray[np.bool_]


class LanguageError(ModelError):
    """A language that no slot can hold: empty, or too large to follow."""


@dataclass(frozen=True, slots=True, eq=False)
class Automaton:
    """State 0 is the start; `table` (states, 256) leads on, or to DEAD where no text of the language does."""

    table: Table
    accepting: Flags

    @property
    def n_states(self) -> int:
        """How many states there are."""
        return len(self.table)

    def accepts(self, text: bytes) -> bool:
        """Whether the text belongs to the language."""
        state = 0
        for byte in text:
            state = int(self.table[state, byte])
            if state == DEAD:
                return False
        return bool(self.accepting[state])


def explore(terms: Terms, term: int) -> Automaton:
    """The automaton of a term, without states from which nothing is accepted."""
    number = {term: 0}
    states = [term]
    for state in states:
        for _, rest in terms.form(state):
            if rest not in number:
                number[rest] = len(states)
                states.append(rest)
        if len(states) > MAX_STATES:
            raise LanguageError(
                f"the pattern needs more than {MAX_STATES} states; shorten its counted repetitions"
            )
    live = _live(terms, states)
    if term not in live:
        raise LanguageError("the pattern matches no text at all; loosen it")
    return _tabulated(terms, [state for state in states if state in live])


def is_empty(terms: Terms, term: int) -> bool:
    """Whether no text belongs to the language."""
    seen, waiting = {term}, [term]
    while waiting:
        state = waiting.pop()
        if terms.is_nullable(state):
            return False
        found = {rest for _, rest in terms.form(state)} - seen
        seen |= found
        waiting += found
    return True


def _live(terms: Terms, states: Sequence[int]) -> set[int]:
    """The states from which something is accepted."""
    before: dict[int, list[int]] = {state: [] for state in states}
    for state in states:
        for _, rest in terms.form(state):
            before[rest].append(state)
    waiting = [state for state in states if terms.is_nullable(state)]
    live = set(waiting)
    while waiting:
        found = {state for state in before[waiting.pop()] if state not in live}
        live |= found
        waiting += found
    return live


def _tabulated(terms: Terms, states: Sequence[int]) -> Automaton:
    number = {state: n for n, state in enumerate(states)}
    table = np.full((len(states), 256), DEAD, dtype=np.int32)
    for state, row in zip(states, table, strict=True):
        for some, rest in terms.form(state):
            row[_members(some)] = number.get(rest, DEAD)
    accepting = np.array([terms.is_nullable(state) for state in states], dtype=np.bool_)
    return Automaton(table, accepting)


@lru_cache(maxsize=4096)
def _members(some: int) -> NDArray[np.intp]:
    """The bytes in a bitmap."""
    bits = np.frombuffer(some.to_bytes(32, "little"), dtype=np.uint8)
    return np.unpackbits(bits, bitorder="little").nonzero()[0]
