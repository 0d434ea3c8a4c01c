"""`doctor --online`: every way out is tried once, and what is missing is named by its setting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent import factory
from agent.settings import load
from tests.support.live import TableSource
from tests.support.services import Answer, Services, as_json, serving
from tests.support.worlds import few_facts
from tools.engines.searxng import NO_JSON
from tools.reach import WorldOptions
from tools.sources.types import Finding as Found
from tools.web.options import Egress, WebOptions
from tools.world import Doubles, World
from ui import cli
from ui.doctor import Finding
from ui.reaching import examine_online

SEARX = "http://searx.example:8888"


class Sick(TableSource):
    """A source that wants to know who asks."""

    def check(self) -> Found:
        return Found("sick", False, "answers only who gives an e-mail address", "web.contact")


def found(
    monkeypatch: pytest.MonkeyPatch, folder: Path, services: Services, **options: Any
) -> dict[str, Finding]:
    client = services.client(
        services=(SEARX,), contact=options.pop("contact", ""), egress=Egress.PUBLIC
    )
    chosen = WorldOptions(WebOptions(egress=Egress.PUBLIC), cache_dir=folder, **options)
    sources = [TableSource({}), Sick({}, id="sick")]
    doubles = Doubles(client, ask=lambda query, region: [], adapters=sources)
    monkeypatch.setattr(factory, "open_world", lambda _: World(few_facts(), chosen, doubles))
    return {finding.name: finding for finding in examine_online(load({}, {}))}


def test_every_way_out_is_tried_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "memo.txt").write_text("words", "utf-8")
    with serving() as services:
        row = {"url": "https://a.example", "title": "Oslo", "content": "A city."}
        services.route("searx.example", "/search", as_json({"results": [row]}))
        hits = {"query": {"search": [{"title": "Oslo", "snippet": "a city"}]}}
        services.route("en.wikipedia.org", "/w/api.php", as_json(hits))
        told = found(
            monkeypatch, tmp_path, services,
            searxng=SEARX, documents=docs, contact="me@example.org",
        )  # fmt: skip
    assert {name: finding.state for name, finding in told.items()} == {
        "documents": "ok",
        "searxng": "ok",
        "wikipedia": "ok",
        "ddgs": "missing",
        "almanac": "ok",
        "sick": "missing",
    }
    assert len(services.visits) == 2
    assert not any(finding.is_needed for finding in told.values())


def test_what_is_missing_is_named_by_its_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with serving() as services:
        services.route("searx.example", "/search", Answer(b"forbidden", 403))
        told = found(monkeypatch, tmp_path, services, searxng=SEARX)
    assert told["searxng"].detail == NO_JSON
    assert "search.formats" in told["searxng"].detail
    assert "PALIMPSEST_WEB_CONTACT" in told["wikipedia"].remedy
    assert "search.ddgs" in told["ddgs"].remedy
    assert "web.contact" in told["sick"].remedy


def test_an_engine_that_finds_nothing_is_suspected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with serving() as services:
        told = found(monkeypatch, tmp_path, services, ddgs=True)
    assert told["ddgs"].state == "broken"
    assert "may be blocking us" in told["ddgs"].detail
    assert told["searxng"].remedy.startswith("set search.searxng")


def test_without_the_switch_nothing_outside_is_tried(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from ui import doctor

    def refuse(_: object) -> None:
        raise AssertionError("the world was opened")

    monkeypatch.setattr(doctor, "examine", lambda _: iter([Finding("python", "ok", "3")]))
    monkeypatch.setattr(factory, "open_world", refuse)
    assert cli.main(["doctor", "--state", str(tmp_path), "--cache", str(tmp_path)]) == 0
    assert capsys.readouterr().out.count("\n") == 1
