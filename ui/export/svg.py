"""SVG as text: elements with escaped attributes and content, and the width that a label takes."""

from __future__ import annotations

import unicodedata
from html import escape

from ui.export.palette import PALETTE, SANS

_WIDE = 1.0
_NARROW = 0.54
_SLIM = frozenset(".,:;'|!iljI1 ")


def element(name: str, *content: str, **attributes: object) -> str:
    """An element; `_` in attribute names becomes `-`, a trailing one is dropped, floats are short."""
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{shown}>{''.join(content)}</{name}>" if content else f"<{name}{shown}/>"


def _attribute(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return escape(str(value), quote=True)


def text(content: str, x: float, y: float, size: float = 9.0, **attributes: object) -> str:
    """A label."""
    attributes.setdefault("fill", PALETTE["quiet"])
    return element("text", escape(content), x=x, y=y, font_size=size, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, **attributes: object) -> str:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)


def drawing(width: float, height: float, title: str, described: str, *content: str) -> str:
    """A whole picture with its accessible title and description."""
    return element(
        "svg",
        element("title", escape(title)),
        element("desc", escape(described)),
        *content,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        font_family=SANS.replace(", ", ","),  # WeasyPrint keeps a space as part of the name
    )


def width_of(content: str, size: float) -> float:
    """About how wide a label is: Chinese characters are square, the rest about half as wide."""
    return size * sum(_advance(character) for character in content)


def _advance(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return _WIDE
    return 0.3 if character in _SLIM else _NARROW
