"""The settings and options that open the world, and what they make of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent import factory
from agent.errors import SettingsError
from agent.settings import load
from tools.web.options import Egress, Recording
from ui.agents import settings_of
from ui.cli import parser

MCP = """
[[mcp]]
id = "weather"
command = "weather-server"
env = { WEATHER_KEY = "secret" }
[[mcp.tools]]
name = "get_forecast"
entity = "city"
"""


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def test_by_default_there_are_the_bundled_facts_alone() -> None:
    options = load({}, {}).world_options
    assert options.is_bundled_only
    assert not options.has_web
    assert not options.ddgs
    assert factory.open_world(load({}, {})) is None


def test_an_engine_of_the_users_is_one_of_the_services() -> None:
    given = {
        "PALIMPSEST_SEARCH_SEARXNG": "http://127.0.0.1:8888/searx",
        "PALIMPSEST_WEB_EGRESS": "local",
    }
    options = load({}, given).world_options
    assert options.web.services == ("http://127.0.0.1:8888",)
    assert options.searxng == "http://127.0.0.1:8888/searx"
    assert options.has_web
    assert not options.is_public


@pytest.mark.parametrize(
    "url", ["localhost:8888", "ftp://a.example", "http://user:word@a.example", "http://a b"]
)
def test_what_is_no_address_of_an_engine_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"search\.searxng"):
        load({"search.searxng": url}, {})


def test_documents_need_a_folder(tmp_path: Path) -> None:
    settings = load({"documents": str(tmp_path / "nowhere"), "cache_dir": tmp_path}, {})
    with pytest.raises(SettingsError, match="is no folder; name one with --documents"):
        factory.open_world(settings)


def test_servers_of_the_users_come_from_the_file_and_their_keys_are_shown_nowhere(
    tmp_path: Path,
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(MCP, "utf-8")
    settings = load({}, {}, file)
    (server,) = settings.world_options.servers
    assert (server.id, server.env) == ("weather", {"WEATHER_KEY": "secret"})
    assert hash(settings)
    assert "secret" not in repr(settings)
    file.write_text(MCP.replace('entity = "city"', 'entity = ""'), "utf-8")
    with pytest.raises(SettingsError, match=r"mcp.*hidden"):
        load({}, {}, file)


@pytest.mark.parametrize(
    ("arguments", "egress", "recording"),
    [
        ([], Egress.OFF, Recording.OFF),
        (["--online"], Egress.PUBLIC, Recording.OFF),
        (["--record", "tape"], Egress.PUBLIC, Recording.RECORD),
        (["--replay", "tape"], Egress.OFF, Recording.REPLAY),
        (["--online", "--replay", "tape"], Egress.PUBLIC, Recording.REPLAY),
    ],
)
def test_the_command_line_opens_the_web(
    arguments: list[str], egress: Egress, recording: Recording
) -> None:
    settings = settings_of(parser().parse_args(["ask", "Who?", *arguments]))
    web = settings.web_options
    assert (web.egress, web.recording) == (egress, recording)
    if recording is not Recording.OFF:
        assert web.recording_dir == Path("tape")


def test_a_run_records_or_replays() -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["ask", "Who?", "--record", "a", "--replay", "b"])


def test_documents_and_budgets_come_from_the_command_line(tmp_path: Path) -> None:
    arguments = ["ask", "Who?", "--documents", str(tmp_path), "--max-tokens", "500"]
    settings = settings_of(parser().parse_args(arguments))
    assert settings.world_options.documents == tmp_path
    assert settings.caps.max_tokens == 500
