"""The part of the settings that names the user's MCP servers.

In the file each is a `[[mcp]]` with its `tools` as `[[mcp.tools]]`; in the environment all are one JSON text. Guarantees: a
server without a tool that may be called is refused, and what its environment holds stands in no `repr`.
"""

from __future__ import annotations

import json
from typing import Annotated, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from tools.sources.servers import McpServer, McpTool

Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class McpToolSettings(_Section):
    """A tool that may be called; `entity` and `period` are the arguments that take them."""

    name: Name
    entity: Name
    period: str = ""
    called: str = ""
    unit: str = ""
    arguments: tuple[tuple[str, str], ...] = ()


class McpServerSettings(_Section):
    """A server: how it is started, and what may be asked of it. `id` is the scheme of its addresses."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")
    command: Name
    args: tuple[str, ...] = ()
    tools: tuple[McpToolSettings, ...] = Field(min_length=1)
    env: tuple[tuple[str, str], ...] = Field(default=(), repr=False)
    name: str = ""
    licence: str = ""
    homepage: str = Field(default="", pattern=r"^(https?://[!-~]+)?$")
    timeout_seconds: float = Field(default=20.0, gt=0, le=3600)

    @property
    def options(self) -> McpServer:
        """The server as its source takes it."""
        tools = tuple(
            McpTool(t.name, t.entity, t.period, t.called, t.unit, dict(t.arguments))
            for t in self.tools
        )
        return McpServer(
            id=self.id,
            command=self.command,
            args=self.args,
            tools=tools,
            env=dict(self.env),
            name=self.name,
            licence=self.licence,
            homepage=self.homepage,
            timeout_seconds=self.timeout_seconds,
        )


def _listed(given: object) -> object:
    """A text is JSON, and a table of names is a list of pairs, so that settings can be a key of a cache."""
    if isinstance(given, str):
        try:
            return _listed(json.loads(given))
        except json.JSONDecodeError as error:
            raise ValueError(f"it is no JSON at character {error.pos + 1}") from error
    if isinstance(given, list | tuple):
        return [_paired(each) for each in given]
    return given


def _paired(server: object) -> object:
    if not isinstance(server, dict):
        return server
    tools = server.get("tools")
    listed = [_pairs(tool, "arguments") for tool in tools] if isinstance(tools, list) else tools
    return _pairs({**server, "tools": listed} if tools is not None else server, "env")


def _pairs(section: object, key: str) -> object:
    if not isinstance(section, dict) or not isinstance(section.get(key), dict):
        return section
    return {**section, key: [(name, str(text)) for name, text in section[key].items()]}


McpServers: TypeAlias = Annotated[tuple[McpServerSettings, ...], BeforeValidator(_listed)]
