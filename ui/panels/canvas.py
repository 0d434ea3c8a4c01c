"""The canvas as a picture: lines of cells and the strokes of the pen, ready to be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from agent.types import N_ARGS, N_ROWS, NIL
from ui.panels.view import Cell, Forward, PanelView

BAR_PIXELS = 6
BASE_BARS = 60
TALLEST = 40


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the canvas; a frozen one has been executed and never changes again."""

    cells: tuple[Cell, ...]
    is_frozen: bool
    is_unused: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A stroke in the ink chart, in pixels of its drawing."""

    x: int
    height: int
    is_revision: bool
    written: int


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the drawing of a canvas needs."""

    lines: tuple[Line, ...]
    n_columns: int
    n_cells: int
    n_written: int
    n_scraped: int
    bars: tuple[Bar, ...]
    width: int


def picture(now: PanelView) -> Picture:
    """The canvas of a panel; before anything is known, an empty leaf."""
    cells = tuple({cell.place: cell for cell in now.cells}.values()) or _empty_leaf()
    slots = [cell for cell in cells if cell.state != "fixed"]
    done = {line.row for line in now.plan if line.status == "ok"}
    lines = tuple(
        _line(tuple(row), index in done)
        for index, row in groupby(sorted(cells, key=_place), lambda cell: cell.row)
    )
    return Picture(
        lines=lines,
        n_columns=max(len(line.cells) for line in lines),
        n_cells=len(slots),
        n_written=sum(cell.state != "masked" for cell in slots),
        n_scraped=sum(bool(cell.ghost) for cell in slots),
        bars=_bars(now.forwards),
        width=BAR_PIXELS * max(BASE_BARS, len(now.forwards)),
    )


def marks(cell: Cell) -> str:
    """The classes that say what has become of a cell."""
    ghost = "ghosted" if cell.ghost else ""
    scraped = "scraped" if cell.ghost and cell.state == "masked" else ""
    blank = "blank" if cell.word == NIL else ""
    return " ".join(filter(None, (cell.state, ghost, scraped, blank)))


def ink(confidence: float | None) -> float:
    """How dark a word is written: never so faint that it cannot be read."""
    sure = 1.0 if confidence is None else min(max(confidence, 0.0), 1.0)
    return round(0.68 + 0.32 * sure * sure, 2)


def percent(confidence: float) -> int:
    """A confidence in whole percent, held between 0 and 100."""
    return round(100 * min(max(confidence, 0.0), 1.0))


def _place(cell: Cell) -> tuple[int, int]:
    return cell.place


def _line(cells: tuple[Cell, ...], is_done: bool) -> Line:
    slots = [cell for cell in cells if cell.state != "fixed"]
    return Line(
        cells=cells,
        is_frozen=is_done,
        is_unused=bool(slots) and slots[0].word == "nop",
    )


def _bars(forwards: tuple[Forward, ...]) -> tuple[Bar, ...]:
    first = forwards[0].turn if forwards else 0
    return tuple(
        Bar(
            x=BAR_PIXELS * index,
            height=max(3, min(TALLEST, stroke.written)),
            is_revision=stroke.turn > first,
            written=stroke.written,
        )
        for index, stroke in enumerate(forwards)
    )


def _empty_leaf() -> tuple[Cell, ...]:
    return tuple(
        Cell(row, column, f"#{row}", "fixed") if column < 0 else Cell(row, column, "", "masked")
        for row in range(1, N_ROWS + 1)
        for column in range(-1, N_ARGS + 1)
    )
