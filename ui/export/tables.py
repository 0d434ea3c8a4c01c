"""A report's tables as plain rows, for the formats that draw no pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.report.numerals import cell
from agent.report.periods import brief
from agent.report.types import Change, Dispute, Report, Series
from ui.export.chart import shared_scale, unit_label
from ui.export.headings import heading
from ui.export.marks import bracketed

_NONE = "–"


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns, rows, and which columns hold numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]


def figures_grid(report: Report) -> Grid:
    """The figures table."""
    names = ("figure", "period", "value", "unit", "previous", "year ago")
    rows = tuple(
        (
            figure.label,
            figure.period or _NONE,
            figure.value,
            f"{figure.unit} {bracketed(figure.citations)}".strip(),
            _change(figure.previous),
            _change(figure.year_ago),
        )
        for figure in report.figures
    )
    return Grid(_headed(names, report), rows, (False, False, True, False, True, True))


def _change(change: Change | None) -> str:
    return change.text if change else _NONE


def members_grid(report: Report) -> Grid | None:
    """The members of an answer set."""
    if report.members is None:
        return None
    rows = tuple(
        tuple(f"{one.text} {bracketed(one.citations)}".strip() for one in row)
        for row in report.members.rows
    )
    return Grid(report.members.columns, rows, report.members.numeric)


def series_grid(series: Series, report: Report) -> Grid:
    """A chart's numbers."""
    scale = shared_scale(series, report.lang)
    rows = tuple(
        (
            brief(point.period, report.lang) if series.over == "periods" else point.period,
            f"{cell(point.value, series.unit, report.lang, scale)[0]} {bracketed([point.citation])}",
        )
        for point in series.points
    )
    first = heading("column period" if series.over == "periods" else "column subject", report.lang)
    return Grid((first, unit_label(series, report.lang)), rows, (False, True))


def disputes_grid(report: Report) -> Grid:
    """Where sources disagree."""
    rows = tuple((one.label, one.period, _readings(one, report)) for one in report.disputes)
    return Grid(_headed(("figure", "period", "readings"), report), rows, (False, False, False))


def _readings(dispute: Dispute, report: Report) -> str:
    kept = heading("kept", report.lang)
    return "; ".join(
        f"{one.text} · {one.source} [{one.citation}]"
        + (f" ← {kept}" if one.citation == dispute.kept else "")
        for one in dispute.readings
    )


def sources_grid(report: Report) -> Grid:
    """The sources with tier and licence."""
    rows = tuple(
        (one.label, heading(f"tier {one.tier}", report.lang), one.licence, str(len(one.citations)))
        for one in report.sources
    )
    return Grid(
        _headed(("source", "tier", "licence", "facts"), report), rows, (False, False, False, True)
    )


def steps_grid(report: Report) -> Grid:
    """The rows of the plan."""
    rows = tuple(
        (
            str(one.row),
            one.call,
            one.outcome,
            heading(f"status {one.status}", report.lang),
            str(one.revisions),
        )
        for one in report.method.steps
    )
    names = ("row", "call", "outcome", "status", "revisions")
    return Grid(_headed(names, report), rows, (True, False, False, False, True))


def _headed(names: Sequence[str], report: Report) -> tuple[str, ...]:
    return tuple(heading(f"column {name}", report.lang) for name in names)
