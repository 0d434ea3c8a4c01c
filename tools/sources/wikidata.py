"""Wikidata items: `wikidata:Q937`, `wikidata:Albert Einstein`.

Of a property's statements those of the best rank count, deprecated ones never; for a period, those that hold in it.
Labels of items, units and qualifiers are asked for together. A name is one item only where one item alone is called
so, or one alone of those has the property.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter

from tools.facts.fields import sections
from tools.facts.names import fold
from tools.sources.answers import Service, Unanswered, finding, nothing, or_failed
from tools.sources.matching import EXACT, MAX_OFFERS, ambiguous, likeness
from tools.sources.mediawiki import PhpMapping, asked
from tools.sources.snaks import Statement, note, reading
from tools.sources.types import Candidate, Finding, Found
from tools.sources.values import Teller, relation, scalar
from tools.sources.vocabulary import Native, Vocabulary
from tools.types import Entity, Fact, FieldRef, Reason
from tools.values.periods import nearest
from tools.web.types import Page, Web

API = "https://www.wikidata.org/w/api.php"
REVISION = "https://www.wikidata.org/w/index.php?title={item}&oldid={revision}#{property}"
_ITEM = re.compile(r"Q\d{1,12}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_BATCH = 50
_ALIAS = 0.98
_RANKS = ("preferred", "normal")
_LANGUAGES = ("en", "mul", "zh")


class _Text(BaseModel):
    value: str


class _Item(BaseModel):
    id: str
    missing: Any = None
    labels: PhpMapping[str, _Text] = {}
    claims: PhpMapping[str, list[Any]] = {}
    lastrevid: int = 0

    @property
    def label(self) -> str:
        """Its English name, or the best there is."""
        known = (self.labels[language].value for language in _LANGUAGES if language in self.labels)
        return next(known, self.id)


class _Items(BaseModel):
    entities: PhpMapping[str, _Item]


class _Match(BaseModel):
    text: str = ""


class _Hit(BaseModel):
    id: str
    label: str = ""
    description: str = ""
    match: _Match = _Match()


class _Hits(BaseModel):
    search: list[_Hit]


_ITEMS = TypeAdapter(_Items)
_HITS = TypeAdapter(_Hits)
_STATEMENTS = TypeAdapter(list[Statement])


class Wikidata:
    """The statements of Wikidata."""

    id = "wikidata"
    name = "Wikidata"
    licence = "CC0 1.0"
    homepage = "https://www.wikidata.org"

    def __init__(self, web: Web) -> None:
        self._service = Service(web, self.name)
        self._fields = Vocabulary(self.id, r"P\d{1,6}")

    def fields(self, entity: str = "") -> tuple[FieldRef, ...]:
        """The fields with a property of their own; any other goes by its property (`P1448`)."""
        return self._fields.fields

    @or_failed
    def resolve(self, text: str, lang: str) -> tuple[Candidate, ...]:
        """The items called like the text, in Wikidata's order; 1 for the very label, less for an alias."""
        return self._search(text, lang)

    @or_failed
    def get(self, entity: str, field: str, period: str | None = None) -> Found:
        """What an item's statements of a property say; items that they name are a set again."""
        native = self._fields.meant(field)
        item, page = self._item(entity.strip(), native)
        statements = self._live(item, native)
        about = f"{native.label} of {item.label}"
        held = _held(statements, period, about)
        told = [statement for statement in held if statement.is_told]
        if not told:
            raise _unsaid(held, about)
        facts = self._facts(item, native, told, page)
        return relation(facts, "item") if told[0].is_relation else scalar(facts)

    def check(self) -> Finding:
        """One item's label."""
        return finding(self.id, self._look)

    def _look(self) -> str:
        items, _ = self._items(["Q2"], "labels", is_fresh=True)
        return f"answers: {items[0].label}"

    def _facts(self, item: _Item, native: Native, told: list[Statement], page: Page) -> list[Fact]:
        labels = self._labels(key for statement in told for key in statement.ids())
        teller = Teller(self.name, self.licence, page)
        kind = str(sections().get(native.id, {}).get("kind", ""))
        url = REVISION.format(item=item.id, revision=item.lastrevid, property=native.name)
        subject = Entity(f"{self.id}:{item.id}", item.label, "item")
        pairs = []
        for statement in told:
            said = reading(statement, labels, kind, native.bare_unit)
            origin = teller.source(url, str(item.lastrevid), native.name, note(statement, labels))
            pairs.append((statement.begins, teller.fact(subject, native.id, said, origin)))
        return [fact for _, fact in sorted(pairs, key=lambda pair: pair[0], reverse=True)]

    def _live(self, item: _Item, native: Native) -> list[Statement]:
        """The statements that are not deprecated."""
        told = self._service.shaped(item.claims.get(native.name, []), _STATEMENTS)
        kept = [statement for statement in told if statement.rank in _RANKS]
        if not kept:
            raise nothing(Reason.NO_VALUE, f"{self.name} states no {native.label} of {item.label}")
        return kept

    def _item(self, text: str, native: Native) -> tuple[_Item, Page]:
        """The item of an id, or the one that a name means."""
        if _ITEM.fullmatch(text.upper()):
            items, page = self._items([text.upper()], "labels|claims|info")
            if items[0].missing is not None:
                raise nothing(Reason.UNKNOWN_ENTITY, f"{self.name} has no item {text.upper()}")
            return items[0], page
        meant = _called(self._search(text, "zh" if _CHINESE.search(text) else "en"))
        if not meant[0]:
            raise ambiguous(text, meant[1], self.name)
        ids = [candidate.id.removeprefix(f"{self.id}:") for candidate in meant[0]]
        items, page = self._items(ids, "labels|claims|info")
        fitting = items if len(items) == 1 else [i for i in items if i.claims.get(native.name)]
        if len(fitting) != 1:
            raise ambiguous(text, meant[0], self.name)
        return fitting[0], page

    def _search(self, text: str, lang: str) -> tuple[Candidate, ...]:
        params = {
            "action": "wbsearchentities",
            "search": text,
            "language": lang,
            "uselang": lang,
            "type": "item",
            "limit": str(MAX_OFFERS),
        }
        told, _ = asked(self._service, API, params, _HITS)
        return tuple(
            Candidate(
                f"{self.id}:{hit.id}", hit.label or hit.id, hit.description, _score(text, hit)
            )
            for hit in told.search
        )

    def _items(
        self, ids: list[str], props: str, *, is_fresh: bool = False
    ) -> tuple[list[_Item], Page]:
        params = {
            "action": "wbgetentities",
            "ids": "|".join(ids),
            "props": props,
            "languages": "|".join(_LANGUAGES),
            "languagefallback": "1",
        }
        told, page = asked(self._service, API, params, _ITEMS, is_fresh=is_fresh)
        if not told.entities:
            raise self._service.malformed("names no item")
        return list(told.entities.values()), page

    def _labels(self, ids: Iterable[str]) -> Mapping[str, str]:
        """What items and properties are called, fifty to a request."""
        wanted = [key for key in dict.fromkeys(ids) if key]
        batches = (wanted[first : first + _BATCH] for first in range(0, len(wanted), _BATCH))
        return {
            item.id: item.label
            for batch in batches
            for item in self._items(batch, "labels")[0]
            if item.missing is None
        }


def _score(text: str, hit: _Hit) -> float:
    wanted = fold(text)
    if fold(hit.label) == wanted:
        return EXACT
    return _ALIAS if fold(hit.match.text) == wanted else min(0.9, likeness(wanted, (hit.label,)))


def _called(
    candidates: tuple[Candidate, ...],
) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """Those of exactly that label, else of that alias; and all of them."""
    for score in (EXACT, _ALIAS):
        if exact := tuple(c for c in candidates if c.score == score):
            return exact, candidates
    return (), candidates


def _held(statements: list[Statement], period: str | None, about: str) -> list[Statement]:
    """Those of the best rank; of a period, the best of those that hold in it."""
    held = statements if period is None else [s for s in statements if s.is_of(period)]
    if not held:
        near = nearest((statement.period for statement in statements), period or "")
        offered = f"nearest: {', '.join(near)}" if near else "its statements carry no such time"
        detail = f"no {about} at Wikidata for {period}; {offered}"
        raise nothing(Reason.NO_VALUE_FOR_PERIOD, detail, near)
    best = next(rank for rank in _RANKS if any(s.rank == rank for s in held))
    return [s for s in held if s.rank == best]


def _unsaid(held: list[Statement], about: str) -> Unanswered:
    """The end of a question to which the answer is that it is not known, or that there is none."""
    is_unknown = any(statement.mainsnak.snaktype == "somevalue" for statement in held)
    said = "is unknown" if is_unknown else "does not exist"
    return nothing(Reason.NO_VALUE, f"Wikidata states that the {about} {said}")
