"""Work that is killed on the way: each piece in a process of its own, over imports that are done once."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LIMIT_SECONDS = 240


def ran(code: str, *arguments: str) -> None:
    """Run code in a Python of its own, from which it may fork; what it complains of fails the test."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=_LIMIT_SECONDS,
    )
    assert done.returncode == 0, done.stderr


def in_a_process(work: Callable[..., None], *arguments: object) -> int:
    """Fork, do the work there, and say how that ended: an exit code, below zero for the signal that killed it."""
    return how_ended(begun(work, *arguments))


def begun(work: Callable[..., None], *arguments: object) -> int:
    """Fork, and do the work there; the id of that process."""
    pid = os.fork()
    if pid:
        return pid
    try:
        work(*arguments)
        os._exit(0)
    finally:  # whatever the work raised is told, and goes no further up in the copy of the test
        traceback.print_exc()
        os._exit(1)


def how_ended(pid: int) -> int:
    """Wait for such a process: its exit code, below zero for the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
