"""The report as one HTML page that needs nothing else: no script, no font, no picture to fetch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from agent.report.periods import said
from agent.report.types import Report, Series
from agent.types import Language
from ui.export.axis import axis, places
from ui.export.chart import draw, plotted, unit_label
from ui.export.headings import facts_line, heading, method_text
from ui.export.marks import marks
from ui.export.notes import notes
from ui.export.palette import variables

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class _Chart:
    title: str
    unit: str
    floor: str
    svg: str
    citations: tuple[str, ...]


def to_html(report: Report, *, is_for_screen: bool = True) -> str:
    """The whole page; for paper without what only a screen needs."""
    sheets = ("report.css", "screen.css") if is_for_screen else ("report.css",)
    style = [(_FOLDER / name).read_text(encoding="utf-8") for name in sheets]
    return _template().render(
        report=report,
        style="\n".join([variables(), *style]),
        is_for_screen=is_for_screen,
        say=partial(_say, lang=report.lang),
        marks=marks,
        charts=tuple(_charts(report)),
        notes=notes(report),
        made=method_text(report),
        facts_line=facts_line(report),
        made_on=said(report.made_on, report.lang),
        shows_previous=any(figure.previous for figure in report.figures),
        shows_year_ago=any(figure.year_ago for figure in report.figures),
    )


@cache
def _template() -> Template:
    loader = FileSystemLoader(_FOLDER)
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")


def _say(key: str, lang: Language, **values: object) -> str:
    return heading(key, lang, **values)


def _charts(report: Report) -> Iterator[_Chart]:
    for series in report.series:
        yield _Chart(
            title=series.title,
            unit=unit_label(series, report.lang),
            floor=axis_note(series, report.lang),
            svg=draw(series, report.lang),
            citations=tuple(point.citation for point in series.points),
        )


def axis_note(series: Series, lang: Language) -> str:
    """Where the axis starts, if not at zero."""
    if series.form == "bars":
        return ""
    values = plotted(series, lang).values
    scale = axis(values, 0.0, 1.0, from_zero=False)
    low = f"{scale.low:,.{places(scale.step)}f}".replace("-", "−")
    return "" if scale.low <= 0 <= scale.high else heading("axis", lang, low=low)
