"""The canvas as a picture: what one sees of masks, words, ghosts and strokes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from agent.types import N_ARGS, N_ROWS
from tests.ui import recordings
from ui.panels import canvas
from ui.panels.view import BLANK, Cell, Forward, view


def test_before_anything_is_written_there_is_an_empty_leaf() -> None:
    leaf = canvas.picture(BLANK)
    assert len(leaf.lines) == N_ROWS
    assert {len(line.cells) for line in leaf.lines} == {N_ARGS + 2}
    assert (leaf.n_written, leaf.n_scraped, leaf.bars) == (0, 0, ())
    assert leaf.n_cells == N_ROWS * (N_ARGS + 1)


def test_a_finished_run_has_every_open_cell_written_and_its_executed_rows_frozen() -> None:
    leaf = canvas.picture(view(recordings.constraint_search()))
    assert leaf.n_written == leaf.n_cells
    assert leaf.n_scraped == 1
    frozen = [line.cells[0].word for line in leaf.lines if line.is_frozen]
    assert frozen == ["#1", "#2", "#3", "#8"]


def test_the_ink_chart_has_a_bar_for_each_forward_and_marks_revisions() -> None:
    diffusion = canvas.picture(view(recordings.constraint_search()))
    ar = canvas.picture(view(recordings.constraint_search("ar-plan", "a1")))
    assert len(diffusion.bars) < len(ar.bars) / 10
    assert [bar.is_revision for bar in diffusion.bars] == [False, False, False, True]


def test_bars_of_both_panels_share_one_scale_until_there_are_too_many() -> None:
    few = replace(BLANK, forwards=(Forward(1, 5),) * 3)
    many = replace(BLANK, forwards=(Forward(1, 1),) * 300)
    assert canvas.picture(few).width == canvas.BAR_PIXELS * canvas.BASE_BARS
    assert canvas.picture(many).width == canvas.BAR_PIXELS * 300


def test_marks_name_what_became_of_a_cell() -> None:
    assert canvas.marks(Cell(1, 1, "", "masked")) == "masked"
    assert canvas.marks(Cell(1, 1, "", "masked", ghost="@1")) == "masked ghosted scraped"
    assert canvas.marks(Cell(1, 1, "@2", "revealed", ghost="@1")) == "revealed ghosted"
    assert canvas.marks(Cell(1, 1, "<nil>", "committed")) == "committed blank"


def test_skeleton_cells_of_a_row_are_drawn_once() -> None:
    twice = (Cell(1, -1, "#1", "fixed"), Cell(1, -1, "#1", "fixed"), Cell(1, 0, "nop", "revealed"))
    (line,) = canvas.picture(replace(BLANK, cells=twice)).lines
    assert [cell.word for cell in line.cells] == ["#1", "nop"]
    assert line.is_unused


@given(st.one_of(st.none(), st.floats(allow_nan=False)))
def test_ink_is_never_too_faint_to_read(confidence: float | None) -> None:
    assert 0.68 <= canvas.ink(confidence) <= 1.0


@given(st.floats(allow_nan=False))
def test_percent_stays_between_nothing_and_all(confidence: float) -> None:
    assert 0 <= canvas.percent(confidence) <= 100
