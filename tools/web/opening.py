"""The web as the options want it: switched off, live, recorded or replayed.

What is shared by all runs of a process (connections, cache, pace, tape) is made once per options; the heavy
libraries are imported only when something may leave this machine.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tools.types import Failed, Reason
from tools.web.meter import Meter
from tools.web.options import SWITCHED_OFF, Egress, Recording, WebOptions
from tools.web.recording import RecordingWeb, ReplayWeb, Tape
from tools.web.types import Outcome, Request, Web

if TYPE_CHECKING:
    from tools.web.network import Network

_KEPT = 4


class NoWeb:
    """Nothing leaves this machine."""

    def get(self, request: Request) -> Outcome:
        """`Failed` (offline), whatever is asked."""
        return Failed(Reason.OFFLINE, SWITCHED_OFF)


def open_web(options: WebOptions, meter: Meter, stop: threading.Event | None = None) -> Web:
    """One run's web, on the run's meter, until `stop` is set."""
    if options.recording is Recording.REPLAY:
        return ReplayWeb(_tape(_folder(options)), meter)
    if options.egress is Egress.OFF:
        return NoWeb()
    from tools.web.client import Client

    client = Client(network(options), meter, stop)
    if options.recording is Recording.RECORD:
        return RecordingWeb(client, _tape(_folder(options)))
    return client


@lru_cache(_KEPT)
def network(options: WebOptions) -> Network:
    """What the runs of these options share."""
    from tools.web.network import Network

    return Network(options)


@lru_cache(_KEPT)
def _tape(folder: Path) -> Tape:
    return Tape(folder)


def _folder(options: WebOptions) -> Path:
    if options.recording_dir is None:
        raise ValueError(f"recording {options.recording.value!r} needs a folder")
    return options.recording_dir
