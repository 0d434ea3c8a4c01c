"""Our World in Data charts: `owid:NOR` or `owid:NOR;SWE` or `owid:all`, the field a chart (`life-expectancy`).

A chart is its metadata and a CSV with `Entity, Code, Year` (or `Day`) and a column for each indicator; of a chart with
several, `chart/column` names one. What the chart shows may have its publisher's own terms: the note cites it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from io import StringIO
from itertools import islice

from pydantic import BaseModel, TypeAdapter

from tools.sources.answers import Service, Unanswered, finding, nothing, or_failed
from tools.sources.countries import code_of, codes_in, countries, entity_of
from tools.sources.matching import EXACT, Option, one_of, ranked
from tools.sources.types import Candidate, Finding, Found
from tools.sources.values import Reading, Teller, number_reading, of_period, scalar, table
from tools.sources.vocabulary import Native, Vocabulary
from tools.types import Fact, FieldRef, Reason
from tools.values.units import canonical
from tools.web.types import Page, Request, Web

GRAPHER = "https://ourworldindata.org/grapher"
_ROSTER = "population"  # a chart that has every country and group
_KEYS = ("Entity", "Code")
_TIMES = ("Year", "Day")
_TIME = re.compile(r"\d{4}(?:-\d\d-\d\d)?")
_COUNTRY = re.compile(r"[A-Z]{3}")
_MAX_ROWS = 200_000


class _Column(BaseModel):
    titleShort: str = ""  # noqa: N815 - as the chart spells it
    unit: str = ""
    lastUpdated: str = ""  # noqa: N815
    citationShort: str = ""  # noqa: N815


class _Chart(BaseModel):
    columns: Mapping[str, _Column]


_CHART = TypeAdapter(_Chart)


@dataclass(frozen=True, slots=True)
class _Indicator:
    """One column of a chart."""

    chart: str
    name: str
    about: _Column


@dataclass(frozen=True, slots=True)
class _Row:
    """One cell of the column with the place and time it is of."""

    place: str
    code: str
    time: str
    text: str


class Owid:
    """The charts of Our World in Data."""

    id = "owid"
    name = "Our World in Data"
    licence = "CC BY 4.0"
    homepage = "https://ourworldindata.org"

    def __init__(self, web: Web) -> None:
        self._service = Service(web, self.name)
        self._fields = Vocabulary(self.id, r"[a-z0-9]+(?:-[a-z0-9]+)+(?:/\w+)?|[a-z]+/\w+")

    def fields(self, entity: str = "") -> tuple[FieldRef, ...]:
        """The fields with a chart of their own; any other chart goes by its address."""
        return self._fields.fields

    @or_failed
    def resolve(self, text: str, lang: str) -> tuple[Candidate, ...]:
        """Countries, and the groups of countries that the charts know, called like the text."""
        return self._resolved(text)

    @or_failed
    def get(self, entity: str, field: str, period: str | None = None) -> Found:
        """An indicator of one country, of several (`;`), or of all countries."""
        native = self._fields.meant(field)
        indicator = self._indicator(native)
        codes = codes_in(entity, self._code)
        if len(codes) != 1:
            return self._table(native, indicator, codes, period)
        facts = self._facts(native, indicator, {"country": f"~{codes[0]}"})
        of_place = [fact for fact in facts if _is_of(fact, codes)]
        return scalar(of_period(of_place, period, f"{native.label} of {entity.strip()}"))

    def check(self) -> Finding:
        """One chart's metadata."""
        return finding(self.id, lambda: f"answers: {self._chart('life-expectancy', is_fresh=True)}")

    def _table(
        self, native: Native, indicator: _Indicator, codes: list[str], period: str | None
    ) -> Found:
        is_time = bool(period and _TIME.fullmatch(period))
        scope = {"time": period if period and is_time else "latest"}
        if codes:
            scope["country"] = "~".join(codes)
        facts = [f for f in self._facts(native, indicator, scope) if _is_of(f, codes)]
        return table(native.id, of_period(facts, period, native.label))

    def _facts(self, native: Native, indicator: _Indicator, scope: Mapping[str, str]) -> list[Fact]:
        rows, page = self._rows(indicator.chart, indicator.name, scope)
        teller, about = Teller(self.name, self.licence, page), indicator.about
        note = "; ".join(text for text in (about.titleShort, about.citationShort) if text)
        unit = canonical(about.unit) or native.bare_unit
        facts = []
        for row in rows:
            place = entity_of(row.code, row.place, self.id)
            url = f"{GRAPHER}/{indicator.chart}?country=~{row.code or row.place}"
            column = f"{indicator.chart}/{indicator.name}"
            origin = teller.source(url.replace(" ", "+"), about.lastUpdated, column, note)
            facts.append(teller.fact(place, native.id, _reading(row, unit), origin))
        return facts

    def _indicator(self, native: Native) -> _Indicator:
        """The column that a native name means: the one named, or the only one."""
        chart, _, wanted = native.name.partition("/")
        try:
            columns = self._columns(chart)
        except Unanswered as end:
            if end.failed.reason is not Reason.NOT_FOUND:
                raise
            near = self._fields.near(native.name.replace("-", " "))
            detail = f"{self.name} has no chart {chart!r}"
            raise nothing(Reason.UNKNOWN_FIELD, detail, near) from end
        if wanted in columns:
            return _Indicator(chart, wanted, columns[wanted])
        if len(columns) == 1 and not wanted:
            return next(_Indicator(chart, name, about) for name, about in columns.items())
        offers = tuple(f"{chart}/{name}" for name in columns)
        detail = f"the chart {chart!r} has {len(columns)} columns; name one: {', '.join(offers)}"
        raise nothing(Reason.AMBIGUOUS if not wanted else Reason.UNKNOWN_FIELD, detail, offers)

    def _columns(self, chart: str, *, is_fresh: bool = False) -> Mapping[str, _Column]:
        url = f"{GRAPHER}/{chart}.metadata.json"
        told, _ = self._service.json(
            url, {"useColumnShortNames": "true"}, _CHART, is_fresh=is_fresh
        )
        return told.columns

    def _chart(self, chart: str, *, is_fresh: bool) -> str:
        return f"{chart}, {len(self._columns(chart, is_fresh=is_fresh))} columns"

    def _rows(self, chart: str, column: str, scope: Mapping[str, str]) -> tuple[list[_Row], Page]:
        """The cells of a column that are not empty; of any column's, for an empty name."""
        params = {"useColumnShortNames": "true", "csvType": "filtered", **scope}
        page = self._service.page(Request(f"{GRAPHER}/{chart}.csv", params, accept="text/csv"))
        try:
            return self._cells(csv.DictReader(StringIO(page.text)), column), page
        except csv.Error as error:
            raise self._service.malformed(f"is no CSV: {error}") from error

    def _cells(self, lines: csv.DictReader[str], column: str) -> list[_Row]:
        told = lines.fieldnames or ()
        time = next((name for name in _TIMES if name in told), "")
        lacking = [name for name in (*_KEYS, *([column] if column else [])) if name not in told]
        if lacking or not time:
            raise self._service.malformed(f"has no column {', '.join(lacking) or 'Year'}")
        return [
            _Row(line["Entity"], line["Code"] or "", line[time] or "", line.get(column) or "")
            for line in islice(lines, _MAX_ROWS)
            if line.get(column) or not column
        ]

    def _code(self, text: str) -> str:
        stated = text.strip()
        if known := code_of(stated):
            return known
        if stated.upper().startswith("OWID_"):
            return stated.upper()
        chosen = one_of(stated, self._resolved(stated), self.name)
        return chosen.id.removeprefix(f"{self.id}:")

    def _resolved(self, text: str) -> tuple[Candidate, ...]:
        known = ranked(text, self._options(countries()))
        if known and known[0].score == EXACT:
            return known
        rows, _ = self._rows(_ROSTER, "", {"time": "latest"})
        there = tuple(Option(row.code, (row.place,)) for row in rows if row.code)
        own = {option.id for option in countries()}
        groups = tuple(option for option in there if option.id not in own)
        return ranked(text, self._options((*countries(), *groups)))

    def _options(self, options: tuple[Option, ...]) -> list[Option]:
        return [Option(f"{self.id}:{o.id}", o.names, o.description) for o in options]


def _reading(row: _Row, unit: str) -> Reading:
    """A number, or the category that some charts show."""
    try:
        return number_reading(Decimal(row.text), unit, row.time)
    except InvalidOperation:
        return Reading(row.text, period=row.time)


def _is_of(fact: Fact, codes: list[str]) -> bool:
    """Whether a fact is of one of the places, or, without any, of a country."""
    code = re.split("[/:]", fact.entity.id, maxsplit=1)[1]
    return code in codes if codes else bool(_COUNTRY.fullmatch(code))
