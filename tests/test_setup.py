"""scripts/setup on machines that lack things: one line that names the remedy, never a trace."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NEEDED = ("bash", "env", "dirname", "id", "mkdir", "rm")

Setup = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """Runs a stage on a machine with a shell and nothing else."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in NEEDED:
        (programs / name).symlink_to(shutil.which(name) or name)

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / "scripts/setup", *arguments],
            env={"PATH": str(programs), "VENV": str(tmp_path / "venv"), **settings},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def _only_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    return line


def test_no_python_is_said_with_what_was_tried(setup: Setup) -> None:
    assert "no Python 3.11 or newer found" in _only_line(setup("venv"))
    assert "(tried: python9)" in _only_line(setup("venv", PYTHON="python9"))


def test_a_python_without_venv_is_said_with_the_package(setup: Setup, tmp_path: Path) -> None:
    crippled = tmp_path / "python"
    crippled.write_text(
        f'#!/bin/bash\n[[ "$*" == *ensurepip* ]] && exit 1\nexec {sys.executable} "$@"\n',
        encoding="utf-8",
    )
    crippled.chmod(0o755)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"sudo apt install python{version}-venv" in _only_line(
        setup("venv", PYTHON=str(crippled))
    )


def test_a_missing_browser_is_said_with_the_remedy(setup: Setup) -> None:
    assert "sudo apt install chromium" in _only_line(setup("browser"))


def test_missing_libraries_are_said_with_what_still_works(setup: Setup) -> None:
    done = setup("libraries")
    lines = done.stderr.splitlines()
    assert done.returncode == 1
    assert len(lines) == 3
    assert all("missing" in line and "remedy: sudo apt install" in line for line in lines)


def test_an_unknown_stage_is_refused(setup: Setup) -> None:
    assert "unknown stage paint" in _only_line(setup("paint"))
