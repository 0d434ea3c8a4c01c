from __future__ import annotations

from io import StringIO

from rich.console import Console

from tests.ui.cli_runs import RecordedRuns
from ui.watch import Watch


def watched(*, terminal: bool, quiet: bool = False, width: int = 160) -> str:
    file = StringIO()
    console = Console(file=file, force_terminal=terminal, width=width, color_system=None)
    done = Watch(console, "en", is_quiet=quiet).run(
        RecordedRuns(), "Which women won?", ["diffusion", "ar-plan"]
    )
    assert [run.result.arm for run in done] == ["diffusion", "ar-plan"]
    assert [run.result.status for run in done] == ["answered", "answered"]
    return file.getvalue()


def test_a_terminal_sees_both_boards() -> None:
    text = watched(terminal=True)
    assert "Diffusion agent · diffusion" in text
    assert "AR agent · ar-plan" in text
    assert "░░" in text


def test_a_pipe_sees_lines() -> None:
    text = watched(terminal=False)
    assert "╭" not in text
    assert "[diffusion] answered" in text
    assert text.index("[diffusion] answered") < text.index("[ar-plan] turn 1")


def test_programs_see_nothing() -> None:
    assert watched(terminal=True, quiet=True) == ""


def test_a_log_that_breaks_off_is_a_failed_run() -> None:
    runs = RecordedRuns(lambda *_: [])
    [done] = Watch(Console(file=StringIO()), "en").run(runs, "x", ["diffusion"])
    assert done.result.status == "failed"
