"""The user's MCP servers in the settings: from a file and from the environment, keys never shown."""

from __future__ import annotations

import json
import tomllib

import pytest
from pydantic import TypeAdapter, ValidationError

from agent.servers import McpServers

SERVERS: TypeAdapter[McpServers] = TypeAdapter(McpServers)
FILE = """
[[mcp]]
id = "weather"
command = "weather-server"
args = ["--units", "si"]
env = { WEATHER_KEY = "secret" }

[[mcp.tools]]
name = "get_forecast"
entity = "city"
period = "day"
called = "temperature"
arguments = { places = 2 }
"""


def test_a_file_and_the_environment_say_the_same() -> None:
    listed = tomllib.loads(FILE)["mcp"]
    (server,) = SERVERS.validate_python(listed)
    assert SERVERS.validate_python(json.dumps(listed)) == (server,)
    options = server.options
    assert (options.id, options.args, options.env) == (
        "weather",
        ("--units", "si"),
        {"WEATHER_KEY": "secret"},
    )
    assert options.tools[0].label == "temperature"
    assert options.tools[0].arguments == {"places": "2"}
    assert hash(server)
    assert "secret" not in repr(server) + repr(options)


@pytest.mark.parametrize(
    "changed",
    [
        {"tools": []},
        {"tools": [{"name": "get_forecast"}]},
        {"tools": [{"name": "", "entity": "city"}]},
        {"id": "Weather:"},
        {"command": ""},
        {"timeout_seconds": 0},
        {"allow": "all"},
        {"env": "KEY=secret"},
    ],
)
def test_what_is_no_server_is_refused(changed: dict[str, object]) -> None:
    (listed,) = tomllib.loads(FILE)["mcp"]
    with pytest.raises(ValidationError):
        SERVERS.validate_python([{**listed, **changed}])


@pytest.mark.parametrize("given", ["weather", "[", '{"id": 1}', "[1]"])
def test_a_text_that_is_no_list_of_servers_is_refused(given: str) -> None:
    with pytest.raises(ValidationError):
        SERVERS.validate_python(given)
