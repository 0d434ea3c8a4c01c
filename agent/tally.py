"""The tokens of a run, whoever had them written: the plan's fills, and the verdicts that tools ask a model for.

Guarantees: with any interleaving of calls no verdict is lost; those of a run that was killed count when it goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from agent.journal import Journal
from model.types import Usage


@dataclass(slots=True)
class Tally:
    """One run's count; `filled` are the tokens of the plan's fills, `cap` is what the run may have written."""

    cap: int
    journal: Journal
    filled: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def is_spent(self) -> bool:
        """Whether nothing more may be asked of the model; what it is writing just now is not counted yet."""
        return self.filled + self.journal.judged.new_tokens >= self.cap

    def judged(self, usage: Usage) -> None:
        """Count a verdict."""
        with self._lock:
            self.journal.charge(usage)
