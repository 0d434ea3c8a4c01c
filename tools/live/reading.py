"""Reading on from passages: the page or document behind each is opened, and what speaks of the asked words is kept.

Guarantees: a page is opened only through the guard, only if a search or the user named it, and at most a few for
one call. Does not guarantee: that the best passage of a page is the one that a reader would choose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tools.documents.engine import SCHEME, Documents
from tools.documents.splitting import Stretch, by_page
from tools.grounding.layers import Ground
from tools.grounding.words import overlap
from tools.live.watching import watch_text
from tools.passages import gathered, passage_id, plain_url, web_source
from tools.types import Failed, Passage, Passages, Reason
from tools.web.pages import Pages
from tools.web.reading import Document, Reader
from tools.web.types import Page

MAX_PAGES = 3
MAX_KEPT = 8
_KEPT_OF_A_PAGE = 4
_ALIKE = 0.5


class Library:
    """What a run can open: pages behind the guard, documents of the user."""

    def __init__(self, pages: Pages | None, reader: Reader, documents: Documents | None) -> None:
        self._pages = pages
        self._reader = reader
        self._documents = documents

    def read_on(self, passages: Sequence[Passage], words: str) -> Passages | Failed:
        """The passages about the words, in what the first few passages were taken from."""
        found: list[Passage] = []
        failures: list[Failed] = []
        for passage in _one_for_each_place(passages):
            outcome = self._opened(passage, words)
            if isinstance(outcome, Failed):
                failures.append(outcome)
            else:
                found += outcome
        if found:
            return gathered(found, MAX_KEPT)
        if failures:
            return failures[0]
        return Failed(Reason.EMPTY, f"nothing about {words!r} stands there")

    def open(self, url: str, words: str) -> Passages | Failed:
        """The passages about the words in a page that the user named."""
        source = web_source(url)
        return self.read_on([Passage("", "", "", url, "question", source)], words)

    def ground(self, passage: Passage) -> Ground:
        """What a claim about a passage is held against: all of a document, of a page the passage itself."""
        if self._documents is not None and _is_document(passage):
            return Ground(passage, self._documents.text(passage), is_whole=True)
        return Ground(passage, f"{passage.title}\n{passage.snippet}")

    def admit(self, passages: Iterable[Passage]) -> None:
        """Let the pages that a search named be opened."""
        if self._pages is not None:
            for passage in passages:
                if passage.url:
                    self._pages.provenance.admit(passage.url, passage.engine)

    def _opened(self, passage: Passage, words: str) -> tuple[Passage, ...] | Failed:
        if _is_document(passage):
            if self._documents is None:
                return Failed(Reason.UNAVAILABLE, "the documents are not open; see --documents")
            return self._documents.read_on(passage, words)
        if self._pages is None:
            return Failed(Reason.OFFLINE, "pages are only opened with --online")
        page = self._pages.open_page(passage.url)
        if isinstance(page, Failed):
            return page
        document = self._reader.read_page(page)
        if isinstance(document, Failed):
            return document
        watch_text(f"{document.title}\n{document.text}", passage.url)
        return tuple(_about(words, document, page, passage))


def _is_document(passage: Passage) -> bool:
    return passage.source.startswith(f"{SCHEME}:")


def _one_for_each_place(passages: Sequence[Passage]) -> list[Passage]:
    """The first passage of each page or document, a few of them."""
    first = {passage.url or passage.source: passage for passage in reversed(passages)}
    return [*first.values()][::-1][:MAX_PAGES]


def _about(words: str, document: Document, page: Page, found: Passage) -> Iterator[Passage]:
    """What of a page has at least half of the words, the most of them first."""
    stretches = by_page((part.where, part.text) for part in document.parts)
    scored = [(overlap(words, stretch.text), stretch) for stretch in stretches]
    alike = [pair for pair in scored if pair[0] >= _ALIKE]
    best = sorted(alike, key=lambda pair: -pair[0])[:_KEPT_OF_A_PAGE]
    url = plain_url(page.final_url)
    about = replace(found, url=url, source=web_source(url), retrieved=page.retrieved_at.isoformat())
    for _, stretch in best:
        yield _passage(stretch, replace(about, title=document.title or found.title or url))


def _passage(stretch: Stretch, about: Passage) -> Passage:
    return replace(
        about,
        id=passage_id(about.url, stretch.place, stretch.text),
        snippet=stretch.text,
        place=stretch.place,
    )
