from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent.report import Report
from tests.ui.cli_runs import RecordedRuns, Stage, ending
from ui import cli, tour
from ui.export.errors import PangoMissingError
from ui.export.write import write


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage()
    monkeypatch.setattr(tour, "runner_for", made.runner_for)
    monkeypatch.setattr(tour, "writer_for", made.writer_for)
    return made


def without_pango(report: Report, folder: Path, asked: Sequence[str]) -> tuple[Path, ...]:
    if "pdf" in asked:
        raise PangoMissingError("PDF needs Pango; html works without it")
    return write(report, folder, asked)


def test_the_bundled_tasks_are_a_search_and_a_report() -> None:
    tasks = [json.loads(line) for line in tour.TASKS.read_text("utf-8").splitlines()]
    assert [task["topology"] for task in tasks] == ["intersection", "report"]
    assert "physics laureates" in tasks[0]["question"]
    assert "Tesla" in tasks[1]["question"]


def test_the_tour_compares_both_arms_on_both_tasks_and_reports(
    stage: Stage,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tour, "write", without_pango)
    code = cli.main(["tour", "--out", str(tmp_path), "--pace", "0"])
    out, err = capsys.readouterr()
    assert code == 0
    assert stage.runs.warmed == ["diffusion", "ar-plan"] * 2
    assert out.count("ar-plan / diffusion") == 2
    assert "laureates" in out
    assert "report: " in out
    assert err == "palimpsest: PDF needs Pango; html works without it\n"
    assert [path.suffix for path in tmp_path.iterdir()] == [".html"]


def test_a_tour_whose_runs_fail_says_so(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.runs = RecordedRuns(ending("failed", "The run failed: it broke"))
    assert cli.main(["tour", "--out", str(tmp_path), "--pace", "0"]) == 1
    assert "The run failed: it broke" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
