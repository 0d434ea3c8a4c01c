"""What happens on the page: opening, speaking, starting, stopping, watching.

Guarantees: a visitor sees one watch at a time, the latest; a watch only reads logs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any, Final

import gradio as gr

from agent.errors import AgentError
from agent.types import Arm, Language
from ui.layout import PRESETS, RIVALS, rivals
from ui.panels import render
from ui.panels.desk import Desk
from ui.panels.tail import TICK_SECONDS, Tail
from ui.panels.view import PanelView
from ui.serving import Reports
from ui.words import LANGUAGES, say

MAX_TASK_CHARS: Final = 4000
PATIENCE_SECONDS: Final = 5.0  # with a watch whose last picture is still on its way
Update = Any  # what Gradio calls an update has no type of its own
Pictures = tuple[Update, ...]
# What a watch says last: Gradio sends it once more at the end, perhaps after a later watch's first picture,
# and a watch that has said nothing would empty every component.
UNCHANGED: Final[Update] = gr.skip()


class Page:
    """What happens on the page. Of a visitor it knows only which watch is the latest."""

    def __init__(self, desk: Desk, reports: Reports | None, lang: Language) -> None:
        self._desk = desk
        self._reports = reports
        self._lang = lang
        self._watches: dict[str, asyncio.Event] = {}

    def open(self, request: gr.Request) -> tuple[Update, ...]:
        """The page as its address says: which runs, which language."""
        asked = dict(request.query_params)
        runs, lang = asked.get("runs", ""), _language(asked.get("lang"), self._lang)
        left, right = _views(self._tails(runs, False, False))
        return (runs, lang, *self.speak(lang, left.question, right.arm))

    def speak(self, lang: Language, question: str, rival: str) -> tuple[Update, ...]:
        """Every word outside the panels, in this language; what is typed stays where there is no question to show."""
        return (
            render.masthead(lang),
            gr.update(label=say("task", lang), **_value(_translated(question, lang))),
            render.complaint("", lang),
            *(gr.update(value=say(f"preset_{name}", lang)) for name in PRESETS),
            gr.update(
                choices=rivals(lang),
                label=say("rival", lang),
                **_value(rival if rival in RIVALS else ""),
            ),
            gr.update(label=say("slow", lang)),
            gr.update(label=say("online", lang)),
            *(gr.update(value=say(name, lang)) for name in ("start", "stop", "replay")),
        )

    def begin(
        self, question: str, rival: Arm, lang: Language, is_online: bool = False
    ) -> tuple[Update, ...]:
        """Begin both runs, or say under the task why not."""
        question = question.strip()
        if trouble := _trouble(question, lang):
            return gr.skip(), "", render.complaint(trouble, lang)
        try:
            runs = ".".join(self._desk.begin(question, ("diffusion", rival), is_online))
        except (AgentError, OSError) as error:
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
        if not begun:
            yield UNCHANGED
            return
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
        """A picture for each change, until this visitor watches anew or leaves.

        A watch outlives its runs: Gradio loses an event that joins while a page's last stream closes.
        """
        visitor, over = f"{request.session_hash}", asyncio.Event()
        before, self._watches[visitor] = self._watches.get(visitor), over
        try:
            tails = await asyncio.to_thread(self._tails, runs, is_slow, from_start)
            if before is not None:
                await _await_end(before)
            yield self._picture(tails, lang)
            while True:
                await asyncio.sleep(TICK_SECONDS)
                if self._watches.get(visitor) is not over:
                    yield UNCHANGED
                    return
                changed = [tail.tick() for tail in tails]
                if any(changed):
                    yield self._picture(tails, lang)
        finally:
            over.set()

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


async def _await_end(watch: asyncio.Event) -> None:
    """Wait until an earlier watch is over, so that its last picture cannot come after the next one's first."""
    with suppress(TimeoutError):
        await asyncio.wait_for(watch.wait(), PATIENCE_SECONDS)


def preset(name: str, lang: Language) -> str:
    """The text of an example."""
    return say(f"ask_{name}", lang)


def _translated(question: str, lang: Language) -> str:
    """An example in the page's language; any other question as it is."""
    for name in PRESETS:
        if question.strip() in (preset(name, tongue) for tongue in LANGUAGES):
            return preset(name, lang)
    return question


def _value(value: str) -> dict[str, Any]:
    """The part of an update that sets a value, if there is one to set."""
    return {"value": value} if value else {}


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
