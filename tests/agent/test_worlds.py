"""A run may ask for live sources, or for none, whatever the settings say; making a world asks nothing of the network."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from agent.events import RunStarted
from agent.settings import Settings, load
from agent.worlds import Worlds
from tests.support.worlds import OPTIONS, QUESTION, abroad, few_facts, scripted
from tools.reach import WorldOptions
from tools.web.options import Egress, Recording
from tools.world import World


def made(settings: Settings) -> World | None:
    options = settings.world_options
    return None if options.is_bundled_only else World(few_facts(), options)


def options_of(world: World | None) -> WorldOptions:
    assert world is not None
    return world.options


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
def test_a_world_is_opened_for_a_run_that_wants_one_and_made_once() -> None:
    worlds = Worlds(load({}, {}), made)
    assert worlds.of(None) is worlds.of(False) is None
    online = worlds.of(True)
    assert options_of(online).web.egress is Egress.PUBLIC
    assert worlds.of(True) is online


def test_what_the_settings_open_can_be_closed_for_a_run_and_is_not_widened() -> None:
    worlds = Worlds(load({"web.egress": "local"}, {}), made)
    assert options_of(worlds.of(None)).web.egress is Egress.LOCAL
    assert options_of(worlds.of(True)).web.egress is Egress.LOCAL
    assert worlds.of(False) is None


def test_documents_stay_when_the_web_is_closed(tmp_path: Path) -> None:
    given = {"documents": tmp_path, "cache_dir": tmp_path / "cache", "web.egress": "public"}
    offline = options_of(Worlds(load(given, {}), made).of(False))
    assert (offline.documents, offline.has_web) == (tmp_path, False)


def test_a_replay_asks_nothing_though_a_run_wants_live_sources() -> None:
    replay = options_of(Worlds(load({"web.recording": "replay"}, {}), made).of(True))
    assert (replay.web.egress, replay.web.recording) == (Egress.OFF, Recording.REPLAY)


def test_a_run_remembers_what_it_asked_for(tmp_path: Path) -> None:
    web = scripted()
    with abroad(tmp_path, web=web) as runner:
        runner.kit.worlds = Worlds(runner.settings, lambda _: None)
        run_id = runner.start(QUESTION, "diffusion", False)
        began = next(e for e in runner.follow(run_id) if isinstance(e, RunStarted))
        *_, last = runner.follow(run_id)
    assert began.is_online is False
    assert OPTIONS.has_web
    assert web.asked == []
    assert last.kind == "run_finished"
