"""Charts as inline SVG, drawn from a report's series.

Guarantees: bars start at zero; a period without a value leaves its place empty; labels that would
touch are left out; the picture says in words what it shows.
"""

from __future__ import annotations

from decimal import Decimal

from agent.report.numerals import Scale, cell, phrase, scale_for
from agent.report.periods import brief, holes
from agent.report.types import Series
from agent.types import Language
from ui.export.bars import draw_bars
from ui.export.frame import Plot, Slot
from ui.export.lines import draw_line
from ui.export.rungs import draw_rungs


def draw(series: Series, lang: Language) -> str:
    """The chart of a series."""
    plot = plotted(series, lang)
    if series.over == "members":
        return draw_rungs(plot)
    return draw_bars(plot) if series.form == "bars" else draw_line(plot)


def plotted(series: Series, lang: Language) -> Plot:
    """A series in drawing terms: slots in order, scaled values, ready labels."""
    scale = shared_scale(series, lang)
    values = {point.period: point.value for point in series.points}
    empty = holes(tuple(values)) if series.over == "periods" else ()
    periods = sorted({*values, *empty}) if series.over == "periods" else list(values)
    slots = tuple(
        Slot(
            name=period,
            value=float(values[period] / scale.factor) if period in values else None,
            label=cell(values[period], series.unit, lang, scale)[0] if period in values else "",
            is_focus=period == series.focus,
        )
        for period in periods
    )
    return Plot(slots, series.title, _described(series, lang), lang)


def shared_scale(series: Series, lang: Language) -> Scale:
    """One scale for all values, chosen for the largest."""
    return scale_for(_largest(series), series.unit, lang)


def unit_label(series: Series, lang: Language) -> str:
    """The unit of the numbers along the axis: "billion USD"."""
    return cell(_largest(series), series.unit, lang, shared_scale(series, lang))[1]


def _largest(series: Series) -> Decimal:
    return max((abs(point.value) for point in series.points), default=Decimal(0))


def _described(series: Series, lang: Language) -> str:
    """What the picture shows, for those who do not see it."""
    named = brief if series.over == "periods" else _as_it_is
    comma = "，" if lang == "zh" else ", "
    return comma.join(
        f"{named(point.period, lang)} {phrase(point.value, series.unit, lang)}"
        for point in series.points
    )


def _as_it_is(name: str, lang: Language) -> str:
    del lang
    return name
