"""Engines in order of trust: the first that finds something answers; who was left out or failed is noted.

Guarantees: an engine that blocks is told from one that finds nothing as far as that can be told from outside, and
nothing is ever said to be nowhere on the web while an engine was not able to say so.
"""

from __future__ import annotations

from collections.abc import Sequence

from tools.engines.health import Health
from tools.engines.types import Engine, Query
from tools.notes import note
from tools.passages import gathered
from tools.types import Failed, NoteKind, Passages, Reason

MAX_PASSAGES = 8
_FINAL = frozenset({Reason.BUDGET_EXHAUSTED, Reason.STOPPED})


class Chain:
    """One run's engines; `health` may be shared with other runs."""

    def __init__(self, engines: Sequence[Engine], health: Health) -> None:
        self.engines = tuple(engines)
        self._health = health

    def search(self, query: Query) -> Passages | Failed:
        """The passages of the first engine that has any; else why there are none."""
        silent: list[tuple[str, Failed]] = []
        for engine in self.engines:
            found = self._asked(engine, query)
            if isinstance(found, Passages):
                return found
            if found is not None and found.reason in _FINAL:
                return found
            if found is not None:
                silent.append((engine.name, found))
        return _nothing(query, silent, [engine.name for engine in self.engines])

    def _asked(self, engine: Engine, query: Query) -> Passages | Failed | None:
        """What one engine gives; None where it answers that there is nothing."""
        if not engine.is_local and (why := self._health.resting(engine.name)):
            note(NoteKind.DEGRADED, engine.name, why)
            return Failed(Reason.UNAVAILABLE, why)
        found = engine.search(query)
        if isinstance(found, Failed):
            return self._failed(engine, found)
        if not found:
            return self._found_nothing(engine, query)
        self._health.found(engine.name)
        return gathered(found, MAX_PASSAGES)

    def _failed(self, engine: Engine, failed: Failed) -> Failed:
        self._health.failed(engine.name, failed)
        if failed.reason not in _FINAL:
            note(NoteKind.DEGRADED, engine.name, failed.detail)
        return failed

    def _found_nothing(self, engine: Engine, query: Query) -> Failed | None:
        if engine.is_local or not (why := self._health.found_nothing(engine.name, query.text)):
            return None
        note(NoteKind.DEGRADED, engine.name, why)
        return Failed(Reason.UNAVAILABLE, why)


def _nothing(query: Query, silent: list[tuple[str, Failed]], names: list[str]) -> Failed:
    """Empty only if every engine said so; otherwise as the first one that could not say."""
    if not silent:
        asked = ", ".join(names) or "no engine"
        return Failed(Reason.EMPTY, f"nothing found for {query.text!r} (asked: {asked})")
    name, first = silent[0]
    others = "".join(f"; {other}: {failed.detail}" for other, failed in silent[1:])
    detail = (
        f"nothing found for {query.text!r}, and not all could say: {name}: {first.detail}{others}"
    )
    return Failed(first.reason, detail)
