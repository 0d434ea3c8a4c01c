"""A web that says what it was told to say: the double of the seam, for tests and examples. Opens no socket."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime

from tools.types import Failed, Reason
from tools.web.types import Outcome, Page, Request

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def page(address: str, body: str | bytes, media_type: str = "text/html") -> Page:
    """A page as if the address had answered 200; text is UTF-8."""
    content = body.encode() if isinstance(body, str) else body
    return Page(address, address, 200, media_type, content, EPOCH)


class ScriptedWeb:
    """Answers by address (URL with parameters): text, bytes, a `Page`, a `Failed`, or a list of these in turn.

    The last answer of a list repeats. An address that is not scripted is `Reason.NOT_FOUND`. `asked` holds every
    request in order.
    """

    def __init__(self, script: Mapping[str, str | bytes | Outcome | list[Outcome]]) -> None:
        self._script = dict(script)
        self._turns: dict[str, int] = {}
        self._lock = threading.Lock()
        self.asked: list[Request] = []

    def get(self, request: Request) -> Outcome:
        """What the script says of the request's address."""
        with self._lock:
            self.asked.append(request)
            turn = self._turns.get(request.address, 0)
            self._turns[request.address] = turn + 1
        answer = self._script.get(request.address)
        if isinstance(answer, list):
            answer = answer[min(turn, len(answer) - 1)]
        if answer is None:
            return Failed(Reason.NOT_FOUND, f"{request.address} is not in the script")
        return page(request.address, answer) if isinstance(answer, str | bytes) else answer
