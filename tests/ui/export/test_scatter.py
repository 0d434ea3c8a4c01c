"""The chart of a sweep shows every cap at its place."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from agent.judge import Task
from agent.scores import METRICS, Judged, score
from agent.sweep import Point, Sweep
from agent.types import Metrics
from ui.export.scatter import draw_sweep

TASK = Task(id="a", question="q", answer="1")


def point(n_steps: int, forwards: int, n_right: int) -> Point:
    runs = [
        Judged(
            question="q", arm="diffusion", status="answered", answer="1", value="1", unit=None,
            citations=[], plan=[], metrics=Metrics(forwards=forwards), id="a", correct=n < n_right,
        )
        for n in range(10)
    ]  # fmt: skip
    return Point(max_steps=n_steps, score=score({"a": TASK}, runs))


def test_every_point_is_drawn_in_order_and_named() -> None:
    points = (point(1, 1, 5), point(4, 3, 9), point(16, 3, 9))
    svg = draw_sweep(Sweep(tasks=10, seed=0, hardware="an abacus", points=points))
    root = ET.fromstring(svg)
    marks = root.findall("{http://www.w3.org/2000/svg}circle")
    assert [mark.get("r") for mark in marks] == ["3"] * 3
    first, second, _ = ((float(m.get("cx", 0)), float(m.get("cy", 0))) for m in marks)
    assert first[0] < second[0]
    assert first[1] > second[1]
    assert re.findall(r"K=[\d, ]+", svg) == ["K=1", "K=4, 16"]
    assert "at most 4 steps: 90.0% right in 3.00 forwards" in svg
    assert "forwards" in METRICS
