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
    """One run's count.

    `cap` is what the run may have written, `filled` the tokens of the plan's fills, `writing` what the fill that is
    under way will write at least.
    """

    cap: int
    journal: Journal
    filled: int = 0
    writing: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def is_spent(self) -> bool:
        """Whether nothing more may be asked of the model."""
        return self.filled + self.writing + self.journal.judged.new_tokens >= self.cap

    def fills(self, n_cells: int) -> None:
        """A fill of that many cells begins."""
        self.writing = n_cells

    def ended(self, filled: int) -> None:
        """No fill is under way; so many tokens have been filled in all."""
        self.filled, self.writing = filled, 0

    def judged(self, usage: Usage) -> None:
        """Count a verdict."""
        with self._lock:
            self.journal.charge(usage)
