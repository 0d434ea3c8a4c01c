"""A report as a flat list of parts in reading order, for the formats without a page template.

Markdown and DOCX both walk this list, so they hold the same content in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.report.periods import said
from agent.report.types import Report, Sentence
from agent.types import Language
from ui.export.headings import heading, method_text
from ui.export.marks import bracketed
from ui.export.notes import Note, notes
from ui.export.tables import (
    Grid,
    disputes_grid,
    figures_grid,
    members_grid,
    series_grid,
    sources_grid,
    steps_grid,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heading:
    """A title; level 1 is the report's own."""

    level: Literal[1, 2, 3]
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `lead` stands in front in bold, `marks` are its citations."""

    text: str
    marks: str = ""
    lead: str = ""
    is_item: bool = False


Part: TypeAlias = Heading | Paragraph | Grid


def outline(report: Report) -> Iterator[Part]:
    """Every part of the report."""
    yield from _front(report)
    yield from _values(report)
    yield from _said(report)
    yield from _behind(report)


def _front(report: Report) -> Iterator[Part]:
    yield Heading(1, report.title)
    yield Paragraph(report.subtitle)
    yield Paragraph(report.question, lead=heading("question", report.lang))
    if report.made_on:
        yield Paragraph(said(report.made_on, report.lang))
    yield Heading(2, heading("summary", report.lang))
    for sentence in report.summary:
        yield _paragraph([sentence], report.lang)


def _values(report: Report) -> Iterator[Part]:
    members = members_grid(report)
    if members is not None:
        yield Heading(2, heading("members", report.lang))
        yield members
    if report.figures:
        yield Heading(2, heading("figures", report.lang))
        yield figures_grid(report)
    if report.series:
        yield Heading(2, heading("charts", report.lang))
    for series in report.series:
        yield Heading(3, series.title)
        yield series_grid(series, report)


def _said(report: Report) -> Iterator[Part]:
    if report.findings:
        yield Heading(2, heading("findings", report.lang))
    for finding in report.findings:
        yield Heading(3, finding.topic)
        yield _paragraph(finding.sentences, report.lang)
    yield Heading(2, heading("verified", report.lang))
    for claim in report.claims:
        truth = heading(f"truth {claim.truth}", report.lang)
        yield Paragraph(claim.text, bracketed(claim.citations), lead=truth, is_item=True)
    if not report.claims:
        yield Paragraph(heading("no claims", report.lang))
    if report.disputes:
        yield Heading(3, heading("disputes", report.lang))
        yield disputes_grid(report)
    yield Heading(2, heading("gaps", report.lang))
    for gap in report.gaps:
        yield Paragraph(gap.why, lead=gap.what, is_item=True)
    if not report.gaps:
        yield Paragraph(heading("no gaps", report.lang))


def _behind(report: Report) -> Iterator[Part]:
    if report.sources:
        yield Heading(2, heading("sources", report.lang))
        yield sources_grid(report)
        yield Heading(2, heading("evidence", report.lang))
    for note in notes(report):
        lead = " · ".join(part for part in (note.subject, note.source, note.url) if part)
        yield Paragraph(_entries(note), lead=lead, is_item=True)
    yield Heading(2, heading("method", report.lang))
    yield Paragraph(method_text(report))
    if report.method.steps:
        yield steps_grid(report)


def _entries(note: Note) -> str:
    parts = (f"[{e.id}] {e.of}: {e.value}" if e.of else f"[{e.id}] {e.value}" for e in note.entries)
    return "; ".join(parts)


def _paragraph(sentences: list[Sentence] | tuple[Sentence, ...], lang: Language) -> Paragraph:
    """Sentences one after the other, each followed by its citations."""
    if len(sentences) == 1:
        return Paragraph(sentences[0].text, bracketed(sentences[0].citations))
    return Paragraph(
        " ".join(f"{one.text} {bracketed(one.citations)}".strip() for one in sentences)
    )
