"""A canvas of text shown as words: exactly where a row is written, as far as can be told before."""

from __future__ import annotations

import pytest

from agent.plain.picture import pictured
from agent.plan import template
from model.types import Cell, CellState
from tests.agent.plain.letters import RICH, open_form, text_of
from tests.agent.plain.test_layout import LONG

FILLER = "·"
CALL = ("lookup", "@1", "%2", "<nil>", "<nil>", "<nil>", "<nil>")


def cells(*texts: str, slot: str = "1") -> list[Cell]:
    """Cells of a slot; an empty text is a masked one. The n-th is n tenths sure."""
    return [
        Cell(text, CellState.REVEALED, slot, n / 10) if text else Cell("", CellState.MASKED, slot)
        for n, text in enumerate(texts, 1)
    ]


def row_of(seen: list[Cell], written: tuple[str, ...] | None = None) -> list[Cell]:
    known = {} if written is None else {1: written}
    return list(pictured(text_of(open_form()), seen, known, FILLER)[1:8])


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (["", "", "", "", ""], [""] * 7),
        ([" lookup", "", "", "", ""], ["lookup", "", "", "", "", "", ""]),
        ([" look", "", "", "", ""], ["", "", "", "", "", "", ""]),
        ([" lookup", " @", "", "", ""], ["lookup", "", "", "", "", "", ""]),
        ([" lookup", " @", "1", "", ""], ["lookup", "", "", "", "", "", ""]),
        (["", " @", "1", " %2", ""], ["", "@1", "", "", "", "", ""]),
        ([" lookup", " @1", " %2", "\n", FILLER], [*CALL]),
        (["lookup", "@1", "%2", "\n", FILLER], [*CALL]),
        ([" calc", "ulate", " argmax", " #1", "\n"], ["calculate", "argmax", "#1", *["<nil>"] * 4]),
    ],
)
def test_words_are_shown_as_far_as_they_can_be_told(seen: list[str], words: list[str]) -> None:
    row = row_of(cells(*seen))
    assert [cell.text for cell in row] == words
    assert [cell.state is CellState.MASKED for cell in row] == [not word for word in words]


def test_a_word_is_as_sure_as_its_least_sure_cell_and_an_empty_one_as_the_end() -> None:
    row = row_of(cells(" look", "up", " @", "1", " %", "2", "\n", FILLER), CALL)
    assert [cell.confidence for cell in row] == [0.1, 0.3, 0.5, 0.7, 0.7, 0.7, 0.7]
    assert {cell.state for cell in row} == {CellState.COMMITTED}


def test_where_words_and_cells_cannot_be_told_apart_all_are_as_sure_as_the_least_sure() -> None:
    words = ("search", '"Ørsted"', *["<nil>"] * 5)
    row = row_of(cells(" search", ' "', "\ufffd", "\ufffd", "rsted", '"', "\n"), words)
    assert [cell.text for cell in row] == [*words]
    assert {cell.confidence for cell in row} == {0.1}


def test_known_words_are_locked_and_single_open_ones_are_shown_in_their_place() -> None:
    found = text_of(template(RICH, LONG, frozenset({(2, 2)})))
    shown = pictured(found, cells(" %", "1", slot="2.2"), {}, FILLER)
    row = shown[8 + 1 : 8 + 8]
    assert shown[8] == Cell("#2", CellState.FIXED)
    assert [cell.text for cell in row] == ["lookup", "#1", "%1", "@3", *["<nil>"] * 3]
    assert [n for n, cell in enumerate(row) if cell.state is not CellState.LOCKED] == [2]
    assert len(shown) == 8 * 8
