"""An MCP server as a web of one address, so that its answers are metered, recorded and replayed like any others.

Guarantees: a call ends within the server's time or when the run is stopped, and its process with it; the server gets no
key but its own and may ask nothing back. What it says comes as JSON (`is_error`, `text`, `structured`) and is not believed.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tools.sources.servers import McpServer
from tools.types import Failed, Reason
from tools.web.meter import Meter
from tools.web.quoting import disarmed
from tools.web.refusals import Refusal
from tools.web.types import Outcome, Page, Request

if TYPE_CHECKING:
    from mcp_types import CallToolResult, Tool

MAX_BYTES = 1_000_000
_MAX_SAID = 200
_LOOK_SECONDS = 0.1
_TYPES: Mapping[str, Callable[[str], Any]] = {"integer": int, "number": float}


class _Stopped(Exception):  # noqa: N818 - an outcome, not an error of the program
    """The run was stopped while the server was busy."""


class McpWeb:
    """Calls to one server, each over a connection of its own. Safe for several threads."""

    def __init__(
        self,
        server: McpServer,
        meter: Meter,
        stop: Event,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._server = server
        self._meter = meter
        self._stop = stop
        self._now = now

    def get(self, request: Request) -> Outcome:
        """The answer to `mcp://server/tool` with the tool's arguments as parameters; without a tool, their names."""
        try:
            seconds = min(self._meter.seconds_left(), self._server.timeout_seconds)
            self._meter.call(f"mcp:{self._server.id}")
            with self._meter.under_way():
                body = self._answer(request, seconds)
                if not isinstance(body, Failed):
                    self._meter.grant(len(body))
        except Refusal as refusal:
            return refusal.failed
        if isinstance(body, Failed):
            return body
        return Page(request.address, request.url, 200, "application/json", body, self._now())

    def _answer(self, request: Request, seconds: float) -> bytes | Failed:
        """What the server said, or why it said nothing, in one line."""
        server = self._server
        from mcp.shared.exceptions import MCPError

        try:
            return asyncio.run(self._within(seconds, request))
        except TimeoutError:
            detail = f"{server.id} did not answer within {seconds:g} s; its timeout_seconds says so"
            return Failed(Reason.TIMED_OUT, detail, retryable=True)
        except _Stopped:
            return Failed(Reason.STOPPED, "the run was stopped")
        except (OSError, ValueError, MCPError, ExceptionGroup) as error:
            said = f"{server.id} ({server.command}) cannot be asked: {_first_line(error)}"
            return Failed(Reason.UNAVAILABLE, said)

    async def _within(self, seconds: float, request: Request) -> bytes:
        talk = asyncio.create_task(self._talk(request))
        try:
            async with asyncio.timeout(seconds):
                while not talk.done():
                    if self._stop.is_set():
                        raise _Stopped
                    await asyncio.wait({talk}, timeout=_LOOK_SECONDS)
                return talk.result()
        finally:
            talk.cancel()
            await asyncio.wait({talk})

    async def _talk(self, request: Request) -> bytes:
        from mcp import Client
        from mcp.client.stdio import StdioServerParameters, stdio_client

        server = self._server
        started = StdioServerParameters(
            command=server.command, args=list(server.args), env=dict(server.env)
        )
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            async with Client(stdio_client(started, nowhere), cache=None) as client:
                offered = {tool.name: tool for tool in (await client.list_tools()).tools}
                name = urlsplit(request.url).path.strip("/")
                if not name:
                    return _told("\n".join(offered))
                if name not in offered:
                    raise ValueError(
                        f"it has no tool {name!r}; it has {', '.join(sorted(offered))}"
                    )
                arguments = _typed(offered[name], request.params)
                return _packed(await client.call_tool(name, arguments))


def _typed(tool: Tool, params: Mapping[str, str]) -> dict[str, Any]:
    """The arguments as the tool's schema wants them."""
    properties = tool.input_schema.get("properties", {})
    for name in params:
        if name not in properties:
            known = ", ".join(properties) or "none"
            raise ValueError(f"its tool {tool.name!r} has no argument {name!r}; it has {known}")
    return {
        name: _TYPES.get(properties[name].get("type", ""), str)(text)
        for name, text in params.items()
    }


def _packed(result: CallToolResult) -> bytes:
    texts = [part.text for part in result.content if part.type == "text"]
    return _told("\n".join(texts), result.structured_content, is_error=bool(result.is_error))


def _told(
    text: str, structured: Mapping[str, Any] | None = None, *, is_error: bool = False
) -> bytes:
    told = {"is_error": is_error, "text": text, "structured": structured}
    body = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    if len(body) > MAX_BYTES:
        raise ValueError(f"its answer has {len(body)} bytes; {MAX_BYTES} is the limit")
    return body


def _first_line(error: BaseException) -> str:
    """What an error says, without what wraps it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return one_line(str(error) or type(error).__name__)


def one_line(text: str) -> str:
    """The beginning of a text of others, on one line and harmless to prompts."""
    return " ".join(disarmed(text).split())[:_MAX_SAID]
