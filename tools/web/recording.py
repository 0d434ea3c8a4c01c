"""Answers written down, and read instead of asking again.

Guarantees: the first settled answer to a request stands for every run over the folder, so that arms compared over
it see the same world; a replay opens no socket; keys are in no file, because no `Page` holds them.
Format: `KEY.json` per request, with the address, what came of it, and the digest that names `DIGEST.body`.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tools.types import Failed, Reason
from tools.web.meter import Meter
from tools.web.refusals import Refusal
from tools.web.types import Outcome, Page, Request, Web

_OURS = frozenset({Reason.BUDGET_EXHAUSTED, Reason.OFFLINE, Reason.UNIDENTIFIED, Reason.STOPPED})


class Tape:
    """A folder of answers; safe for several threads and, since files appear whole, several processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._busy: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def turn(self, key: str) -> threading.Lock:
        """The lock under which a request is answered for the first time."""
        with self._lock:
            return self._busy[key]

    def read(self, request: Request) -> Outcome | None:
        """The answer on the tape; None if there is none; `Failed` (malformed) if its files are damaged."""
        path = self.folder / f"{request.key}.json"
        if not path.is_file():
            return None
        try:
            return _outcome(json.loads(path.read_bytes()), self.folder)
        except (OSError, ValueError, KeyError, TypeError):
            return Failed(
                Reason.MALFORMED, f"the recording {path} is damaged; remove it to ask again"
            )

    def write(self, request: Request, outcome: Outcome) -> None:
        """Put an answer on the tape, the body first, so that a record is whole once it is there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        record: dict[str, Any] = {"address": request.address, "accept": request.accept}
        if isinstance(outcome, Page):
            self._put(f"{outcome.sha256}.body", outcome.body)
            record["page"] = _described(outcome)
        else:
            record["failed"] = _explained(outcome)
        self._put(f"{request.key}.json", json.dumps(record, ensure_ascii=False, indent=1).encode())

    def _put(self, name: str, content: bytes) -> None:
        unfinished = self.folder / f".{name}.{os.getpid()}.{threading.get_ident()}"
        unfinished.write_bytes(content)
        unfinished.replace(self.folder / name)


class RecordingWeb:
    """Another web whose answers are written down; what the run itself forbade is not an answer."""

    def __init__(self, web: Web, tape: Tape) -> None:
        self._web = web
        self._tape = tape

    def get(self, request: Request) -> Outcome:
        """The answer on the tape, if it is settled; else a new one, which goes there."""
        with self._tape.turn(request.key):
            known = self._tape.read(request)
            if isinstance(known, Page) or (known and not _may_change(known)):
                return known
            outcome = self._web.get(request)
            if isinstance(outcome, Page) or outcome.reason not in _OURS:
                self._tape.write(request, outcome)
            return outcome


class ReplayWeb:
    """Only what is on the tape, on the run's meter as if it had been asked for."""

    def __init__(self, tape: Tape, meter: Meter) -> None:
        self.meter = meter
        self._tape = tape

    def get(self, request: Request) -> Outcome:
        """The answer on the tape, or `Failed` (not in the recording)."""
        known = self._tape.read(request)
        if known is None:
            detail = f"{request.address} is not in {self._tape.folder}; record it, or replay another folder"
            return Failed(Reason.NOT_RECORDED, detail)
        try:
            self._account(request, known)
        except Refusal as refusal:
            return refusal.failed
        return known

    def _account(self, request: Request, known: Outcome) -> None:
        with self.meter.under_way():
            self.meter.call(urlsplit(request.url).hostname or "")
            left = len(known.body) if isinstance(known, Page) else 0
            while left:
                left -= self.meter.grant(left)


def _may_change(failed: Failed) -> bool:
    return failed.retryable or failed.reason is Reason.MALFORMED


def _described(page: Page) -> Mapping[str, Any]:
    return {
        "final_url": page.final_url,
        "status": page.status,
        "media_type": page.media_type,
        "charset": page.charset,
        "retrieved_at": page.retrieved_at.isoformat(),
        "sha256": page.sha256,
    }


def _explained(failed: Failed) -> Mapping[str, Any]:
    return {
        "reason": failed.reason.value,
        "detail": failed.detail,
        "retryable": failed.retryable,
        "retry_after_seconds": failed.retry_after_seconds,
    }


def _outcome(record: Mapping[str, Any], folder: Path) -> Outcome:
    if failed := record.get("failed"):
        return Failed(**{**failed, "reason": Reason(failed["reason"])})
    page = record["page"]
    body = (folder / f"{page['sha256']}.body").read_bytes()
    if hashlib.sha256(body).hexdigest() != page["sha256"]:
        raise ValueError(page["sha256"])
    return Page(
        url=record["address"],
        final_url=page["final_url"],
        status=page["status"],
        media_type=page["media_type"],
        body=body,
        retrieved_at=datetime.fromisoformat(page["retrieved_at"]),
        charset=page["charset"],
        is_cached=True,
    )
