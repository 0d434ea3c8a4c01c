"""What the tools answered in a run, kept call by call.

Guarantees: an observation is on disk before anybody sees it, so that a run that was killed never repeats a
call it has the answer to, and a start is on disk before the call goes out, so that a cap on calls holds across
restarts. Does not guarantee: that a call which was in flight when the process died is not sent again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent import codec
from agent.log import LineFile
from model.types import Usage
from tools.types import Answer, Call, Failed, Note, Observation, Value
from tools.web.meter import Spent


@dataclass(frozen=True, slots=True)
class Outcome:
    """An observation, the seconds that its call took, and what the user should know of it."""

    observation: Observation
    seconds: float
    notes: tuple[Note, ...] = ()


def key_of(call: Call, sources: Mapping[str, str]) -> str:
    """The name of a call: the same request over the same inputs has the same name.

    `sources` names, for each `#k`, the call whose observation stands behind it.
    """
    bound = {
        symbol: sources.get(symbol) or codec.encode(term) for symbol, term in call.bindings.items()
    }
    parts = [call.tool, sorted(call.args.items()), sorted(bound.items())]
    return hashlib.sha256(codec.encode([str(part) for part in parts]).encode()).hexdigest()[:16]


@dataclass(slots=True)
class Journal:
    """The calls of one run; reopening the file brings them back."""

    path: Path
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    started: int = 0
    rests_on: dict[int, str] = field(default_factory=dict)
    spent: Spent = field(default_factory=Spent)
    judged: Usage = field(default_factory=Usage)
    _lines: LineFile | None = None

    def __post_init__(self) -> None:
        """Read what an earlier process wrote."""
        self._lines = LineFile(self.path)
        for line in self.path.read_bytes().splitlines():
            self._recall(codec.decode(line))

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the user should know, each thing once."""
        told = {
            (note.kind, note.about): note
            for outcome in reversed(self.outcomes.values())
            for note in reversed(outcome.notes)
        }
        return tuple(told.values())[::-1]

    @property
    def seconds(self) -> float:
        """The time that tools took, call by call."""
        return sum(outcome.seconds for outcome in self.outcomes.values())

    def start(self, key: str) -> None:
        """Note that a call goes out."""
        self._write(["start", key], durable=False)

    def keep(self, key: str, outcome: Outcome) -> None:
        """Keep what a call brought back."""
        kept = (outcome.observation, outcome.seconds, outcome.notes)
        self._write(["keep", key, *kept], durable=True)

    def account(self, spent: Spent) -> None:
        """Note what the run has taken from the web so far."""
        if spent != self.spent:
            by_host = [list(pair) for pair in spent.by_host]
            self._write(["spent", spent.calls, spent.bytes, spent.seconds, by_host], durable=False)

    def charge(self, usage: Usage) -> None:
        """Note what one more verdict of a model has cost, in tokens, forwards and seconds."""
        cost = (usage.forwards, usage.denoise_steps, usage.new_tokens, usage.seconds)
        self._write(["judged", *cost], durable=False)

    def settle(self, rests_on: Mapping[int, str]) -> None:
        """Note which calls stand behind the rows of the final plan."""
        self._write(["settle", dict(rests_on)], durable=False)

    def value(self, key: str) -> Value:
        """The value a call brought back; KeyError where it brought none."""
        observation = self.outcomes[key].observation
        if isinstance(observation, Failed | Answer):
            raise KeyError(key)
        return observation

    def close(self) -> None:
        """Let go of the file."""
        if self._lines is not None:
            self._lines.close()

    def _write(self, entry: list[object], *, durable: bool) -> None:
        line = codec.encode(entry)
        self._recall(entry)
        if self._lines is not None:
            self._lines.append(line, durable=durable)

    def _recall(self, entry: list[Any]) -> None:
        match entry:
            case ["start", _]:
                self.started += 1
            case ["keep", key, observation, seconds, *notes]:
                self.outcomes[key] = Outcome(observation, seconds, *notes)
            case ["spent", calls, n_bytes, seconds, by_host]:
                hosts = tuple((host, n) for host, n in by_host)
                self.spent = Spent(calls, n_bytes, seconds, hosts)
            case ["judged", forwards, denoise_steps, new_tokens, seconds]:
                self.judged += Usage(forwards, denoise_steps, new_tokens, seconds=seconds)
            case ["settle", rests_on]:
                self.rests_on = rests_on
