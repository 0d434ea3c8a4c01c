"""What every chart over periods shares: the plot's terms, its frame, its ticks and its period labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent.report.periods import Grain, moment
from agent.types import Language
from ui.export.axis import Axis, every, places
from ui.export.palette import PALETTE
from ui.export.svg import line, text, width_of

WIDTH = 360.0
HEIGHT = 190.0
TOP = 16.0
BOTTOM = 158.0
LEFT = 40.0
RIGHT = 354.0
SMALL = 9.0


@dataclass(frozen=True, slots=True)
class Slot:
    """A place along the chart; `value` is None where the facts are silent."""

    name: str
    value: float | None
    label: str
    is_focus: bool


@dataclass(frozen=True, slots=True)
class Plot:
    """A series ready to draw."""

    slots: tuple[Slot, ...]
    title: str
    described: str
    lang: Language

    @property
    def values(self) -> list[float]:
        """The values that are there."""
        return [slot.value for slot in self.slots if slot.value is not None]

    def centre(self, index: int) -> float:
        """The horizontal middle of a slot."""
        return LEFT + (index + 0.5) * self.slot_width

    @property
    def slot_width(self) -> float:
        """The room of one slot."""
        return (RIGHT - LEFT) / len(self.slots)


def ticks(axis: Axis) -> Iterator[str]:
    """Grid lines and their numbers."""
    decimals = places(axis.step)
    for value in axis.ticks():
        y = axis.at(value)
        is_base = abs(value) < axis.step / 1e6
        colour = PALETTE["quiet"] if is_base else PALETTE["faint"]
        yield line(LEFT, y, RIGHT, y, stroke=colour, stroke_width=0.8 if is_base else 0.6)
        shown = f"{value + 0.0:,.{decimals}f}".replace("-", "−")
        yield text(shown, LEFT - 5, y + 3, SMALL, text_anchor="end")


def period_labels(plot: Plot) -> Iterator[str]:
    """Under quarters two levels, quarter and year; under years the years that fit."""
    if moment(plot.slots[0].name).grain is Grain.QUARTER:
        yield from _quarters(plot)
        return
    names = [slot.name.removeprefix("FY") for slot in plot.slots]
    widest = max(width_of(name, SMALL) for name in names)
    gap = every(len(names), RIGHT - LEFT, widest)
    for index, name in enumerate(names):
        if (len(names) - 1 - index) % gap == 0:
            yield text(name, plot.centre(index), BOTTOM + 13, SMALL, text_anchor="middle")


def _quarters(plot: Plot) -> Iterator[str]:
    years: dict[str, list[int]] = {}
    for index, slot in enumerate(plot.slots):
        years.setdefault(slot.name[:4], []).append(index)
        if plot.slot_width >= width_of("Q4", SMALL - 1) + 1:
            label = slot.name[4:]
            yield text(label, plot.centre(index), BOTTOM + 12, SMALL - 1, text_anchor="middle")
    for year, places_ in years.items():
        first, last = plot.centre(places_[0]), plot.centre(places_[-1])
        half = plot.slot_width * 0.36
        y = BOTTOM + 17
        yield line(first - half, y, last + half, y, stroke=PALETTE["rule"], stroke_width=0.7)
        if last - first + 2 * half >= width_of(year, SMALL) - 2:
            yield text(year, (first + last) / 2, BOTTOM + 27, SMALL, text_anchor="middle")


def silent(plot: Plot, y: float) -> Iterator[str]:
    """A dot where a period has no value, so that nobody reads a zero."""
    for index, slot in enumerate(plot.slots):
        if slot.value is None:
            yield text("·", plot.centre(index), y, 12, text_anchor="middle")


def labelled(plot: Plot) -> set[int]:
    """Which values are written out: the report's own, the highest and the lowest, if not crowded."""
    known = [i for i, slot in enumerate(plot.slots) if slot.value is not None]
    if not known:
        return set()
    focus = next((i for i in known if plot.slots[i].is_focus), known[-1])
    ends = [
        max(known, key=lambda i: plot.slots[i].value or 0),
        min(known, key=lambda i: plot.slots[i].value or 0),
    ]
    chosen = [focus]
    for candidate in ends:
        if all(_apart(plot, candidate, other) for other in chosen):
            chosen.append(candidate)
    return set(chosen)


def _apart(plot: Plot, one: int, other: int) -> bool:
    half = (width_of(plot.slots[one].label, SMALL) + width_of(plot.slots[other].label, SMALL)) / 2
    return abs(plot.centre(one) - plot.centre(other)) > half + 3


def label_x(plot: Plot, index: int) -> float:
    """Where a value's label is centred so that it stays inside the picture."""
    half = width_of(plot.slots[index].label, SMALL) / 2
    return min(max(plot.centre(index), LEFT + half), WIDTH - half - 1)
