"""The page: one task, one toolbox, two agents side by side. A view of event logs and nothing more.

Guarantees: runs live in the server and are named in the address, so a refresh, a second tab or a
closed page loses nothing; nothing is fetched from outside this server.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, Final
from urllib.parse import quote

import gradio as gr
from fastapi import FastAPI

from agent.errors import AgentError
from agent.types import Arm, Language
from ui.panels import render
from ui.panels.desk import Desk, Runner
from ui.panels.tail import TICK_SECONDS, Tail
from ui.panels.view import PanelView
from ui.serving import Reports, StayAtHome, add_downloads, run_server, take_port
from ui.words import LANGUAGE_NAMES, LANGUAGES, say

MAX_TASK_CHARS: Final = 4000
PRESETS: Final = ("constraints", "chain", "report")
RIVALS: Final[tuple[Arm, ...]] = ("ar-plan", "ar-react")
_REMEMBER_JS: Final = "(runs, lang) => palimpsest.remember(runs, lang)"
_SHOW_JS: Final = "(runs, lang) => palimpsest.show(runs, lang)"
_SANS: Final = ("system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")
_MONO: Final = ("ui-monospace", "Menlo", "Consolas", "monospace")

Update = Any  # what Gradio calls an update has no type of its own
Pictures = tuple[Update, ...]


def build_app(runner: Runner, reports: Reports | None, lang: Language = "en") -> gr.Blocks:
    """The page over a runner, in the language it opens in where the address names none."""
    blocks: gr.Blocks = gr.Blocks(title="Palimpsest", analytics_enabled=False)
    with blocks:
        parts = _lay_out(lang)
        _connect(blocks, parts, _Page(Desk(runner), reports, lang))
    return blocks


def build_server(runner: Runner, reports: Reports | None, lang: Language = "en") -> FastAPI:
    """The page with its downloads, as an ASGI application."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(StayAtHome)
    add_downloads(app, runner, reports)
    server: FastAPI = gr.mount_gradio_app(
        app,
        build_app(runner, reports, lang),
        path="/",
        theme=_theme(),
        head=_head(),
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
    )
    return server


def serve(
    runner: Runner,
    reports: Reports | None,
    lang: Language = "en",
    host: str = "127.0.0.1",
    port: int = 7860,
) -> None:
    """Serve the page until interrupted; `PortBusyError` where the port is taken."""
    place = take_port(host, port)
    run_server(build_server(runner, reports, lang), place)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The components of the page."""

    masthead: gr.HTML
    lang: gr.Radio
    toolbox: gr.HTML
    task: gr.Textbox
    complaint: gr.HTML
    presets: tuple[gr.Button, ...]
    rival: gr.Radio
    slow: gr.Checkbox
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
            *(self.slow, self.start, self.stop, self.replay),
        )

    @property
    def watched(self) -> tuple[gr.components.Component, ...]:
        """What changes while agents work."""
        return (
            *(self.verdict, self.strip, self.toolbox, self.status),
            *(self.left, self.right, self.start, self.stop, self.replay),
        )


class _Page:
    """What happens on the page. Of a visitor it knows only which watch is the latest."""

    def __init__(self, desk: Desk, reports: Reports | None, lang: Language) -> None:
        self._desk = desk
        self._reports = reports
        self._lang = lang
        self._numbers = count()
        self._watches: dict[str, int] = {}

    def open(self, request: gr.Request) -> tuple[Update, ...]:
        """The page as its address says: which runs, which language."""
        asked = dict(request.query_params)
        runs, lang = asked.get("runs", ""), _language(asked.get("lang"), self._lang)
        question = _views(self._tails(runs, False, False))[0].question
        return (runs, lang, *self.speak(lang, question))

    def speak(self, lang: Language, question: str) -> tuple[Update, ...]:
        """Every word outside the panels, in this language."""
        return (
            render.masthead(lang),
            gr.update(value=_translated(question, lang), label=say("task", lang)),
            render.complaint("", lang),
            *(gr.update(value=say(f"preset_{name}", lang)) for name in PRESETS),
            gr.update(choices=_rivals(lang), label=say("rival", lang)),
            gr.update(label=say("slow", lang), info=say("slow_hint", lang)),
            *(gr.update(value=say(name, lang)) for name in ("start", "stop", "replay")),
        )

    def begin(self, question: str, rival: Arm, lang: Language) -> tuple[Update, ...]:
        """Begin both runs, or say under the task why not."""
        question = question.strip()
        if trouble := _trouble(question, lang):
            return gr.skip(), "", render.complaint(trouble, lang)
        try:
            runs = ".".join(self._desk.begin(question, ("diffusion", rival)))
        except AgentError as error:
            trouble = say("task_refused", lang, reason=error)
            return gr.skip(), "", render.complaint(trouble, lang)
        return runs, runs, render.complaint("", lang)

    def stop(self, runs: str) -> None:
        """Ask both runs to end."""
        for run_id in _run_ids(runs):
            self._desk.stop(run_id)

    async def watch_new(
        self, begun: str, lang: Language, is_slow: bool, request: gr.Request
    ) -> AsyncIterator[Pictures]:
        """Follow runs that have just begun, if any have."""
        if begun:
            async for picture in self._watch(begun, lang, is_slow, True, request):
                yield picture

    async def watch_on(
        self, runs: str, lang: Language, is_slow: bool, request: gr.Request
    ) -> AsyncIterator[Pictures]:
        """Follow runs from where they are now."""
        async for picture in self._watch(runs, lang, is_slow, False, request):
            yield picture

    async def watch_again(
        self, runs: str, lang: Language, request: gr.Request
    ) -> AsyncIterator[Pictures]:
        """Show runs from their beginning, slowly."""
        async for picture in self._watch(runs, lang, True, True, request):
            yield picture

    def leave(self, request: gr.Request) -> None:
        """Forget a visitor whose page is closed; the runs go on."""
        self._watches.pop(f"{request.session_hash}", None)

    async def _watch(
        self, runs: str, lang: Language, is_slow: bool, from_start: bool, request: gr.Request
    ) -> AsyncIterator[Pictures]:
        """A picture for each change, until both runs are over or this visitor watches anew."""
        visitor, number = f"{request.session_hash}", next(self._numbers)
        self._watches[visitor] = number
        tails = await asyncio.to_thread(self._tails, runs, is_slow, from_start)
        yield self._picture(tails, lang)
        while not all(tail.is_over for tail in tails):
            await asyncio.sleep(TICK_SECONDS)
            if self._watches.get(visitor) != number:
                return
            changed = [tail.tick() for tail in tails]
            if any(changed):
                yield self._picture(tails, lang)

    def _tails(self, runs: str, is_slow: bool, from_start: bool) -> tuple[Tail, ...]:
        return tuple(
            Tail(self._desk, run_id, is_slow=is_slow, from_start=from_start)
            for run_id in _run_ids(runs)
        )

    def _picture(self, tails: Sequence[Tail], lang: Language) -> tuple[Update, ...]:
        left, right = _views(tails)
        is_over = all(tail.is_over for tail in tails)
        has_report = bool(self._reports and self._reports.offers(left.question))
        return (
            render.verdict(left, right, lang),
            render.strip(left, right, lang),
            render.toolbox(left, right, lang),
            render.status_line(left, right, lang),
            render.panel(left, "diffusion", lang, has_report=has_report),
            render.panel(right, "ar", lang, has_report=has_report),
            gr.update(interactive=is_over),
            gr.update(interactive=not is_over),
            gr.update(interactive=is_over and bool(left.run or right.run)),
        )


def _lay_out(lang: Language) -> _Parts:
    blank = PanelView()
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
    return _Parts(
        masthead=masthead, lang=tongues, toolbox=toolbox, verdict=verdict, strip=strip,
        left=left, right=right, runs=gr.Textbox(visible="hidden", elem_id="runs"),
        begun=gr.State(""), **task,
    )  # fmt: skip


def _lay_out_task(lang: Language) -> dict[str, Any]:
    with gr.Column(elem_id="task-card"):
        with gr.Row(elem_id="task-line"):
            task = gr.Textbox(label=say("task", lang), lines=2, max_lines=8, elem_id="task")
            with gr.Row(elem_id="actions"):
                start = gr.Button(say("start", lang), variant="primary", elem_id="start")
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
                _rivals(lang), value=RIVALS[0], label=say("rival", lang), elem_id="rival"
            )
            slow = gr.Checkbox(
                True, label=say("slow", lang), info=say("slow_hint", lang), elem_id="slow"
            )
        status = _html(render.status_line(PanelView(), PanelView(), lang), "status")
    return {
        "task": task, "complaint": complaint, "presets": presets, "rival": rival, "slow": slow,
        "start": start, "stop": stop, "replay": replay, "status": status,
    }  # fmt: skip


def _connect(blocks: gr.Blocks, parts: _Parts, page: _Page) -> None:
    quiet: dict[str, Any] = {"show_progress": "hidden", "concurrency_limit": None}
    seen: dict[str, Any] = {**quiet, "outputs": parts.watched, "trigger_mode": "multiple"}
    named = [parts.runs, parts.lang]
    address: dict[str, Any] = {"fn": None, "inputs": named, "js": _REMEMBER_JS}
    watched = [parts.runs, parts.lang, parts.slow]

    opened = blocks.load(page.open, None, [parts.runs, parts.lang, *parts.worded], **quiet)
    opened.then(**address).then(page.watch_on, watched, **seen)

    begun = gr.on(
        [parts.start.click, parts.task.submit],
        page.begin, [parts.task, parts.rival, parts.lang],
        [parts.runs, parts.begun, parts.complaint], **quiet,
    )  # fmt: skip
    fresh = [parts.begun, parts.lang, parts.slow]
    begun.then(**address | {"js": _SHOW_JS}).then(page.watch_new, fresh, **seen)

    parts.stop.click(page.stop, parts.runs, **quiet).then(page.watch_on, watched, **seen)
    parts.slow.input(page.watch_on, watched, **seen)
    parts.replay.click(page.watch_again, named, **seen)
    spoken = parts.lang.input(page.speak, [parts.lang, parts.task], [*parts.worded], **quiet)
    spoken.then(**address).then(page.watch_on, watched, **seen)
    for button, name in zip(parts.presets, PRESETS, strict=True):
        button.click(partial(_preset, name), parts.lang, parts.task, **quiet)
    blocks.unload(page.leave)


def _preset(name: str, lang: Language) -> str:
    return say(f"ask_{name}", lang)


def _translated(question: str, lang: Language) -> str:
    """An example in the page's language; any other question as it is."""
    for name in PRESETS:
        if question.strip() in (_preset(name, tongue) for tongue in LANGUAGES):
            return _preset(name, lang)
    return question


def _trouble(question: str, lang: Language) -> str:
    if not question:
        return say("task_empty", lang)
    if len(question) > MAX_TASK_CHARS:
        return say("task_long", lang, n=f"{len(question):,}", limit=f"{MAX_TASK_CHARS:,}")
    return ""


def _language(asked: str | None, otherwise: Language) -> Language:
    return next((tongue for tongue in LANGUAGES if tongue == asked), otherwise)


def _run_ids(runs: str) -> list[str]:
    """The two runs that the address names; an empty name where it does not."""
    return [*runs.split(".")[:2], "", ""][:2]


def _views(tails: Sequence[Tail]) -> tuple[PanelView, PanelView]:
    left, right = (tail.view for tail in tails)
    return left, right


def _rivals(lang: Language) -> list[tuple[str, str]]:
    return [(say(f"rival_{arm}", lang), arm) for arm in RIVALS]


def _html(value: str, name: str) -> gr.HTML:
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=None)


def _head() -> str:
    style = (render.ASSETS / "page.css").read_text("utf-8")
    script = (render.ASSETS / "page.js").read_text("utf-8")
    icon = quote((render.ASSETS / "icon.svg").read_text("utf-8"))
    return (
        f'<style id="palimpsest">{style}</style><script>{script}</script>'
        f'<link rel="icon" href="data:image/svg+xml,{icon}">'
    )


def _theme() -> gr.themes.Base:
    """Paper before the style sheet has come; fonts of the reader's own machine."""
    return gr.themes.Base(font=_SANS, font_mono=_MONO).set(
        body_background_fill="#f3ebdb",
        body_background_fill_dark="#16120c",
        body_text_color="#2b2419",
        body_text_color_dark="#efe6d4",
    )
