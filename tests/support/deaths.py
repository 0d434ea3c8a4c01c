"""Work that is killed on the way: each piece in a process of its own, over imports that are done once."""

from __future__ import annotations

import os
import subprocess
import sys
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
    pid = os.fork()
    if pid == 0:
        work(*arguments)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
