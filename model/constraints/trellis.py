"""The joint search: the likeliest words of a run of cells that together are a text of the language.

DINGO (arXiv 2505.23061): dynamic programming over cells and states, in which cells that stay masked may take
any move. Here the trellis of all complete texts is laid out once for a language and a row of slots, so what
stands only prunes it. Guarantees: `best` maximises the sum of the scores exactly, and `possible` names exactly
the classes of tokens that some complete text has; so whatever is kept of a choice, a text remains.
Cost: one pass over the edges of the trellis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.constraints.automaton import DEAD, Flags, LanguageError, Table
from model.constraints.lexicon import Ints
from model.constraints.moves import Moves

MASKED = -1
"""Instead of a class: the cell may take any."""

MAX_EDGES = 10_000_000
"""Of one trellis: 120 MB."""

_NEVER = 1 << 30

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """The ways from state to state through one cell, ordered by `source`.

    All classes that go one way share an edge; `group` (edges,) numbers the distinct sets of classes.
    """

    source: Table
    target: Table
    group: Table

    def where(self, some: Flags) -> Edges:
        """Only these edges."""
        return Edges(self.source[some], self.target[some], self.group[some])


class Trellis:
    """Every complete text of a language on slots of `widths` cells, as ways through the cells of all slots.

    `foreign` stands for the class of a token that no text of the language has.
    """

    def __init__(self, moves: Moves, widths: Sequence[int]) -> None:
        self.n_cells, self.n_classes = sum(widths), moves.n_classes
        self.n_states = moves.n_states
        self.foreign = moves.n_classes
        self._accepting = moves.accepting
        inside, self._has = edges_of(moves)
        at_end = Edges(inside.source, moves.past_end[inside.target], inside.group)
        at_end = at_end.where(at_end.target != DEAD)
        last = set(np.cumsum(widths).tolist())
        self._layers = [at_end if cell + 1 in last else inside for cell in range(self.n_cells)]
        nothing_known = np.full(self.n_cells, MASKED)
        if not self.accepts(nothing_known):
            fewest = _fewest_cells(inside, moves, len(widths))
            raise LanguageError(
                f"no text of the pattern fits into {' + '.join(map(str, widths))} cells; the shortest "
                f"takes {fewest}; widen the slot"
            )
        alive = self._alive(nothing_known)
        n_edges = sum(int(some.sum()) for some in alive)
        if n_edges > MAX_EDGES:
            raise LanguageError(
                f"the pattern has {n_edges:,} ways through its cells, more than {MAX_EDGES:,}; shorten its "
                "counted repetitions or narrow the slot"
            )
        self._layers = [e.where(some) for e, some in zip(self._layers, alive, strict=True)]
        self._classes_of_group = [has.nonzero()[0] for has in self._has]

    def accepts(self, classes: Ints) -> bool:
        """Whether a complete text has these classes (cells,), any of them being MASKED."""
        return bool((self._forward(classes)[-1] & self._accepting).any())

    def possible(self, known: Ints) -> Flags:
        """The classes (cells, classes) that a complete text with these `known` ones (cells,) has."""
        groups = [
            np.unique(layer.group[alive])
            for layer, alive in zip(self._layers, self._alive(known), strict=True)
        ]
        possible = np.stack([self._has[some].any(0) for some in groups])
        possible = possible[:, : self.n_classes]
        cells = (known != MASKED).nonzero()[0]
        is_it = np.zeros((len(cells), possible.shape[1]), dtype=np.bool_)
        is_it[np.arange(len(cells)), known[cells]] = True
        possible[cells] &= is_it
        return possible

    def best(self, scores: Floats) -> Ints:
        """The classes (cells,) of the complete text with the largest sum of `scores` (cells, classes).

        A score of minus infinity rules a class out; some text must be left.
        """
        value = np.stack([scores[:, some].max(1) for some in self._classes_of_group], 1)
        ahead = self._ahead(value)
        classes = np.empty(self.n_cells, dtype=np.int64)
        state = 0
        for cell, layer in enumerate(self._layers):
            out = slice(*layer.source.searchsorted((state, state + 1)))
            sums = value[cell, layer.group[out]] + ahead[cell + 1][layer.target[out]]
            edge = out.start + int(sums.argmax())
            some = self._classes_of_group[layer.group[edge]]
            classes[cell] = some[scores[cell, some].argmax()]
            state = int(layer.target[edge])
        return classes

    def _ahead(self, value: Floats) -> list[Floats]:
        """The best sum from each state on: before each cell, and behind the last."""
        ahead = [np.where(self._accepting, 0.0, -np.inf)]
        for layer, row in zip(reversed(self._layers), reversed(value), strict=True):
            best = np.full(len(self._accepting), -np.inf)
            starts = np.unique(layer.source, return_index=True)[1]
            sums = row[layer.group] + ahead[-1][layer.target]
            best[layer.source[starts]] = np.maximum.reduceat(sums, starts)
            ahead.append(best)
        return ahead[::-1]

    def _alive(self, known: Ints) -> list[Flags]:
        """The edges of each cell that lie on a complete text with the known classes."""
        reached, behind = self._forward(known), self._accepting
        alive: list[Flags] = []
        for cell in range(self.n_cells - 1, -1, -1):
            layer = self._layers[cell]
            is_alive = self._fits(layer, known[cell]) & behind[layer.target]
            is_alive &= reached[cell][layer.source]
            alive.append(is_alive)
            behind = np.zeros_like(self._accepting)
            behind[layer.source[is_alive]] = True
        return alive[::-1]

    def _forward(self, known: Ints) -> list[Flags]:
        """The states that the known classes may lead to: before each cell, and behind the last."""
        reached = [np.arange(len(self._accepting)) == 0]
        for layer, known_class in zip(self._layers, known, strict=True):
            led = np.zeros_like(self._accepting)
            led[layer.target[reached[-1][layer.source] & self._fits(layer, known_class)]] = True
            reached.append(led)
        return reached

    def _fits(self, layer: Edges, known_class: int) -> Flags:
        if known_class == MASKED:
            return np.ones(len(layer.group), dtype=np.bool_)
        fits: Flags = self._has[layer.group, known_class]
        return fits


def edges_of(moves: Moves) -> tuple[Edges, Flags]:
    """The edges of all moves, and which classes (groups, classes + 1) each group has; none has the last."""
    source, classes = (moves.after.T != DEAD).nonzero()
    target = moves.after[classes, source]
    order = np.lexsort((classes, target, source))
    source, target, classes = source[order], target[order], classes[order]
    is_first = np.ones(len(source), dtype=np.bool_)
    is_first[1:] = (source[1:] != source[:-1]) | (target[1:] != target[:-1])
    starts = is_first.nonzero()[0]
    number: dict[bytes, int] = {}
    sets = np.split(classes, starts[1:])
    group = [number.setdefault(some.tobytes(), len(number)) for some in sets]
    has = np.zeros((len(number), moves.n_classes + 1), dtype=np.bool_)
    for n, some in enumerate(number):
        has[n, np.frombuffer(some, dtype=classes.dtype)] = True
    columns = (source[starts], target[starts], np.array(group))
    return Edges(*(column.astype(np.int32) for column in columns)), has


def _fewest_cells(edges: Edges, moves: Moves, n_slots: int) -> int:
    """How many cells the shortest text takes, in all its slots together; an empty one takes one."""
    cost = np.where(np.arange(moves.n_states) == 0, 0, _NEVER)
    for _ in range(n_slots):
        entered, cost = cost, np.full_like(cost, _NEVER)
        while True:
            longer = cost.copy()
            np.minimum.at(longer, edges.target, np.minimum(entered, cost)[edges.source] + 1)
            if np.array_equal(longer, cost):
                break
            cost = longer
        left = np.full_like(cost, _NEVER)
        can_end = moves.past_end != DEAD
        np.minimum.at(left, moves.past_end[can_end], cost[can_end])
        cost = left
    return int(cost[moves.accepting].min(initial=_NEVER))
