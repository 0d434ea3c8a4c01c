"""The worlds that runs may use: as the settings say, or as one run asks, with live sources or without.

Each is made when a run first asks for it; nothing is asked of the network by making one.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from agent.settings import Settings

if TYPE_CHECKING:
    from tools.world import World


class Worlds:
    """The worlds of one kit; `make` opens the one of some settings, None where the bundled facts are all."""

    def __init__(self, settings: Settings, make: Callable[[Settings], World | None]) -> None:
        self._settings = settings
        self._make = make
        self._made: dict[Settings, World | None] = {}
        self._lock = Lock()

    def of(self, is_online: bool | None) -> World | None:
        """The world with live sources (True), without them (False), or as the settings say (None)."""
        wanted = self._settings if is_online is None else _switched(self._settings, is_online)
        with self._lock:
            if wanted not in self._made:
                self._made[wanted] = self._make(wanted)
            return self._made[wanted]


def _switched(settings: Settings, is_online: bool) -> Settings:
    """The settings with the web open, as far as they open it if they do; or closed."""
    web = settings.web
    if is_online and web.egress == "off" and web.recording != "replay":
        web = web.model_copy(update={"egress": "public"})
    if not is_online:
        web = web.model_copy(update={"egress": "off", "recording": "off"})
    return settings.model_copy(update={"web": web})
