"""World Bank indicators: `worldbank:NOR`, `worldbank:Norway;Sweden`, `worldbank:all`.

Rules from the Indicators API, version 2: an error comes with status 200 as a single `message`; the newest years are
often null; `mrnev=1` asks for the newest value there is. Numbers keep our unit, times the power of ten in native.toml.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, TypeAdapter

from tools.sources.answers import Service, finding, nothing, or_failed
from tools.sources.countries import ALL, code_of, codes_in, countries, entity_of
from tools.sources.matching import Option, one_of, ranked
from tools.sources.types import Candidate, Finding, Found
from tools.sources.values import Teller, number_reading, of_period, scalar, table
from tools.sources.vocabulary import Native, Vocabulary
from tools.types import Fact, FieldRef, Reason
from tools.web.types import Page, Web

HOST = "https://api.worldbank.org/v2"
_MAX_ROWS = 20_000
_AGGREGATES = "Aggregates"
_EXACT = 1.0


class _Named(BaseModel):
    id: str
    value: str


class _Row(BaseModel):
    indicator: _Named
    country: _Named
    countryiso3code: str
    date: str
    value: Decimal | None


class _Country(BaseModel):
    id: str
    name: str
    region: _Named


class _Head(BaseModel):
    pages: int
    lastupdated: str = ""


_LIST = TypeAdapter(list[Any])
_HEAD = TypeAdapter(_Head)
_ROWS = TypeAdapter(list[_Row])
_COUNTRIES = TypeAdapter(list[_Country])


class WorldBank:
    """The World Bank's development indicators."""

    id = "worldbank"
    name = "World Bank"
    licence = "CC BY 4.0"
    homepage = "https://data.worldbank.org"

    def __init__(self, web: Web) -> None:
        self._service = Service(web, self.name)
        self._fields = Vocabulary(self.id, r"[A-Z]{2}(?:\.[A-Z0-9]{2,4}){2,5}")

    def fields(self, entity: str = "") -> tuple[FieldRef, ...]:
        """The fields with an indicator of their own; any other indicator goes by its code."""
        return self._fields.fields

    @or_failed
    def resolve(self, text: str, lang: str) -> tuple[Candidate, ...]:
        """Countries, and the bank's groups of countries, called like the text."""
        return self._resolved(text)

    @or_failed
    def get(self, entity: str, field: str, period: str | None = None) -> Found:
        """An indicator of one country, of several (`;`), or of all countries."""
        native = self._fields.meant(field)
        codes = codes_in(entity, self._code)
        if len(codes) != 1:
            return self._table(codes, native, period)
        about = (
            f"{native.label} of {entity_of(codes[0], codes[0], self.id).name} at the {self.name}"
        )
        facts = self._facts(codes[0], native, {})
        return scalar(of_period(facts, period, about))

    def check(self) -> Finding:
        """One country's record."""
        return finding(self.id, self._look)

    def _look(self) -> str:
        norway = self._countries("/NOR", is_fresh=True)
        return f"answers: {norway[0].name}"

    def _table(self, codes: list[str], native: Native, period: str | None) -> Found:
        scope = {"date": period} if period else {"mrnev": "1"}
        facts = self._facts(";".join(codes) or ALL, native, scope)
        if not codes:
            real = {c.id for c in self._countries("") if c.region.value != _AGGREGATES}
            facts = [fact for fact in facts if fact.entity.id.rpartition("/")[2] in real]
        about = f"{native.label} at the {self.name}"
        return table(native.id, of_period(facts, period, about))

    def _facts(self, codes: str, native: Native, scope: Mapping[str, str]) -> list[Fact]:
        url = f"{HOST}/country/{codes}/indicator/{native.name}"
        head, told, page = self._list(url, scope, Reason.UNKNOWN_FIELD, native.name)
        rows = self._service.shaped(told, _ROWS)
        teller = Teller(self.name, self.licence, page)
        return [
            self._fact(teller, row, row.value, native, head.lastupdated)
            for row in rows
            if row.value is not None
        ]

    def _fact(
        self, teller: Teller, row: _Row, value: Decimal, native: Native, revision: str
    ) -> Fact:
        code = row.countryiso3code or row.country.id
        entity = entity_of(code, row.country.value, self.id)
        origin = teller.source(
            f"{self.homepage}/indicator/{native.name}?locations={row.country.id}",
            revision,
            native.name,
            row.indicator.value,
        )
        number = value.scaleb(native.scale)
        return teller.fact(entity, native.id, number_reading(number, native.unit, row.date), origin)

    def _list(
        self,
        url: str,
        scope: Mapping[str, str],
        unknown: Reason,
        name: str,
        *,
        is_fresh: bool = False,
    ) -> tuple[_Head, list[Any], Page]:
        """The head and the rows of an answer; ends the question where it is a message."""
        params = {"format": "json", "per_page": str(_MAX_ROWS), **scope}
        told, page = self._service.json(url, params, _LIST, is_fresh=is_fresh)
        if len(told) == 1 and "message" in told[0]:
            raise nothing(unknown, f"the {self.name} does not know {name!r}{_said(told[0])}")
        if len(told) != 2:
            raise self._service.malformed(f"has {len(told)} parts instead of 2")
        head = self._service.shaped(told[0], _HEAD)
        if head.pages > 1:
            raise nothing(
                Reason.TOO_LARGE, f"more than {_MAX_ROWS} values of {name!r}; name a period"
            )
        return head, told[1] or [], page

    def _countries(self, path: str, *, is_fresh: bool = False) -> list[_Country]:
        url = f"{HOST}/country{path}"
        _, told, _ = self._list(url, {}, Reason.UNKNOWN_ENTITY, path, is_fresh=is_fresh)
        return self._service.shaped(told, _COUNTRIES)

    def _code(self, text: str) -> str:
        if known := code_of(text):
            return known
        chosen = one_of(text.strip(), self._resolved(text), f"the {self.name}")
        return chosen.id.removeprefix(f"{self.id}:")

    def _resolved(self, text: str) -> tuple[Candidate, ...]:
        known = self._named(text, countries())
        if known and known[0].score == _EXACT:
            return known
        there = (
            Option(c.id, (c.name, c.id), c.region.value) for c in self._countries("") if c.name
        )
        return self._named(text, (*countries(), *there))

    def _named(self, text: str, options: Iterable[Option]) -> tuple[Candidate, ...]:
        """Each code once, under its best name."""
        found = ranked(text, options)
        best = {candidate.id: candidate for candidate in reversed(found)}
        return tuple(
            Candidate(f"{self.id}:{c.id}", c.label, c.description, c.score)
            for c in found
            if best[c.id] is c
        )


def _said(part: Mapping[str, Any]) -> str:
    """The bank's own words, where it found some."""
    match part:
        case {"message": [{"value": str(words)}, *_]}:
            return f": {words[:200]}"
    return ""
