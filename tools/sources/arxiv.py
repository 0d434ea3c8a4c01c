"""arXiv papers: `arxiv:2602.07451`, `arxiv:hep-th/9901001v2`, or a title.

Rules from the arXiv API's manual: the answer is an Atom feed; a bad query comes with status 200 as one entry called
"Error"; the version stands in the entry's own address, which leads to that very version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from tools.sources.answers import Service, finding, nothing, or_failed
from tools.sources.matching import MAX_OFFERS, Option, one_of, ranked
from tools.sources.types import Candidate, Finding, Found
from tools.sources.values import Reading, Teller, check_timeless, scalar
from tools.sources.vocabulary import Native, Vocabulary
from tools.types import Entity, Fact, FieldRef, Reason
from tools.web.types import Page, Request, Web

API = "https://export.arxiv.org/api/query"
ABSTRACT = "https://arxiv.org/abs/"
_ID = re.compile(
    r"(?:arxiv:)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(v\d{1,3})?", re.IGNORECASE
)
_ATOM = "{http://www.w3.org/2005/Atom}"
_OWN = "{http://arxiv.org/schemas/atom}"
_ERRORS = "/api/errors"
_DATES = ("published", "updated")
_DAY_CHARS = 10
_QUOTE = re.compile(r"[\"()\\]")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Paper:
    """An entry of a feed; `id` is without the version, `version` is `v2`."""

    id: str
    version: str
    title: str
    entry: Xml.Element


class Arxiv:
    """What arXiv says about its papers."""

    id = "arxiv"
    name = "arXiv"
    licence = "CC0 1.0 (metadata)"
    homepage = "https://arxiv.org"

    def __init__(self, web: Web) -> None:
        self._service = Service(web, self.name)
        self._fields = Vocabulary(self.id)

    def fields(self, entity: str = "") -> tuple[FieldRef, ...]:
        """What is said of every paper."""
        return self._fields.fields

    @or_failed
    def resolve(self, text: str, lang: str) -> tuple[Candidate, ...]:
        """The papers with a title like the text."""
        return self._search(text)

    @or_failed
    def get(self, entity: str, field: str, period: str | None = None) -> Found:
        """What is said of a paper, as text; several authors or categories are read together."""
        native = self._fields.meant(field)
        check_timeless(period, "a paper")
        paper, page = self._paper(entity.strip())
        facts = list(self._facts(paper, native, page))
        if not facts:
            raise nothing(Reason.NO_VALUE, f"{self.name} states no {native.label} of {paper.id}")
        return scalar(facts, is_joint=True)

    def check(self) -> Finding:
        """One paper."""
        return finding(self.id, self._look)

    def _look(self) -> str:
        papers, _ = self._feed({"id_list": "1706.03762", "max_results": "1"}, is_fresh=True)
        return f"answers: {papers[0].id}" if papers else "answers, with nothing"

    def _facts(self, paper: _Paper, native: Native, page: Page) -> Iterator[Fact]:
        teller = Teller(self.name, self.licence, page)
        subject = Entity(f"{self.id}:{paper.id}", paper.title, "paper")
        origin = teller.source(f"{ABSTRACT}{paper.id}{paper.version}", paper.version, native.name)
        for text in _texts(paper.entry, native.name):
            yield teller.fact(subject, native.id, Reading(text), origin)

    def _paper(self, text: str) -> tuple[_Paper, Page]:
        found = _ID.fullmatch(text)
        if found is None:
            chosen = one_of(text, self._search(text), self.name)
            found = _ID.fullmatch(chosen.id)
        if found is None:
            raise self._service.malformed(f"names a paper {text!r} by no id")
        number = f"{found[1]}{found[2] or ''}"
        papers, page = self._feed({"id_list": number, "max_results": "1"})
        if not papers:
            raise nothing(Reason.UNKNOWN_ENTITY, f"{self.name} has no paper {number}")
        return papers[0], page

    def _search(self, text: str) -> tuple[Candidate, ...]:
        words = " ".join(_QUOTE.sub(" ", text).split())
        scope = {"search_query": f'ti:"{words}"', "max_results": str(MAX_OFFERS)}
        papers, _ = self._feed(scope)
        options = (
            Option(f"{self.id}:{p.id}", (p.title,), ", ".join(_texts(p.entry, "author")))
            for p in papers
        )
        return ranked(words, options, least=0.0)

    def _feed(self, scope: dict[str, str], *, is_fresh: bool = False) -> tuple[list[_Paper], Page]:
        ttl_seconds = 0.0 if is_fresh else None
        request = Request(API, scope, accept="application/atom+xml", ttl_seconds=ttl_seconds)
        page = self._service.page(request)
        entries = self._root(page.body).findall(f"{_ATOM}entry")
        return [paper for entry in entries if (paper := self._read(entry))], page

    def _root(self, body: bytes) -> Xml.Element:
        """The feed; a document that declares entities is refused, so that none can grow."""
        if _DOCTYPE.search(body):
            raise self._service.malformed("declares a document type, which a feed does not")
        try:
            root = Xml.fromstring(body)  # noqa: S314 - no document type, so no entities
        except (Xml.ParseError, ValueError) as error:
            raise self._service.malformed("is no XML") from error
        if root.tag != f"{_ATOM}feed":
            raise self._service.malformed(f"is no Atom feed but {root.tag[:60]!r}")
        return root

    def _read(self, entry: Xml.Element) -> _Paper | None:
        """The paper of an entry; None for an id without a paper; ends the question where it is an error."""
        address, title = _text(entry, "id"), _text(entry, "title")
        if _ERRORS in address:
            summary = _text(entry, "summary")[:200]
            raise nothing(Reason.UNKNOWN_ENTITY, f"{self.name} says: {summary}")
        found = _ID.fullmatch(address.partition("/abs/")[2])
        if found is None:
            raise self._service.malformed(f"has an entry without an id: {address[:60]!r}")
        return _Paper(found[1], found[2] or "", title, entry) if title else None


def _texts(entry: Xml.Element, name: str) -> list[str]:
    """Every text of an element, in order; of authors their names, of dates the day."""
    if name == "author":
        return [_text(author, "name") for author in entry.findall(f"{_ATOM}author")]
    if name in ("category", "primary_category"):
        space = _ATOM if name == "category" else _OWN
        return [found.get("term", "") for found in entry.findall(f"{space}{name}")]
    found = _text(entry, name)
    text = found[:_DAY_CHARS] if name in _DATES else found
    return [text] if text else []


def _text(element: Xml.Element, name: str) -> str:
    """The text of a child, in either namespace, its spaces made one."""
    for space in (_ATOM, _OWN):
        if found := element.findtext(f"{space}{name}"):
            return " ".join(found.split())
    return ""
