"""Wikipedia articles: `wikipedia:Oslo`, `wikipedia:zh:奥斯陆`.

Fields: summary, text, sections, `section:History`, `section:2`, tables, `table:1`, `infobox`, wikidata. Everything is
text of one revision, and the fact leads to that very revision. A title that stands for several things is ambiguous.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote

from pydantic import BaseModel, TypeAdapter

from tools.facts.names import fold
from tools.sources.answers import Service, Unanswered, finding, nothing, or_failed
from tools.sources.articles import Grid, numbered, section_of, sections, tables
from tools.sources.matching import MAX_OFFERS, ambiguous, likeness
from tools.sources.mediawiki import PhpMapping, asked
from tools.sources.types import Candidate, Finding, Found
from tools.sources.values import Reading, Teller, check_timeless, relation, scalar
from tools.sources.vocabulary import Vocabulary
from tools.types import Entity, Fact, Failed, FieldRef, Reason
from tools.web.types import Page, Web

MAX_TEXT_CHARS = 20_000
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,8})?|simple")
_TAG = re.compile(r"<[^>]{0,200}>")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_NO_TITLE = re.compile(r"[|<>\[\]{}#]")
_PART = re.compile(r"(section|table)\s*[: ]\s*(.+)", re.IGNORECASE | re.DOTALL)
_INFOBOX = "infobox"
_PARTS = (FieldRef("section:TITLE", "a section"), FieldRef("table:1", "a table"))


class _Article(BaseModel):
    title: str
    missing: bool = False
    invalid: bool = False
    extract: str = ""
    lastrevid: int = 0
    pageprops: PhpMapping[str, str] = {}


class _Pages(BaseModel):
    pages: list[_Article]


class _Query(BaseModel):
    query: _Pages


class _Parsed(BaseModel):
    title: str
    revid: int
    text: str


class _Parse(BaseModel):
    parse: _Parsed


class _Hit(BaseModel):
    title: str
    snippet: str = ""


class _Hits(BaseModel):
    search: list[_Hit]


class _Search(BaseModel):
    query: _Hits


_QUERY = TypeAdapter(_Query)
_PARSE = TypeAdapter(_Parse)
_SEARCH = TypeAdapter(_Search)


@dataclass(frozen=True, slots=True)
class _Title:
    """A title in the Wikipedia of a language."""

    language: str
    text: str

    @property
    def host(self) -> str:
        """Where it lives."""
        return f"https://{self.language}.wikipedia.org"


@dataclass(frozen=True, slots=True)
class _Told:
    """One revision of an article, and the page of the answer that told it."""

    title: _Title
    revision: int
    page: Page


class Wikipedia:
    """The articles of Wikipedia, in any language."""

    id = "wikipedia"
    name = "Wikipedia"
    licence = "CC BY-SA 4.0"
    homepage = "https://www.wikipedia.org"

    def __init__(self, web: Web, language: str = "en") -> None:
        self._service = Service(web, self.name)
        self._fields = Vocabulary(self.id)
        self._language = language

    def fields(self, entity: str = "") -> tuple[FieldRef, ...]:
        """What may be read of an article."""
        return (*self._fields.fields, *_PARTS, FieldRef(_INFOBOX, _INFOBOX))

    @or_failed
    def resolve(self, text: str, lang: str) -> tuple[Candidate, ...]:
        """The articles that a search for the text finds."""
        return self._search(_Title(lang, text))

    @or_failed
    def get(self, entity: str, field: str, period: str | None = None) -> Found:
        """A part of an article as text; its Wikidata item as a set."""
        check_timeless(period, "an article")
        title = self._title(entity)
        if part := _PART.fullmatch(field.strip()):
            kind, name = part[1].lower(), part[2].strip()
            return self._section(title, name) if kind == "section" else self._table(title, name)
        if field.strip().lower() == _INFOBOX:
            return self._table(title, _INFOBOX)
        return self._whole(title, self._fields.meant(field).id)

    def check(self) -> Finding:
        """One article's revision."""
        return finding(self.id, self._look)

    def _look(self) -> str:
        article, told = self._article(_Title(self._language, "Wikipedia"), {}, is_fresh=True)
        return f"answers: {article.title}, revision {told.revision}"

    def _whole(self, title: _Title, field: str) -> Found:
        if field == "tables":
            told, grids = self._grids(title)
            return self._text(told, field, "\n".join(numbered(grids)))
        scope = {"exintro": "1"} if field == "summary" else {}
        article, told = self._article(title, scope)
        if field == "sections":
            found = sections(article.extract)
            return self._text(told, field, "\n".join(section.title for section in found))
        if field == "wikidata":
            return self._item(article, told)
        return self._text(told, field, article.extract)

    def _section(self, title: _Title, name: str) -> Found:
        article, told = self._article(title, {})
        found = sections(article.extract)
        section = section_of(found, name)
        if section is None:
            titles = tuple(f"section:{section.title}" for section in found)
            detail = f"{article.title!r} has no section {name!r}"
            raise nothing(Reason.UNKNOWN_FIELD, detail, titles[:MAX_OFFERS])
        anchor = quote(section.title.replace(" ", "_"))
        return self._text(told, f"section:{section.title}", section.text, anchor)

    def _table(self, title: _Title, name: str) -> Found:
        told, grids = self._grids(title)
        numbers = {str(at): grid for at, grid in enumerate(grids, start=1)}
        boxes = {grid.kind: grid for grid in reversed(grids) if grid.kind == _INFOBOX}
        grid = (numbers | boxes).get(name.lower())
        if grid is None:
            detail = f"{told.title.text!r} has {len(grids)} tables, and none is {name!r}"
            offers = tuple(f"table:{number}" for number in numbers)
            raise nothing(Reason.UNKNOWN_FIELD, detail, offers[:MAX_OFFERS])
        return self._text(told, name.lower() if name == _INFOBOX else f"table:{name}", grid.text)

    def _item(self, article: _Article, told: _Told) -> Found:
        item = article.pageprops.get("wikibase_item", "")
        if not item:
            raise nothing(Reason.NO_VALUE, f"{article.title!r} has no item at Wikidata")
        value_id = f"wikidata:{item}"
        return relation([self._fact(told, "wikidata", Reading(item, value_id=value_id))], "item")

    def _text(self, told: _Told, field: str, text: str, anchor: str = "") -> Found:
        if not text.strip():
            raise nothing(Reason.NO_VALUE, f"there is no {field} of {told.title.text!r}")
        return scalar([self._fact(told, field, Reading(text.strip()[:MAX_TEXT_CHARS]), anchor)])

    def _fact(self, told: _Told, field: str, reading: Reading, anchor: str = "") -> Fact:
        title = told.title
        subject = Entity(f"{self.id}:{title.language}:{title.text}", title.text, "article")
        url = f"{title.host}/w/index.php?oldid={told.revision}{f'#{anchor}' if anchor else ''}"
        is_cut = len(reading.value) == MAX_TEXT_CHARS
        note = f"cut after {MAX_TEXT_CHARS} characters" if is_cut else ""
        teller = Teller(self.name, self.licence, told.page)
        return teller.fact(
            subject, field, reading, teller.source(url, str(told.revision), field, note)
        )

    def _article(
        self, title: _Title, scope: Mapping[str, str], *, is_fresh: bool = False
    ) -> tuple[_Article, _Told]:
        """The article of a title, redirects followed; ends the question where there is none, or several."""
        params = {
            "action": "query",
            "formatversion": "2",
            "prop": "extracts|info|pageprops",
            "ppprop": "wikibase_item|disambiguation",
            "explaintext": "1",
            "exsectionformat": "wiki",
            "redirects": "1",
            "converttitles": "1",
            "titles": title.text,
            **scope,
        }
        url = f"{title.host}/w/api.php"
        told, page = asked(self._service, url, params, _QUERY, is_fresh=is_fresh)
        article = next(iter(told.query.pages), None)
        if article is None or article.missing or article.invalid:
            raise self._unknown(title)
        if "disambiguation" in article.pageprops:
            raise ambiguous(title.text, self._search(title), self._place(title))
        return article, _Told(_Title(title.language, article.title), article.lastrevid, page)

    def _grids(self, title: _Title) -> tuple[_Told, tuple[Grid, ...]]:
        params = {
            "action": "parse",
            "formatversion": "2",
            "prop": "text|revid",
            "redirects": "1",
            "page": title.text,
        }
        try:
            told, page = asked(self._service, f"{title.host}/w/api.php", params, _PARSE)
        except Unanswered as end:
            is_unknown = end.failed.reason is Reason.UNKNOWN_ENTITY
            raise self._unknown(title) if is_unknown else end from end
        parsed = told.parse
        return _Told(_Title(title.language, parsed.title), parsed.revid, page), tables(parsed.text)

    def _search(self, title: _Title) -> tuple[Candidate, ...]:
        params = {
            "action": "query",
            "formatversion": "2",
            "list": "search",
            "srsearch": title.text,
            "srlimit": str(MAX_OFFERS),
        }
        told, _ = asked(self._service, f"{title.host}/w/api.php", params, _SEARCH)
        wanted = fold(title.text)
        return tuple(
            Candidate(
                f"{self.id}:{title.language}:{hit.title}",
                hit.title,
                unescape(_TAG.sub("", hit.snippet)),
                likeness(wanted, (hit.title,)),
            )
            for hit in told.query.search
        )

    def _unknown(self, title: _Title) -> Unanswered:
        offers = tuple(candidate.id for candidate in self._search(title))
        detail = f"{self._place(title)} has no article {title.text!r}"
        return Unanswered(Failed(Reason.UNKNOWN_ENTITY, detail, candidates=offers))

    def _place(self, title: _Title) -> str:
        return f"{self.name} ({title.language})"

    def _title(self, text: str) -> _Title:
        """The title with its language: the one named, else Chinese for Chinese words, else ours."""
        if _NO_TITLE.search(text):
            raise nothing(Reason.UNKNOWN_ENTITY, f"{text!r} has a sign that no title has")
        head, colon, rest = (part.strip() for part in text.partition(":"))
        if colon and rest and _LANGUAGE.fullmatch(head):
            return _Title(head, rest)
        return _Title("zh" if _CHINESE.search(text) else self._language, text.strip())
