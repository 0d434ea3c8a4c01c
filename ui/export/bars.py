"""Bars over periods. They start at zero, and fall below it where the value does."""

from __future__ import annotations

from collections.abc import Iterator

from ui.export.axis import Axis, axis
from ui.export.frame import (
    BOTTOM,
    HEIGHT,
    SMALL,
    TOP,
    WIDTH,
    Plot,
    Slot,
    label_x,
    labelled,
    period_labels,
    silent,
    ticks,
)  # fmt: skip
from ui.export.palette import PALETTE
from ui.export.svg import drawing, element, text

_FILL = 0.68


def draw_bars(plot: Plot) -> str:
    """The chart."""
    scale = axis(plot.values, BOTTOM, TOP, from_zero=True)
    parts = [*ticks(scale), *_bars(plot, scale), *_labels(plot, scale), *period_labels(plot)]
    parts += silent(plot, scale.at(0.0) - 3)
    return drawing(WIDTH, HEIGHT, plot.title, plot.described, *parts)


def _bars(plot: Plot, scale: Axis) -> Iterator[str]:
    width = plot.slot_width * _FILL
    for index, slot in enumerate(plot.slots):
        if slot.value is None:
            continue
        top, base = sorted((scale.at(slot.value), scale.at(0.0)))
        yield element(
            "rect",
            x=plot.centre(index) - width / 2,
            y=top,
            width=width,
            height=max(base - top, 0.6),
            fill=_colour(slot),
        )


def _colour(slot: Slot) -> str:
    hue = "orange" if slot.value is not None and slot.value < 0 else "teal"
    return PALETTE[hue if slot.is_focus else f"{hue}-soft"]


def _labels(plot: Plot, scale: Axis) -> Iterator[str]:
    for index in labelled(plot):
        slot = plot.slots[index]
        value = slot.value or 0.0
        y = scale.at(value) + (-4 if value >= 0 else 10)
        weight = "bold" if slot.is_focus else "normal"
        yield text(
            slot.label, label_x(plot, index), y, SMALL, text_anchor="middle", font_weight=weight,
            fill=PALETTE["ink"],
        )  # fmt: skip
