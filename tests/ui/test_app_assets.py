"""The page's look, as far as it can be computed: contrast, motion, nothing from elsewhere."""

from __future__ import annotations

import re

import pytest

from ui.panels.render import ASSETS

CSS = (ASSETS / "page.css").read_text("utf-8")
AA = 4.5
FAINTEST_INK = 0.68
ON_TEXT = [
    *[("ink", paper) for paper in ("vellum", "paper", "paper-deep", "teal-wash", "orange-wash")],
    *[("ink-soft", paper) for paper in ("vellum", "paper", "paper-deep")],
    *[("teal", paper) for paper in ("vellum", "paper", "teal-wash")],
    *[("orange", paper) for paper in ("vellum", "paper", "orange-wash")],
    *[("rubric", paper) for paper in ("vellum", "paper", "paper-deep", "rubric-wash")],
    *[("moss", "moss-wash"), ("paper", "ink"), ("paper", "rubric")],
    *[("paper", "teal"), ("paper", "orange")],
]


def colours(selector: str) -> dict[str, tuple[float, ...]]:
    block = re.search(rf"^{re.escape(selector)} {{(.*?)^}}", CSS, re.S | re.M)
    assert block
    return {name: channels(code) for name, code in re.findall(r"--([\w-]+): (#\w{6});", block[1])}


def channels(code: str) -> tuple[float, ...]:
    return tuple(int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))


def luminance(colour: tuple[float, ...]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("selector", [":root", ".dark"])
@pytest.mark.parametrize(("text", "paper"), ON_TEXT)
def test_text_stands_out_from_its_paper(selector: str, text: str, paper: str) -> None:
    palette = colours(selector)
    assert contrast(palette[text], palette[paper]) >= AA


@pytest.mark.parametrize("selector", [":root", ".dark"])
@pytest.mark.parametrize("paper", ["paper", "teal-wash", "orange-wash"])
def test_the_least_certain_word_can_still_be_read(selector: str, paper: str) -> None:
    palette = colours(selector)
    mixed = tuple(
        FAINTEST_INK * ink + (1 - FAINTEST_INK) * ground
        for ink, ground in zip(palette["ink"], palette[paper], strict=True)
    )
    assert contrast(mixed, palette[paper]) >= AA


def test_light_and_dark_define_the_same_colours() -> None:
    assert colours(":root").keys() == colours(".dark").keys()


@pytest.mark.parametrize("name", sorted(path.name for path in ASSETS.iterdir()))
def test_no_asset_names_another_host(name: str) -> None:
    text = (ASSETS / name).read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|//[a-z]|@import|url\(", text)


def test_motion_can_be_switched_off() -> None:
    assert "prefers-reduced-motion: reduce" in CSS


def test_no_template_switches_escaping_off() -> None:
    for path in ASSETS.glob("*.html"):
        assert not re.search(r"\|\s*safe|autoescape|Markup", path.read_text("utf-8")), path.name
