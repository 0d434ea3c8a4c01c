"""What a run knows at each moment, and the little that all its parts need of the world around it.

`RunState` is all that a checkpoint holds: values only, and never changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Event
from time import perf_counter
from typing import Any, Literal, Protocol, TypeVar

from agent.log import EventLog
from agent.types import (
    Arm,
    Brief,
    Budget,
    Contradiction,
    Language,
    Metrics,
    Plan,
    Pointer,
    RunResult,
)
from tools.facts.store import Field
from tools.types import Term

T = TypeVar("T")
Cell = tuple[int, int]
Halt = Literal["", "gap", "stop", "turns", "calls", "seconds", "tokens", "web"]


@dataclass(frozen=True, slots=True)
class RunState:
    """One run between two nodes of the graph.

    `open` are the cells to fill next (none: the whole canvas), `notes` the contradictions that opened them,
    `banned` the words rejected there and `allowed` those offered instead; `tried` are the rungs of the ladder
    used for each blame; `observed` names the call behind each row; `next_row` is where an arm that writes row
    by row goes on; `halt` says why the run ends before its answer.
    """

    question: str
    arm: Arm
    lang: Language | None = None
    brief: Brief | None = None
    plan: Plan | None = None
    is_complete: bool = False
    next_row: int = 1
    observed: Mapping[int, str] = field(default_factory=dict)
    confidence: Mapping[str, float] = field(default_factory=dict)
    open: frozenset[Cell] = frozenset()
    notes: tuple[Contradiction, ...] = ()
    banned: Mapping[Cell, frozenset[str]] = field(default_factory=dict)
    allowed: Mapping[Cell, frozenset[str]] = field(default_factory=dict)
    tried: Mapping[tuple[Cell, ...], tuple[str, ...]] = field(default_factory=dict)
    gaps: tuple[str, ...] = ()
    halt: Halt = ""
    metrics: Metrics = field(default_factory=Metrics)
    result: RunResult | None = None

    @property
    def linked(self) -> Brief:
        """The brief, once there is one."""
        return there(self.brief)

    @property
    def drafted(self) -> Plan:
        """The plan, once there is one."""
        return there(self.plan)

    @property
    def answer_lang(self) -> Language:
        """The language to answer in: the one asked for, else the question's."""
        return self.lang or (self.brief.lang if self.brief else "en")


def there(value: T | None) -> T:
    """The value; what comes before has made sure that there is one."""
    if value is None:
        raise AssertionError("a node ran before the one that it needs")
    return value


class Links(Protocol):
    """Whoever links questions to the facts."""

    def link(self, question: str) -> Brief:
        """The brief of a question."""
        ...

    def offer(
        self, brief: Brief, terms: Iterable[tuple[str, str, Term]]
    ) -> tuple[Brief, tuple[Pointer, ...]]:
        """The brief with further pointers (kind, label, target)."""
        ...


class Fields(Protocol):
    """Whoever knows the fields of the facts."""

    def field(self, field_id: str) -> Field | None:
        """The field of that id."""
        ...


class Clock:
    """The seconds of a run, over all the processes that worked on it."""

    def __init__(self, before: float = 0.0) -> None:
        self._before = before
        self.restart()

    def restart(self) -> None:
        """Count from now on."""
        self._began = perf_counter()

    def __call__(self) -> float:
        """The seconds so far."""
        return self._before + perf_counter() - self._began


class Reporter:
    """Says what happened to the run's log, with the run's name and the time."""

    def __init__(self, run: str, log: EventLog, elapsed: Clock) -> None:
        self.run = run
        self.elapsed = elapsed
        self._log = log

    def say(self, event: Callable[..., Any], **content: object) -> None:
        """Add an event."""
        self._log.append(event(run=self.run, at=round(self.elapsed(), 6), **content))


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run must not exceed, and whether somebody asked it to stop."""

    budget: Budget
    stop: Event
    elapsed: Callable[[], float]

    def halted(self) -> Halt:
        """Whether the run has to end now, and why."""
        if self.stop.is_set():
            return "stop"
        return "seconds" if self.elapsed() >= self.budget.max_seconds else ""
