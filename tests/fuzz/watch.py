"""Put one input to a target under a watch: what it raised, or that it took too long.

The watch counts this process's own time, so that a busy machine is no finding; it looks on between Python's steps. What
it cannot interrupt ends the process after a while with the input on standard error.
"""

from __future__ import annotations

import faulthandler
import json
import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from tests.fuzz.targets import Target

LIMIT_SECONDS = 2.0
DEADLOCK_SECONDS = 120.0
FINDINGS = Path(__file__).with_name("findings.jsonl")


class Hang(BaseException):
    """No `Exception`, so that no code under test can swallow it."""


def finding(target: Target, given: Any, limit: float = LIMIT_SECONDS) -> str | None:
    """What went wrong with an input, in a line; None where all held."""
    try:
        with _watched(limit):
            target.run(given)
    except Hang:
        return f"Hang: more than {limit} s"
    except (Exception, RecursionError) as error:  # noqa: BLE001 - whatever the code raises is the finding
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        return f"{type(error).__name__} at {where}: {error}"[:300]
    return None


@contextmanager
def _watched(limit: float) -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit)
    faulthandler.dump_traceback_later(DEADLOCK_SECONDS, exit=True)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGVTALRM, before)


def kept() -> list[dict[str, Any]]:
    """The inputs that once broke something: target, given, and what it was."""
    lines = FINDINGS.read_text("utf-8").splitlines() if FINDINGS.is_file() else []
    return [json.loads(line) for line in lines]


def keep(target: str, given: Any, was: str) -> None:
    """Keep an input as a test."""
    entry = json.dumps({"target": target, "given": given, "was": was}, ensure_ascii=True)
    with FINDINGS.open("a", encoding="utf-8") as file:
        file.write(f"{entry}\n")
