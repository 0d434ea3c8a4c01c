"""Which MCP servers of the user's may be asked, and for what. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class McpTool:
    """A tool that may be called: which of its arguments takes the entity and the period, what people call its answer.

    `period` is empty where the tool knows none; `arguments` are given with every call; `unit` is that of a bare number.
    """

    name: str
    entity: str
    period: str = ""
    called: str = ""
    unit: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The field as people write it."""
        return self.called or self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class McpServer:
    """A server that is started for each question and spoken to over its pipes; only `tools` are ever called.

    `env` is added to a bare environment and may hold keys. A remote server is reached through a program of the user's
    that passes the pipes on.
    """

    id: str
    command: str
    args: tuple[str, ...] = ()
    tools: tuple[McpTool, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    name: str = ""
    licence: str = ""
    homepage: str = ""
    timeout_seconds: float = 20.0
