"""Accuracy against forwards as one picture: where more denoise steps stop helping.

Guarantees: each point carries its 95 % interval; the axes say what they count.
"""

from __future__ import annotations

from collections.abc import Iterator

from agent.sweep import Point, Sweep
from ui.export.axis import Axis, axis
from ui.export.frame import BOTTOM, HEIGHT, LEFT, RIGHT, SMALL, TOP, WIDTH
from ui.export.palette import PALETTE
from ui.export.svg import drawing, element, line, text

_TITLE = "Accuracy against forwards"
_FOOT = 16.0
_CLOSE = 24.0  # nearer labels would touch


def draw_sweep(found: Sweep) -> str:
    """The chart of a sweep, as SVG."""
    forwards = [point.score.mean["forwards"] for point in found.points]
    shares = [bound * 100 for point in found.points for bound in point.score.ci95]
    across = axis([*forwards, 0.0], LEFT, RIGHT - 14, from_zero=True)
    up = axis(shares, BOTTOM, TOP, from_zero=False)
    parts = [*_grid(across, up), *_track(found.points, across, up)]
    for point in found.points:
        parts += _mark(point, across, up)
    parts += _names(found.points, across, up)
    return drawing(WIDTH, HEIGHT + _FOOT, _TITLE, _described(found), *parts)


def _described(found: Sweep) -> str:
    said = (
        f"at most {point.max_steps} steps: {point.score.accuracy:.1%} right "
        f"in {point.score.mean['forwards']:.2f} forwards"
        for point in found.points
    )
    return "; ".join(said)


def _grid(across: Axis, up: Axis) -> Iterator[str]:
    for value in up.ticks():
        y = up.at(value)
        yield line(LEFT, y, RIGHT, y, stroke=PALETTE["faint"])
        yield text(f"{value:g} %", LEFT - 5, y + 3, SMALL, text_anchor="end")
    for value in across.ticks():
        x = across.at(value)
        yield line(x, BOTTOM, x, BOTTOM + 4, stroke=PALETTE["rule"])
        yield text(f"{value:g}", x, BOTTOM + 15, SMALL, text_anchor="middle")
    middle = (LEFT + RIGHT) / 2
    yield text("forwards a task, mean", middle, BOTTOM + 30, SMALL, text_anchor="middle")


def _track(points: tuple[Point, ...], across: Axis, up: Axis) -> Iterator[str]:
    places = (
        f"{across.at(p.score.mean['forwards']):.2f},{up.at(100 * p.score.accuracy):.2f}"
        for p in points
    )
    yield element(
        "polyline", points=" ".join(places), fill="none", stroke=PALETTE["teal-soft"],
        stroke_width=1.4,
    )  # fmt: skip


def _mark(point: Point, across: Axis, up: Axis) -> Iterator[str]:
    x = across.at(point.score.mean["forwards"])
    low, high = (up.at(100 * bound) for bound in point.score.ci95)
    y = up.at(100 * point.score.accuracy)
    yield line(x, low, x, high, stroke=PALETTE["teal"], stroke_width=1)
    yield element("circle", cx=x, cy=y, r=3.0, fill=PALETTE["teal"])


def _names(points: tuple[Point, ...], across: Axis, up: Axis) -> Iterator[str]:
    """The cap beside each point; those whose points lie close share a label."""
    groups: list[tuple[float, float, list[int]]] = []
    for point in points:
        x, y = across.at(point.score.mean["forwards"]), up.at(100 * point.score.accuracy)
        if groups and abs(x - groups[-1][0]) < _CLOSE and abs(y - groups[-1][1]) < SMALL:
            groups[-1][2].append(point.max_steps)
        else:
            groups.append((x, y, [point.max_steps]))
    for x, y, caps in groups:
        label = f"K={', '.join(map(str, caps))}"
        yield text(label, x + 5, y - 5, SMALL, fill=PALETTE["ink"])
