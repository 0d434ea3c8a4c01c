"""Whole runs over a world outside: a question about a plant that the facts do not know."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any

from agent.kit import Kit
from agent.runner import Runner
from agent.types import Brief, Pointer
from model.types import LanguageModel, ScriptedModel
from tests.support.facts import FewFacts
from tests.support.live import searx_json
from tests.support.runs import FixedLinker, TableOfFields, _settings, script
from tools.reach import WorldOptions
from tools.toolbox import Toolbox
from tools.types import Failed, FieldRef, Reason, Text
from tools.web.meter import Meter
from tools.web.options import Caps, Egress, Recording, WebOptions
from tools.web.pages import PAGE_TYPES
from tools.web.reading import Reader
from tools.web.recording import RecordingWeb, Tape
from tools.web.scripted import ScriptedWeb
from tools.web.types import Request, Web
from tools.world import Doubles, World

BASE = "http://searx.local:8888"
SEARCH = f"{BASE}/search?q=Arnsberg+plant&format=json"
PAGE = "https://news.example/arnsberg"
ROBOTS = "https://news.example/robots.txt"
QUESTION = "How many people does the Arnsberg plant employ?"
TEXT = "The Arnsberg plant employs 420 people since it was enlarged."
HTML = f"""<html><head><title>Arnsberg news</title></head><body><article><p>{TEXT}</p>
<p>Visitors are welcome on Sundays, when the canteen serves soup to all who come by bicycle.</p></article></body></html>"""
SCRIPT: Mapping[str, Any] = {
    SEARCH: searx_json((PAGE, "Arnsberg news", "The Arnsberg plant was enlarged.")),
    ROBOTS: Failed(Reason.NOT_FOUND, "none"),
    PAGE: HTML,
}
BRIEF = Brief(
    QUESTION,
    "en",
    "how many people does @1 company employ %1",
    (
        Pointer("@1", "company", "Arnsberg plant", Text("Arnsberg plant")),
        Pointer(
            "%1", "field", "plant employs people", FieldRef("employees", "plant employs people")
        ),
    ),
)
READ_ON = script({1: "search @1", 2: "lookup #1 %1"}, "#2")
OPTIONS = WorldOptions(WebOptions(egress=Egress.PUBLIC, services=(BASE,)), searxng=BASE)


@cache
def few_facts() -> FewFacts:
    """The small world of facts, read once."""
    return FewFacts()


@cache
def shared_reader() -> Reader:
    """One reading process for all tests."""
    return Reader()


@contextmanager
def abroad(
    folder: Path,
    scripts: Sequence[Mapping[str, str]] | LanguageModel = (READ_ON,),
    options: WorldOptions = OPTIONS,
    web: Web | None = None,
    brief: Brief = BRIEF,
    dial: Callable[[Meter, Event], Web] | None = None,
    **settings: object,
) -> Iterator[Runner]:
    """A runner whose world is a scripted web, one that each run dials itself, or else what the options say."""
    lm = ScriptedModel(scripts) if isinstance(scripts, Sequence) else scripts
    loaders = dict.fromkeys(("diffusion", "ar-plan", "ar-react"), lambda: lm)
    store = few_facts()
    world = World(store, options, Doubles(web, dial, reader=shared_reader()))
    kit = Kit(FixedLinker(brief), Toolbox(store), TableOfFields(), loaders, world)
    runner = Runner(_settings(folder, dict(settings)), kit)
    try:
        yield runner
    finally:
        runner.close()
        world.close()


def recorded(folder: Path, **more: Any) -> Path:
    """The folder with the scripted answers on tape."""
    web = RecordingWeb(scripted(**more), Tape(folder))
    asked = {"q": "Arnsberg plant", "format": "json"}
    web.get(Request(f"{BASE}/search", asked, accept="application/json"))
    web.get(Request(ROBOTS, accept="text/plain", is_page=True))
    web.get(Request(PAGE, accept=PAGE_TYPES, is_page=True))
    return folder


def replaying(folder: Path, caps: Caps = Caps()) -> WorldOptions:  # noqa: B008
    """The options of a run over a tape."""
    web = replace(OPTIONS.web, recording=Recording.REPLAY, recording_dir=folder, caps=caps)
    return replace(OPTIONS, web=web)


def scripted(**more: Any) -> ScriptedWeb:
    """The web in which the answer can be found."""
    return ScriptedWeb({**SCRIPT, **more})
