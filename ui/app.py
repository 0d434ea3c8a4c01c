"""The page: one task, one toolbox, two agents side by side. A view of event logs and nothing more.

Guarantees: runs live in the server and are named in the address, so a refresh, a second tab or a
closed page loses nothing; nothing is fetched from outside this server.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import gradio as gr
from fastapi import FastAPI

from agent.types import Language
from ui.layout import PRESETS, RIVALS, Parts, head, lay_out, theme
from ui.page import Page, preset
from ui.panels.desk import Desk, Runner
from ui.serving import Reports, StayAtHome, add_downloads, address_of, run_server, take_port

_REMEMBER_JS: Final = "(runs, lang) => palimpsest.remember(runs, lang)"
_SHOW_JS: Final = "(runs, lang) => palimpsest.show(runs, lang)"


def build_app(runner: Runner, reports: Reports | None, lang: Language = "en") -> gr.Blocks:
    """The page over a runner, in the language it opens in where the address names none."""
    blocks: gr.Blocks = gr.Blocks(title="Palimpsest", analytics_enabled=False)
    with blocks:
        parts = lay_out(lang)
        _connect(blocks, parts, Page(Desk(runner), reports, lang))
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
        theme=theme(),
        head=head(),
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
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve the page until interrupted; `PortBusyError` where the port is taken.

    `announce` is told the address once the agents are warm and the page can be opened.
    """
    place = take_port(host, port)
    runner.warm(("diffusion", *RIVALS))
    server = build_server(runner, reports, lang)
    if announce is not None:
        announce(address_of(place))
    run_server(server, place)


def _connect(blocks: gr.Blocks, parts: Parts, page: Page) -> None:
    private: dict[str, Any] = {"api_visibility": "private"}
    quiet: dict[str, Any] = {**private, "show_progress": "hidden", "concurrency_limit": None}
    seen: dict[str, Any] = {**quiet, "outputs": parts.watched, "trigger_mode": "multiple"}
    named = [parts.runs, parts.lang]
    address: dict[str, Any] = {"fn": None, "inputs": named, "js": _REMEMBER_JS, **private}
    watched = [parts.runs, parts.lang, parts.slow]

    opened = blocks.load(page.open, None, [parts.runs, parts.lang, *parts.worded], **quiet)
    opened.then(**address).then(page.watch_on, watched, **seen)

    begun = gr.on(
        [parts.start.click, parts.task.submit],
        page.begin, [parts.task, parts.rival, parts.lang, parts.online],
        [parts.runs, parts.begun, parts.complaint], **quiet,
    )  # fmt: skip
    fresh = [parts.begun, parts.lang, parts.slow]
    begun.then(**address | {"js": _SHOW_JS}).then(page.watch_new, fresh, **seen)

    parts.stop.click(page.stop, parts.runs, **quiet).then(page.watch_on, watched, **seen)
    parts.slow.input(page.watch_on, watched, **seen)
    parts.replay.click(page.watch_again, named, **seen)
    asked = [parts.lang, parts.task, parts.rival]
    spoken = parts.lang.input(page.speak, asked, [*parts.worded], **quiet)
    spoken.then(**address).then(page.watch_on, watched, **seen)
    for button, name in zip(parts.presets, PRESETS, strict=True):
        button.click(partial(preset, name), parts.lang, parts.task, **quiet)
    blocks.unload(page.leave)
