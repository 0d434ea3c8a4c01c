"""Where a run keeps what it must not lose: its events and its calls.

Guarantees: at most one process works on a run at a time. Does not guarantee: anything about a folder that was
edited by hand.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent.errors import RunError
from agent.events import RunFinished, RunStarted
from agent.log import replay


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of one run."""

    path: Path

    @property
    def events(self) -> Path:
        """The event log."""
        return self.path / "events.jsonl"

    @property
    def journal(self) -> Path:
        """The calls and what they brought back."""
        return self.path / "calls.jsonl"

    @property
    def crash(self) -> Path:
        """Where a run that a bug broke says where the bug is."""
        return self.path / "crash.txt"

    @property
    def _lock(self) -> Path:
        return self.path / "lock"

    def create(self) -> None:
        """Make the folder with an empty log, so that it can be followed at once."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.events.touch()

    def require(self) -> RunFolder:
        """The folder, if it is a run's."""
        if not self.events.is_file():
            raise RunError(f"no run {self.path.name!r} in {self.path.parent}; see the ids there")
        return self

    def started(self) -> RunStarted | None:
        """How the run began, if it got that far."""
        return next((e for e in replay(self.events) if isinstance(e, RunStarted)), None)

    def finished(self) -> RunFinished | None:
        """How the run ended, if it has."""
        ends = (e for e in reversed(replay(self.events)) if isinstance(e, RunFinished))
        return next(ends, None)

    def seconds(self) -> float:
        """How long the run has been going, by its own log."""
        return max((event.at for event in replay(self.events)), default=0.0)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes off while this one works on the run."""
        with self._lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RunError(
                    f"run {self.path.name!r} is at work; follow it or stop it"
                ) from error
            yield

    def is_held(self) -> bool:
        """Whether some process works on the run now."""
        try:
            with self.held():
                return False
        except RunError:
            return True
