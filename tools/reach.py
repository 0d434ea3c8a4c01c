"""How far runs may reach beyond the bundled facts, and what the world has to know of a run. Imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from tools.sources.servers import McpServer
from tools.web.meter import Spent
from tools.web.options import Egress, Recording, WebOptions


@dataclass(frozen=True, slots=True)
class WorldOptions:
    """What may be used: the web within its own options, documents, engines that have to be wanted, MCP servers."""

    web: WebOptions = field(default_factory=WebOptions)
    documents: Path | None = None
    cache_dir: Path = Path()
    searxng: str = ""
    ddgs: bool = False
    servers: tuple[McpServer, ...] = ()

    @property
    def is_bundled_only(self) -> bool:
        """Whether the bundled facts are all there is."""
        return self.documents is None and not self.has_web

    @property
    def has_web(self) -> bool:
        """Whether answers may come from the web, be it from a recording."""
        return self.web.egress is not Egress.OFF or self.web.recording is Recording.REPLAY

    @property
    def is_public(self) -> bool:
        """Whether more than the user's own services may be asked."""
        return self.web.egress is Egress.PUBLIC or self.web.recording is Recording.REPLAY


@dataclass(frozen=True, slots=True)
class Errand:
    """One run as the world sees it; `spent` is where a resumed run stood."""

    question: str = ""
    lang: str = "en"
    stop: Event = field(default_factory=Event)
    spent: Spent = field(default_factory=Spent)
