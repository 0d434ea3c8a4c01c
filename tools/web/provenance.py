"""Which addresses a run may open as pages: those that a source named or the user wrote.

A page cannot add to them. So text that was read cannot lead the program anywhere, and cannot make it carry
anything away in an address of the text's own making.
"""

from __future__ import annotations

import re
import threading

from tools.web.refusals import Refusal
from tools.web.targets import target

_URL = re.compile(r"https?://[^\s<>\"'`|\\^{}（）【】《》「」“”，。；！？、]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]*_"


class Provenance:
    """One run's addresses, each with where it came from. Safe for several threads."""

    def __init__(self) -> None:
        self._origins: dict[str, str] = {}
        self._lock = threading.Lock()

    def admit(self, url: str, origin: str) -> bool:
        """Let a URL be opened; `origin` names the engine or source. False if it is no URL that could be."""
        try:
            text = target(url).text
        except Refusal:
            return False
        with self._lock:
            self._origins.setdefault(text, origin)
        return True

    def admit_mentions(self, text: str, origin: str = "question") -> tuple[str, ...]:
        """Let every URL that the user wrote be opened; those that were found."""
        found = [url.rstrip(_TRAILING) for url in _URL.findall(text)]
        return tuple(url for url in found if self.admit(url, origin))

    def origin(self, url: str) -> str | None:
        """Where a URL came from; None if it may not be opened."""
        try:
            text = target(url).text
        except Refusal:
            return None
        with self._lock:
            return self._origins.get(text)
