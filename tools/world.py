"""The world as the options want it: what all runs of a process share, and one run's way out of it.

Nothing is opened before a call needs it, and nothing at all while the scope is off; the documents of the user are
indexed when the world is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from tools.catalogue import Facts
from tools.documents.engine import Documents
from tools.documents.files import listed
from tools.documents.index import Index
from tools.engines.chain import Chain
from tools.engines.duck import Ask, Duck, DuckWeb
from tools.engines.health import Health
from tools.engines.searxng import SearxNG
from tools.engines.types import Engine
from tools.engines.wikipedia import Wikipedia
from tools.grounding.layers import Entailment
from tools.live.facts import Live
from tools.live.reading import Library
from tools.online import OnlineToolbox, Outside
from tools.reach import Errand, WorldOptions
from tools.sources.mcp import open_servers
from tools.sources.opening import open_sources
from tools.sources.tables import CsvFiles
from tools.sources.types import Adapter, Registry
from tools.web.meter import Meter
from tools.web.opening import open_web
from tools.web.options import Recording
from tools.web.pages import Pages
from tools.web.provenance import Provenance
from tools.web.reading import Reader
from tools.web.recording import RecordingWeb, ReplayWeb, Tape
from tools.web.types import Web


@dataclass(frozen=True, slots=True)
class Doubles:
    """What tests and benches put in the place of the network: one web for all runs, or what makes each run its own."""

    web: Web | None = None
    dial: Callable[[Meter, Event], Web] | None = None
    ask: Ask | None = None
    adapters: Sequence[Adapter] | None = None
    reader: Reader | None = None


class World:
    """Shared by the runs of a process: documents, reader, engines' health."""

    def __init__(self, store: Facts, options: WorldOptions, doubles: Doubles = Doubles()) -> None:
        self.options = options
        self._store = store
        self._doubles = doubles
        self._reader = doubles.reader or Reader()
        self._health = Health()
        self.index = _index(options)

    def open(
        self, errand: Errand, entailment: Entailment | None = None
    ) -> tuple[OnlineToolbox, Meter]:
        """One run's tools, and the meter of what they take from the web."""
        outside, meter = self.outside(errand, entailment)
        return OnlineToolbox(self._store, outside), meter

    def outside(
        self, errand: Errand, entailment: Entailment | None = None
    ) -> tuple[Outside, Meter]:
        """One run's ways out, and their meter."""
        options = self.options
        meter = Meter(options.web.caps, errand.spent)
        web = self._web(meter, errand.stop) if options.has_web else None
        documents = Documents(self.index) if self.index else None
        pages = _pages(web, errand.question) if web and options.is_public else None
        outside = Outside(
            Chain([*self._engines(web, documents, meter, errand.stop)], self._health_of_run()),
            Live(self._sources(web, errand, meter), errand.lang),
            Library(pages, self._reader, documents),
            errand.lang,
            entailment,
            errand.question,
        )
        return outside, meter

    def close(self) -> None:
        """Let go of the documents and the reader."""
        if self._reader is not self._doubles.reader:
            self._reader.close()
        if self.index:
            self.index.close()

    def _web(self, meter: Meter, stop: Event) -> Web:
        if self._doubles.dial is not None:
            return self._doubles.dial(meter, stop)
        return self._doubles.web or open_web(self.options.web, meter, stop)

    def _engines(
        self, web: Web | None, documents: Documents | None, meter: Meter, stop: Event
    ) -> Iterator[Engine]:
        """In order of trust: the user's documents, the user's own engine, the public ones."""
        if documents:
            yield documents
        if web and self.options.searxng:
            yield SearxNG(web, self.options.searxng)
        if web and self.options.is_public:
            if self.options.ddgs:
                live = DuckWeb(meter, stop, self._doubles.ask)
                yield Duck(self._recorded(meter)(live))
            yield Wikipedia(web)

    def _sources(self, web: Web | None, errand: Errand, meter: Meter) -> Registry:
        """The live sources; without the web, the user's own tables alone."""
        if self._doubles.adapters is not None:
            return Registry(self._doubles.adapters if web else ())
        tables = _tables(self.options.documents)
        if web is None or not self.options.is_public:
            return Registry([CsvFiles(tables)] if tables else [])
        servers = open_servers(self.options.servers, meter, errand.stop, self._recorded(meter))
        return open_sources(web, tables, errand.lang, servers)

    def _recorded(self, meter: Meter) -> Callable[[Web], Web]:
        """What makes another web's answers recorded and replayed as those of the client are."""
        web = self.options.web
        if web.recording is Recording.OFF or web.recording_dir is None:
            return lambda live: live
        tape = Tape(web.recording_dir)
        if web.recording is Recording.REPLAY:
            return lambda _: ReplayWeb(tape, meter)
        return lambda live: RecordingWeb(live, tape)

    def _health_of_run(self) -> Health:
        """Shared by all runs; over a recording every run has its own, so that all of them see the same world."""
        is_live = self.options.web.recording is Recording.OFF
        return self._health if is_live else Health()


def _tables(folder: Path | None) -> Mapping[str, Path]:
    """The CSV files among the user's documents by name; of two with the same name the first."""
    files = listed(folder)[0] if folder else ()
    return {file.path.name: file.path for file in reversed(files) if file.path.suffix == ".csv"}


def _pages(web: Web, question: str) -> Pages:
    provenance = Provenance()
    provenance.admit_mentions(question)
    return Pages(web, provenance)


def _index(options: WorldOptions) -> Index | None:
    if options.documents is None:
        return None
    return Index(options.documents, options.cache_dir / "documents")
