"""Bars lying down, one for each member of a set, the longest on top."""

from __future__ import annotations

from collections.abc import Iterator

from ui.export.axis import Axis, axis
from ui.export.frame import SMALL, WIDTH, Plot
from ui.export.palette import PALETTE
from ui.export.svg import drawing, element, line, text, width_of

_ROW = 17.0
_MOST_NAME = 130.0


def draw_rungs(plot: Plot) -> str:
    """The chart."""
    names = [_fitted(slot.name) for slot in plot.slots]
    left = max(width_of(name, SMALL) for name in names) + 8
    right = WIDTH - max(width_of(slot.label, SMALL) for slot in plot.slots) - 6
    scale = axis(plot.values, left, right, from_zero=True)
    height = _ROW * len(plot.slots) + 8
    parts = [*_rungs(plot, names, scale)]
    base = scale.at(0.0)
    parts.append(line(base, 2, base, height - 4, stroke=PALETTE["quiet"], stroke_width=0.8))
    return drawing(WIDTH, height, plot.title, plot.described, *parts)


def _rungs(plot: Plot, names: list[str], scale: Axis) -> Iterator[str]:
    for index, slot in enumerate(plot.slots):
        value = slot.value or 0.0
        start, end = sorted((scale.at(0.0), scale.at(value)))
        y = 4 + index * _ROW
        hue = "orange-soft" if value < 0 else "teal" if index == 0 else "teal-soft"
        yield text(names[index], scale.start - 6, y + 10, SMALL, text_anchor="end")
        yield element(
            "rect",
            x=start,
            y=y + 2,
            width=max(end - start, 0.6),
            height=_ROW - 6,
            fill=PALETTE[hue],
        )
        yield text(slot.label, end + 4, y + 10, SMALL, fill=PALETTE["ink"])


def _fitted(name: str) -> str:
    """The name, cut where it would take more than its room."""
    if width_of(name, SMALL) <= _MOST_NAME:
        return name
    while width_of(name + "…", SMALL) > _MOST_NAME:
        name = name[:-1]
    return name.rstrip() + "…"
