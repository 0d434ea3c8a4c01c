"""A line over periods. It breaks where a period has no value; its axis need not start at zero."""

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
    label_x,
    labelled,
    period_labels,
    silent,
    ticks,
)  # fmt: skip
from ui.export.palette import PALETTE
from ui.export.svg import drawing, element, text

_DOTS_UP_TO = 16


def draw_line(plot: Plot) -> str:
    """The chart."""
    scale = axis(plot.values, BOTTOM, TOP, from_zero=False)
    parts = [*ticks(scale), *_strokes(plot, scale), *_dots(plot, scale)]
    parts += [*_labels(plot, scale), *period_labels(plot), *silent(plot, BOTTOM - 3)]
    return drawing(WIDTH, HEIGHT, plot.title, plot.described, *parts)


def _strokes(plot: Plot, scale: Axis) -> Iterator[str]:
    run: list[str] = []
    for index, slot in enumerate(plot.slots):
        if slot.value is None:
            yield from _stroke(run)
            run = []
        else:
            run.append(f"{plot.centre(index):.2f},{scale.at(slot.value):.2f}")
    yield from _stroke(run)


def _stroke(points: list[str]) -> Iterator[str]:
    if len(points) > 1:
        yield element(
            "polyline", points=" ".join(points), fill="none", stroke=PALETTE["teal"],
            stroke_width=1.8, stroke_linejoin="round", stroke_linecap="round",
        )  # fmt: skip


def _dots(plot: Plot, scale: Axis) -> Iterator[str]:
    every_one = len(plot.slots) <= _DOTS_UP_TO
    shown = labelled(plot)
    for index, slot in enumerate(plot.slots):
        if slot.value is not None and (every_one or index in shown or _is_alone(plot, index)):
            colour = PALETTE["orange" if slot.is_focus else "teal"]
            radius = 3.2 if slot.is_focus else 2.2
            yield element(
                "circle", cx=plot.centre(index), cy=scale.at(slot.value), r=radius, fill=colour
            )


def _is_alone(plot: Plot, index: int) -> bool:
    around = plot.slots[max(index - 1, 0) : index + 2]
    return sum(slot.value is not None for slot in around) == 1


def _labels(plot: Plot, scale: Axis) -> Iterator[str]:
    for index in labelled(plot):
        slot = plot.slots[index]
        y = scale.at(slot.value or 0.0)
        y += 13 if _is_valley(plot, index) and y + 13 < BOTTOM - 2 else -7
        weight = "bold" if slot.is_focus else "normal"
        yield text(
            slot.label,
            label_x(plot, index),
            y,
            SMALL,
            text_anchor="middle",
            font_weight=weight,
            fill=PALETTE["ink"],
        )


def _is_valley(plot: Plot, index: int) -> bool:
    """Whether the line comes down to this point, so that its label belongs below."""
    around = plot.slots[max(index - 1, 0) : index + 2]
    near = [slot.value for slot in around if slot.value is not None]
    return sum(near) / len(near) > (plot.slots[index].value or 0.0)
