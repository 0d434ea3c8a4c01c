"""Reports on finished runs: the history behind their values is looked up, then they are composed.

One object serves the command line and the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Protocol

from agent.report import Evidence, Report, compose, with_history
from agent.types import Language, RunResult
from tools.facts.store import FactStore
from tools.types import Tools
from ui.export.errors import ExportError
from ui.export.pdf import to_pdf

Names = Callable[[], Mapping[str, str]]


class FinishedRuns(Protocol):
    """What the report writer needs of the agents."""

    def result(self, run_id: str) -> RunResult | None:
        """The result of a run that has ended."""
        ...

    def evidence(self, run_id: str) -> tuple[Evidence, ...]:
        """What each row of the final plan brought back."""
        ...


class ReportWriter:
    """Writes reports on runs; `names` gives the entities' Chinese names when they are first needed."""

    def __init__(self, runs: FinishedRuns, toolbox: Tools, names: Names) -> None:
        self._runs, self._toolbox = runs, toolbox
        self._names = cache(names)

    def offers(self, question: str) -> bool:
        """Every question that was worked on has a report, be it on what is missing."""
        return bool(question.strip())

    def report(self, run_id: str, lang: Language, made_on: str = "") -> Report:
        """The report on a run that has ended."""
        result = self._runs.result(run_id)
        if result is None:
            raise ExportError(f"run {run_id!r} has not ended; wait for its answer, then ask again")
        evidence = with_history(self._runs.evidence(run_id), self._toolbox)
        return compose(result, evidence, lang, self._names() if lang == "zh" else None, made_on)

    def pdf(self, run_id: str, lang: Language) -> bytes:
        """The report as a PDF."""
        return to_pdf(self.report(run_id, lang))


def chinese_names(store: FactStore) -> dict[str, str]:
    """The best Chinese name of every entity that has one: the weightiest, then the shortest."""
    best: dict[str, tuple[float, int, str]] = {}
    for alias, entity_id, lang, weight in store.aliases():
        candidate = (-weight, len(alias), alias)
        if lang == "zh" and candidate < best.get(entity_id, (1.0, 0, "")):
            best[entity_id] = candidate
    return {entity_id: alias for entity_id, (_, _, alias) in best.items()}
