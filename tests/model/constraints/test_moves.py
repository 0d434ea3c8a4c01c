"""Moves of tokens, against running their bytes through the automaton."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from model.constraints.automaton import DEAD, Automaton
from model.constraints.moves import Moves
from model.types import SEPARATOR
from tests.model.constraints.languages import (
    FILLER,
    PATTERNS,
    automaton_of,
    moves_of,
    small_lexicon,
)

WRITTEN = st.dictionaries(
    st.integers(0, 90),
    st.text(alphabet="abc,é", min_size=1, max_size=4).map(str.encode),
    min_size=1,
)
LANGUAGES = st.sampled_from((*PATTERNS, "[^b]{0,3}", "é(a|é)*"))


def led_by_bytes(automaton: Automaton, text: bytes) -> int:
    state = 0
    for byte in text:
        state = int(automaton.table[state, byte]) if state != DEAD else DEAD
    return state


def led_by_tokens(moves: Moves, ids: list[int]) -> int:
    class_of = dict(zip(moves.tokens.tolist(), moves.class_of.tolist(), strict=True))
    state = 0
    for i in ids:
        number = class_of.get(i, DEAD)
        state = int(moves.after[number, state]) if DEAD not in (number, state) else DEAD
    return state


@given(LANGUAGES, WRITTEN, st.data())
def test_tokens_lead_where_their_bytes_lead(
    pattern: str, written: dict[int, bytes], data: st.DataObject
) -> None:
    automaton, moves = automaton_of(pattern), moves_of(pattern, small_lexicon(written))
    ids = data.draw(st.lists(st.sampled_from(sorted(written)), max_size=5))
    text = b"".join(written[i] for i in ids)
    state = led_by_tokens(moves, ids)
    assert (state == DEAD) == (led_by_bytes(automaton, text) == DEAD)
    if state == DEAD:
        return
    ended = int(moves.past_end[state])
    is_text = automaton.accepts(text + SEPARATOR.encode())
    assert (ended != DEAD and bool(moves.accepting[ended])) == is_text
    filled = led_by_tokens(moves, [*ids, FILLER, FILLER])
    assert (filled != DEAD and bool(moves.accepting[moves.past_end[filled]])) == is_text
    behind = [led_by_tokens(moves, [*ids, FILLER, i]) for i in written]
    assert behind == [DEAD] * len(behind)


@given(LANGUAGES, WRITTEN)
def test_tokens_of_one_class_move_alike_and_classes_differ(
    pattern: str, written: dict[int, bytes]
) -> None:
    moves = moves_of(pattern, small_lexicon(written))
    rows = [tuple(row) for row in moves.after.tolist()]
    assert len(set(rows)) == moves.n_classes
    assert moves.class_of.tolist() == sorted(moves.class_of.tolist())
    assert all(any(state != DEAD for state in row) for row in rows[:-1])
    assert moves.tokens[moves.class_of == moves.n_classes - 1].tolist() == [FILLER]


def test_a_token_that_holds_a_separator_or_nothing_never_stands() -> None:
    written = {1: b"a", 2: b"", 3: b"a" + SEPARATOR.encode(), 4: b"a\xff"}
    assert moves_of(".*", small_lexicon(written)).tokens.tolist() == [1, FILLER]


def test_a_token_may_end_inside_a_character() -> None:
    first, second = "é".encode()
    moves = moves_of("é", small_lexicon({1: bytes([first]), 2: bytes([second])}))
    assert led_by_tokens(moves, [1]) != DEAD
    assert moves.past_end[led_by_tokens(moves, [1])] == DEAD
    assert moves.past_end[led_by_tokens(moves, [1, 2])] != DEAD
