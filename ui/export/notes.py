"""The evidence list: a note for each field and source, with every cited value of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.report.labels import Namer
from agent.report.periods import brief
from agent.report.sources import source
from agent.report.types import Report
from agent.types import Citation, Language

_LINKED = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Entry:
    """One cited value; `of` says whose and when."""

    id: str
    of: str
    value: str


@dataclass(frozen=True, slots=True)
class Note:
    """The cited values that share field and source; where they were read live, the address and the day."""

    subject: str
    source: str
    licence: str
    entries: tuple[Entry, ...]
    url: str = ""
    read: str = ""


def notes(report: Report) -> tuple[Note, ...]:
    """All citations of a report, grouped, in the order of their first number."""
    groups: dict[tuple[str, str, str], list[Citation]] = {}
    for citation in report.citations:
        about = (citation.field, citation.source, citation.url)
        groups.setdefault(about, []).append(citation)
    return tuple(_note(group, report.lang) for group in groups.values())


def _note(group: Sequence[Citation], lang: Language) -> Note:
    ordered = sorted(group, key=lambda citation: int(citation.id))
    namer = Namer(lang)
    entities = dict.fromkeys(citation.entity for citation in ordered)
    field = namer.field(ordered[0].field)
    known = source(ordered[0].source, lang)
    filing = ordered[0].source.removeprefix(known.key).removeprefix(":")
    return Note(
        subject=field if len(entities) > 1 else f"{next(iter(entities))} · {field}",
        source=f"{known.label} {filing}".strip(),
        licence=ordered[0].licence or known.licence,
        url=ordered[0].url if ordered[0].url.startswith(_LINKED) else "",
        read=ordered[0].retrieved[:10],
        entries=tuple(_entry(one, namer, with_entity=len(entities) > 1) for one in ordered),
    )


def _entry(citation: Citation, namer: Namer, *, with_entity: bool) -> Entry:
    period = brief(citation.period, namer.lang) if citation.period != citation.value else ""
    of = [citation.entity] if with_entity else []
    return Entry(citation.id, " ".join([*of, period]).strip(), namer.cited(citation))
