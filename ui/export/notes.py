"""The evidence list: a note for each entity, field and source, with every cited value of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agent.report.labels import Namer
from agent.report.periods import brief
from agent.report.sources import source
from agent.report.types import Report
from agent.types import Citation, Language


@dataclass(frozen=True, slots=True)
class Entry:
    """One cited value."""

    id: str
    period: str
    value: str


@dataclass(frozen=True, slots=True)
class Note:
    """The cited values that share entity, field and source."""

    entity: str
    field: str
    source: str
    licence: str
    entries: tuple[Entry, ...]


def notes(report: Report) -> tuple[Note, ...]:
    """All citations of a report, grouped, in the order of their first number."""
    groups: dict[tuple[str, str, str], list[Citation]] = {}
    for citation in report.citations:
        groups.setdefault((citation.entity, citation.field, citation.source), []).append(citation)
    return tuple(_note(group, report.lang) for group in groups.values())


def _note(group: Iterable[Citation], lang: Language) -> Note:
    ordered = sorted(group, key=lambda citation: int(citation.id))
    namer = Namer(lang)
    known = source(ordered[0].source, lang)
    filing = ordered[0].source.removeprefix(known.key).removeprefix(":")
    return Note(
        entity=ordered[0].entity,
        field=namer.field(ordered[0].field),
        source=f"{known.label} {filing}".strip(),
        licence=known.licence,
        entries=tuple(Entry(one.id, brief(one.period, lang), namer.cited(one)) for one in ordered),
    )
