from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.report.periods import moment, shifted, spelled
from agent.report.types import Point, Series
from ui.export.axis import axis, every, places
from ui.export.chart import draw, unit_label

NS = "{http://www.w3.org/2000/svg}"
VALUES = st.lists(
    st.decimals(-(10**12), 10**12, allow_nan=False, places=2), min_size=1, max_size=40
)


def quarters(n: int, first: str = "2023Q1") -> list[str]:
    return [shifted(first, step) or "" for step in range(n)]


def series(values: list[Decimal], form: str = "bars", unit: str = "USD") -> Series:
    periods = quarters(len(values))
    points = tuple(
        Point(period=period, value=value, citation=str(n))
        for n, (period, value) in enumerate(zip(periods, values, strict=True), 1)
    )
    return Series.model_validate(
        {"title": "Revenue <&>", "entity": "Tesla", "field": "revenue", "unit": unit, "over": "periods",
         "form": form, "points": points, "focus": periods[-1]}
    )  # fmt: skip


def members(values: list[Decimal]) -> Series:
    points = [
        {"period": f"A country with quite a long name {n}", "value": value, "citation": str(n)}
        for n, value in enumerate(values, 1)
    ]
    return series(values).model_copy(
        update={"over": "members", "points": tuple(Point.model_validate(p) for p in points)}
    )


def picture(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


@given(VALUES, st.sampled_from(["bars", "line"]))
def test_everything_drawn_lies_inside_the_picture(values: list[Decimal], form: str) -> None:
    root = picture(draw(series(values, form), "en"))
    width, height = (float(part) for part in root.attrib["viewBox"].split()[2:])
    for rect in root.iter(f"{NS}rect"):
        x, y, w, h = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + w <= width
        assert -0.01 <= y <= y + h <= height
    for circle in root.iter(f"{NS}circle"):
        assert 0 <= float(circle.attrib["cx"]) <= width
        assert 0 <= float(circle.attrib["cy"]) <= height


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=16).filter(any))
def test_bars_are_as_long_as_their_values(values: list[int]) -> None:
    root = picture(draw(series([Decimal(value) for value in values]), "en"))
    heights = [float(rect.attrib["height"]) for rect in root.iter(f"{NS}rect")]
    longest = max(heights)
    for height, value in zip(heights, values, strict=True):
        assert height == pytest.approx(max(longest * value / max(values), 0.6), abs=0.7)


@given(VALUES, st.booleans())
def test_an_axis_holds_its_values_between_round_ends(
    values: list[Decimal], from_zero: bool
) -> None:
    numbers = [float(value) for value in values]
    scale = axis(numbers, 100.0, 0.0, from_zero=from_zero)
    slack = scale.step * 1e-6
    assert scale.low - slack <= min(numbers) <= max(numbers) <= scale.high + slack
    assert 1 <= len(scale.ticks()) <= 9
    if from_zero:
        assert scale.low <= 0 <= scale.high


def test_ticks_show_as_many_decimals_as_their_step_has() -> None:
    assert [places(step) for step in (20.0, 5.0, 2.5, 0.5, 0.25, 0.1)] == [0, 0, 1, 1, 2, 1]


def test_labels_that_would_touch_are_left_out() -> None:
    assert every(10, 300.0, 20.0) == 1
    assert every(35, 300.0, 20.0) == 3


def test_a_period_without_a_value_leaves_its_place_empty() -> None:
    full = series([Decimal(n) for n in (1, 2, 3, 4)])
    holed = full.model_copy(update={"points": (full.points[0], *full.points[2:])})
    bars = picture(draw(holed, "en"))
    assert len(list(bars.iter(f"{NS}rect"))) == 3
    assert "·" in [text.text for text in bars.iter(f"{NS}text")]
    line = picture(draw(holed.model_copy(update={"form": "line"}), "en"))
    assert len(list(line.iter(f"{NS}polyline"))) == 1


def test_years_stand_under_their_quarters() -> None:
    root = picture(draw(series([Decimal(n) for n in range(8)]), "en"))
    labels = [text.text for text in root.iter(f"{NS}text")]
    assert labels.count("Q1") == 2
    assert {"2023", "2024"} <= set(labels)


def test_a_chart_says_what_it_shows() -> None:
    root = picture(draw(series([Decimal("28095000000")] * 3), "zh"))
    assert root.findtext(f"{NS}title") == "Revenue <&>"
    assert "2023年Q1 280.95亿美元" in (root.findtext(f"{NS}desc") or "")


def test_the_unit_of_an_axis_fits_its_largest_value() -> None:
    assert unit_label(series([Decimal(10**9), Decimal(10**6)]), "en") == "billion USD"
    assert unit_label(series([Decimal(18)], unit="%"), "en") == "%"


def test_members_lie_one_under_the_other_with_their_names_cut_to_fit() -> None:
    root = picture(draw(members([Decimal(3), Decimal(2), Decimal(1)]), "en"))
    widths = [float(rect.attrib["width"]) for rect in root.iter(f"{NS}rect")]
    assert widths == sorted(widths, reverse=True)
    names = [text.text or "" for text in root.iter(f"{NS}text")]
    assert any(name.endswith("…") for name in names)


@given(VALUES)
def test_value_labels_do_not_touch(values: list[Decimal]) -> None:
    svg = draw(series(values), "en")
    tops = re.findall(
        r'<text x="([\d.]+)" y="[\d.-]+" font-size="9" text-anchor="middle" font-weight', svg
    )
    places_ = sorted(float(x) for x in tops)
    assert all(right - left > 9 for left, right in pairwise(places_))


def test_periods_helpers_agree() -> None:
    assert [spelled(moment(period)) for period in quarters(5)][-1] == "2024Q1"
