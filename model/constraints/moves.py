"""An automaton over tokens: what each token of a vocabulary does to the states of an automaton over bytes.

Tokens that move every state alike form one class, so a vocabulary of 150 000 tokens becomes some hundred
classes. They are found on the trie of all tokens, where a node's move is its parent's followed by a byte,
and the same move followed by the same byte is computed once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.constraints.automaton import DEAD, Automaton, Flags, LanguageError, Table
from model.constraints.lexicon import Ints, Lexicon
from model.types import SEPARATOR

MAX_ENTRIES = 50_000_000
"""Of the table of distinct moves by state: 200 MB."""

_SEPARATOR = SEPARATOR.encode()[0]


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """`tokens` (tokens,) are the ids that may stand anywhere, `class_of` (tokens,) their classes, ascending.

    `after` (classes, states) leads on or to DEAD; `past_end` (states,) leads from the last cell of a slot to
    the first of the next one, and behind the last slot a text is complete where `accepting` says so. State 0
    is the start. The last class is the filler's alone, which stands behind a finished text.
    """

    tokens: Ints
    class_of: Ints
    after: Table
    past_end: Table
    accepting: Flags

    @property
    def n_classes(self) -> int:
        """How many classes there are, the filler's included."""
        return len(self.after)

    @property
    def n_states(self) -> int:
        """How many states there are, those behind a finished text included."""
        return len(self.past_end)


def token_moves(automaton: Automaton, lexicon: Lexicon) -> Moves:
    """The moves of a language whose texts each end with a separator."""
    found = _ByteMoves(automaton)
    of_token = _moves_at_nodes(found, lexicon)[lexicon.node]
    writes = (of_token != DEAD).nonzero()[0]
    distinct, class_of = np.unique(of_token[writes], return_inverse=True)
    order = class_of.argsort(kind="stable")
    after, past_end = _with_filler(found.table_of(distinct), automaton)
    accepting = np.zeros(len(past_end), dtype=np.bool_)
    accepting[: automaton.n_states] = automaton.accepting
    tokens = np.append(lexicon.ids[writes[order]], lexicon.filler_id)
    return _reachable(
        Moves(tokens, np.append(class_of[order], len(distinct)), after, past_end, accepting)
    )


class _ByteMoves:
    """The distinct moves met so far, by number: each says where every state goes. Move 0 is to stay."""

    def __init__(self, automaton: Automaton) -> None:
        stay = np.arange(automaton.n_states, dtype=np.int32)
        # A last row of DEAD, so that the index -1 of a dead state finds it.
        table = np.vstack((automaton.table, np.full((1, 256), DEAD, dtype=np.int32)))
        self._columns, self.kind_of_byte = np.unique(table, axis=1, return_inverse=True)
        self._moves = [stay]
        self._number = {stay.tobytes(): 0, np.full_like(stay, DEAD).tobytes(): DEAD}

    @property
    def n_kinds(self) -> int:
        """How many kinds of bytes there are; a kind moves every state alike."""
        return len(self._columns[0])

    def followed(self, move: int, kind: int) -> int:
        """The number of a move followed by a byte, or DEAD if no state survives that."""
        led: Table = self._columns[self._moves[move], kind]
        number = self._number.setdefault(led.tobytes(), len(self._moves))
        if number == len(self._moves):
            self._moves.append(led)
            if len(self._moves) * len(led) > MAX_ENTRIES:
                raise LanguageError(
                    f"the pattern has {len(led)} states, too many for this vocabulary; "
                    "shorten its counted repetitions"
                )
        return number

    def table_of(self, moves: Ints) -> Table:
        """Where each of the moves leads each state: (moves, states)."""
        rows = [self._moves[move] for move in moves]
        return np.array(rows, dtype=np.int32).reshape(len(rows), len(self._moves[0]))


def _moves_at_nodes(found: _ByteMoves, lexicon: Lexicon) -> Ints:
    """The number of the move of every node of the trie."""
    move = np.full(lexicon.n_nodes, DEAD, dtype=np.int64)
    move[0] = 0
    for level in lexicon.levels:
        alive = (move[level.parent] != DEAD).nonzero()[0]
        kinds = found.kind_of_byte[level.byte[alive]]
        pairs = move[level.parent[alive]] * found.n_kinds + kinds
        distinct, place = np.unique(pairs, return_inverse=True)
        led = [found.followed(*divmod(int(pair), found.n_kinds)) for pair in distinct]
        move[level.first + alive] = np.array(led, dtype=np.int64)[place]
    return move


def _with_filler(after: Table, automaton: Automaton) -> tuple[Table, Table]:
    """The moves with a last class and the states it leads to: one for each way on behind a slot."""
    n_states = automaton.n_states
    past_end = automaton.table[:, _SEPARATOR]
    ways, way_of = np.unique(past_end, return_inverse=True)
    waiting = np.where(past_end == DEAD, DEAD, n_states + way_of).astype(np.int32)
    n_classes = len(after)
    wide = np.full((n_classes + 1, n_states + len(ways)), DEAD, dtype=np.int32)
    wide[:n_classes, :n_states] = after
    wide[-1, :n_states] = waiting
    wide[-1, n_states:] = n_states + np.arange(len(ways))
    return wide, np.concatenate((past_end, ways)).astype(np.int32)


def _reachable(moves: Moves) -> Moves:
    """Without the states that no tokens lead to, and the classes that then move nothing."""
    is_reached = np.zeros(moves.n_states + 1, dtype=np.bool_)  # the last stands for DEAD
    frontier = np.zeros(1, dtype=np.int64)
    while len(frontier):
        is_reached[frontier] = True
        led = np.unique(np.append(moves.after[:, frontier], moves.past_end[frontier]))
        frontier = led[~is_reached[led] & (led != DEAD)]
    kept = is_reached[:-1]
    number = np.append(np.where(kept, kept.cumsum() - 1, DEAD), DEAD).astype(np.int32)
    after, past_end = number[moves.after[:, kept]], number[moves.past_end[kept]]
    moving = (after != DEAD).any(1)
    moving[-1] = True
    of_token = moving[moves.class_of]
    class_of = (moving.cumsum() - 1)[moves.class_of[of_token]]
    return Moves(moves.tokens[of_token], class_of, after[moving], past_end, moves.accepting[kept])
