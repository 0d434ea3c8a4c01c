"""The page's components and how they lie: built once, filled by `ui.page`.

Guarantees: fonts are the reader's own, and the style sheet comes with the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import gradio as gr

from agent.types import Arm, Language
from ui.panels import render
from ui.panels.view import BLANK
from ui.words import LANGUAGE_NAMES, LANGUAGES, say

PRESETS: Final = ("constraints", "chain", "report")
RIVALS: Final[tuple[Arm, ...]] = ("ar-plan", "ar-react")
_SANS: Final = ("system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")
_MONO: Final = ("ui-monospace", "Menlo", "Consolas", "monospace")


@dataclass(frozen=True, slots=True)
class Parts:
    """The components of the page."""

    masthead: gr.HTML
    lang: gr.Radio
    toolbox: gr.HTML
    task: gr.Textbox
    complaint: gr.HTML
    presets: tuple[gr.Button, ...]
    rival: gr.Radio
    slow: gr.Checkbox
    online: gr.Checkbox
    start: gr.Button
    stop: gr.Button
    replay: gr.Button
    status: gr.HTML
    verdict: gr.HTML
    strip: gr.HTML
    left: gr.HTML
    right: gr.HTML
    runs: gr.Textbox
    begun: gr.State

    @property
    def worded(self) -> tuple[gr.components.Component, ...]:
        """What changes with the language, beside the panels."""
        return (
            *(self.masthead, self.task, self.complaint, *self.presets, self.rival),
            *(self.slow, self.online, self.start, self.stop, self.replay),
        )

    @property
    def watched(self) -> tuple[gr.components.Component, ...]:
        """What changes while agents work."""
        return (
            *(self.verdict, self.strip, self.toolbox, self.status),
            *(self.left, self.right, self.start, self.stop, self.replay),
        )


def lay_out(lang: Language) -> Parts:
    """Every component in its place, in a language; nothing is connected yet."""
    blank = BLANK
    with gr.Row(elem_id="top"):
        masthead = _html(render.masthead(lang), "masthead")
        tongues = gr.Radio(
            [(LANGUAGE_NAMES[tongue], tongue) for tongue in LANGUAGES],
            value=lang, label=say("language", lang), elem_id="language", container=False,
        )  # fmt: skip
    toolbox = _html(render.toolbox(blank, blank, lang), "toolbox")
    task = _lay_out_task(lang)
    verdict = _html(render.verdict(blank, blank, lang), "verdict")
    with gr.Row(elem_id="panels"):
        left = _html(render.panel(blank, "diffusion", lang), "left")
        right = _html(render.panel(blank, "ar", lang), "right")
    strip = _html(render.strip(blank, blank, lang), "strip")
    return Parts(
        masthead=masthead, lang=tongues, toolbox=toolbox, verdict=verdict, strip=strip,
        left=left, right=right, runs=gr.Textbox(visible="hidden", elem_id="runs"),
        begun=gr.State(""), **task,
    )  # fmt: skip


def _lay_out_task(lang: Language) -> dict[str, Any]:
    with gr.Column(elem_id="task-card"):
        with gr.Row(elem_id="task-line"):
            task = gr.Textbox(label=say("task", lang), lines=2, max_lines=8, elem_id="task")
            with gr.Row(elem_id="actions"):
                start = gr.Button(
                    say("start", lang), variant="primary", interactive=False, elem_id="start"
                )  # until the page listens
                stop = gr.Button(say("stop", lang), interactive=False, elem_id="stop")
                replay = gr.Button(say("replay", lang), interactive=False, elem_id="replay")
        complaint = _html(render.complaint("", lang), "complaint")
        with gr.Row(elem_id="choices"):
            with gr.Row(elem_id="presets"):
                presets = tuple(
                    gr.Button(say(f"preset_{name}", lang), elem_id=f"preset-{name}", size="sm")
                    for name in PRESETS
                )
            rival = gr.Radio(
                rivals(lang), value=RIVALS[0], label=say("rival", lang), elem_id="rival"
            )
            slow = gr.Checkbox(True, label=say("slow", lang), elem_id="slow")
            online = gr.Checkbox(False, label=say("online", lang), elem_id="online")
        status = _html(render.status_line(BLANK, BLANK, lang), "status")
    return {
        "task": task, "complaint": complaint, "presets": presets, "rival": rival, "slow": slow,
        "online": online,
        "start": start, "stop": stop, "replay": replay, "status": status,
    }  # fmt: skip


def rivals(lang: Language) -> list[tuple[str, str]]:
    """The AR arms to choose from."""
    return [(say(f"rival_{arm}", lang), arm) for arm in RIVALS]


def _html(value: str, name: str) -> gr.HTML:
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=None)


def head() -> str:
    """What goes into the page's head: style, script and icon, all inline."""
    style = (render.ASSETS / "page.css").read_text("utf-8")
    script = (render.ASSETS / "page.js").read_text("utf-8")
    icon = quote((render.ASSETS / "icon.svg").read_text("utf-8"))
    return (
        f'<style id="palimpsest">{style}</style><script>{script}</script>'
        f'<link rel="icon" href="data:image/svg+xml,{icon}">'
    )


def theme() -> gr.themes.Base:
    """Paper before the style sheet has come; fonts of the reader's own machine."""
    return gr.themes.Base(font=_SANS, font_mono=_MONO).set(
        body_background_fill="#f3ebdb",
        body_background_fill_dark="#16120c",
        body_text_color="#2b2419",
        body_text_color_dark="#efe6d4",
    )
