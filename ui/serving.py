"""The server around the page: downloads, a policy that keeps the page at home, a port of its own.

Guarantees: the browser is told to fetch nothing from any other host, whatever a template may say.
"""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

import uvicorn
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, Response

from agent.errors import RunError
from agent.types import Language, RunResult
from ui.export.errors import ExportError
from ui.panels.desk import Runner

_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # Gradio compiles its templates
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "base-uri 'self'",
        "frame-ancestors 'self'",
    )
)
_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]


class Reports(Protocol):
    """What the page needs of the report writer."""

    def offers(self, question: str) -> bool:
        """Whether this task asks for a report."""
        ...

    def pdf(self, run_id: str, lang: Language) -> bytes:
        """The report on a run that has answered; `ExportError` where it cannot be made."""
        ...


class PortBusyError(Exception):
    """The port is taken; the message names it and the remedy."""


class StayAtHome:
    """ASGI middleware that adds the headers which keep the page from reaching out."""

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def add_downloads(app: FastAPI, runner: Runner, reports: Reports | None) -> None:
    """The routes behind a panel's links: a run as JSON, its report as PDF."""

    @app.get("/runs/{run_id}.json")
    def run_as_json(run_id: str) -> Response:
        if (result := _finished(runner, run_id)) is None:
            return _missing(run_id)
        return _download(result.model_dump_json(indent=2), "application/json", f"{run_id}.json")

    @app.get("/runs/{run_id}.pdf")
    def run_as_pdf(run_id: str, lang: str = "en") -> Response:
        if reports is None or _finished(runner, run_id) is None:
            return _missing(run_id)
        try:
            content = reports.pdf(run_id, "zh" if lang == "zh" else "en")
        except ExportError as error:
            return PlainTextResponse(f"{error}\n", status_code=503)
        return _download(content, "application/pdf", f"{run_id}.pdf")


def _finished(runner: Runner, run_id: str) -> RunResult | None:
    try:
        return runner.result(run_id)
    except RunError:
        return None


def take_port(host: str, port: int) -> socket.socket:
    """A listening place on this port, or `PortBusyError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    place = socket.socket(family, socket.SOCK_STREAM)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((host, port))
        place.listen(128)
    except OSError as error:
        place.close()
        raise PortBusyError(_why_not(host, port, error)) from error
    return place


def address_of(place: socket.socket) -> str:
    """Where a browser finds the page."""
    host, port = place.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def run_server(app: Asgi, place: socket.socket) -> None:
    """Serve until interrupted."""
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2)
    uvicorn.Server(config).run(sockets=[place])


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is busy; choose another one with --port"
    return (
        f"port {port} on {host} cannot be used ({error.strerror}); choose another one with --port"
    )


def _download(content: bytes | str, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="palimpsest-{name}"'}
    return Response(content, media_type=kind, headers=headers)


def _missing(run_id: str) -> Response:
    name = re.sub(r"[^\w-]", "?", run_id)[:40]
    return PlainTextResponse(f"there is no finished run {name!r} with this download\n", 404)
