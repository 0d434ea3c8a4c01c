"""A view as HTML. Every value that comes from outside is escaped by the templates.

Guarantees: the same view and language give the same text, byte for byte.
Does not guarantee: anything about how it looks; that is `ui/assets/page.css`.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from agent.types import Language
from ui.panels import canvas, comparison, reading
from ui.panels.view import PanelView
from ui.words import say

Side = Literal["diffusion", "ar"]
ASSETS = Path(__file__).parent.parent / "assets"
LOG_LINES = 200
TOOLS = (
    ("search", "query"),
    ("lookup", "source, field"),
    ("calculate", "expression"),
    ("verify", "claim"),
    ("finish", "answer"),
)


def masthead(lang: Language) -> str:
    """The name and the one line under it."""
    return _draw("masthead.html", lang)


def toolbox(left: PanelView, right: PanelView, lang: Language) -> str:
    """The shared tools, with how often each agent has called them."""
    counts = {"left": Counter(left.calls), "right": Counter(right.calls)}
    return _draw("toolbox.html", lang, tools=TOOLS, counts=counts)


def complaint(text: str, lang: Language) -> str:
    """The line under the task that says what is wrong with it; empty where nothing is."""
    return _draw("complaint.html", lang, text=text)


def panel(now: PanelView, side: Side, lang: Language, *, has_report: bool = False) -> str:
    """One agent's panel."""
    result = now.result
    return _draw(
        "panel.html",
        lang,
        view=now,
        side=side,
        way=now.arm if now.arm.startswith("ar-") else "ar-plan" if side == "ar" else "diffusion",
        picture=canvas.picture(now),
        reading=result and reading.reading(result.answer, result.citations),
        forwards=comparison.spent(now, "forwards"),
        log=now.log[-LOG_LINES:],
        has_report=has_report and now.phase == "answered",
    )


def verdict(left: PanelView, right: PanelView, lang: Language) -> str:
    """Who won, said plainly, and what both agents read."""
    return _draw(
        "verdict.html",
        lang,
        left=left,
        right=right,
        pointers=left.pointers or right.pointers,
        verdict=comparison.verdict(left, right),
        agreement=comparison.agreement(left, right),
    )


def strip(left: PanelView, right: PanelView, lang: Language) -> str:
    """What both runs cost, side by side, live and at the end."""
    costs = comparison.costs(left, right)
    return _draw("strip.html", lang, left=left, right=right, costs=costs)


def status_line(left: PanelView, right: PanelView, lang: Language) -> str:
    """One sentence on both agents, for those who listen to the page."""
    phases = {"left": _phase(left, lang), "right": _phase(right, lang)}
    return _draw("status.html", lang, text=say("status_line", lang, **phases) if left.run else "")


def _phase(now: PanelView, lang: Language) -> str:
    return say(f"phase_{now.phase}", lang)


def _draw(template: str, lang: Language, **values: object) -> str:
    words = partial(say, lang=lang)
    return _templates().get_template(template).render(say=words, lang=lang, **values)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ASSETS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "arguments": reading.arguments,
        "fact_words": reading.fact_words,
        "pieces": reading.pieces,
        "marks": canvas.marks,
        "ink": canvas.ink,
        "percent": canvas.percent,
        "number": number,
    }
    return environment


def number(value: float | None) -> str:
    """A count or a duration as people read it; a dash where it is not known yet."""
    if value is None:
        return "–"
    if value == int(value) and abs(value) >= 1:
        return f"{int(value):,}"
    return "0" if value == 0 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}"
