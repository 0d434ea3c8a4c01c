"""SEC EDGAR company concepts: `sec:TSLA`, `sec:Tesla`, `sec:1318605`.

Each field is an ordered list of tags in native.toml; the first that tells the period is used and named in the fact.
The rules for periods are in `tools/sources/filings.py`. SEC answers an unknown tag with 404 and XML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pydantic import BaseModel, TypeAdapter

from tools.facts.names import company_variants
from tools.sources.answers import Service, Unanswered, finding, nothing, or_failed
from tools.sources.bundled import entity as bundled_entity
from tools.sources.filings import Concept, Difference, Span, Statement
from tools.sources.matching import Option, one_of, ranked
from tools.sources.types import Candidate, Finding, Found
from tools.sources.values import Teller, number_reading, scalar
from tools.sources.vocabulary import Native, Vocabulary
from tools.types import Entity, Fact, FieldRef, Reason, Scalar
from tools.values.periods import nearest
from tools.web.types import Web

TICKERS = "https://www.sec.gov/files/company_tickers.json"
CONCEPT = "https://data.sec.gov/api/xbrl/companyconcept/CIK{cik:010d}/{taxonomy}/{tag}.json"
FILING = "https://www.sec.gov/Archives/edgar/data/{cik}/{folder}/{accession}-index.htm"
_CIK = re.compile(r"(?:CIK)?0*(\d{1,10})", re.IGNORECASE)
_CURRENT_DAYS = 400  # a tag with a filing younger than this is in use; no other has anything newer
_PREFIX = "company/"
_NO_SUMS = ("/", "shares", "pure")


class _Company(BaseModel):
    cik_str: int
    ticker: str
    title: str


class _Number(BaseModel):
    start: date | None = None
    end: date
    val: Decimal
    accn: str
    fy: int | None = None
    form: str
    filed: date


class _Concept(BaseModel):
    cik: int
    taxonomy: str
    tag: str
    entityName: str  # noqa: N815 - as SEC spells it
    units: Mapping[str, list[_Number]]


_COMPANIES = TypeAdapter(Mapping[str, _Company])
_CONCEPT = TypeAdapter(_Concept)


@dataclass(frozen=True, slots=True)
class _Told:
    """One tag of one company: who says it, in which unit, and all its statements."""

    teller: Teller
    company: Entity
    cik: int
    native: str
    unit: str
    is_sum: bool
    concept: Concept

    def facts(self, field: str, period: str, span: Span) -> Iterator[Fact]:
        """A fact for each value that is told of the span."""
        for told in span.statements:
            url = FILING.format(
                cik=self.cik, folder=told.accession.replace("-", ""), accession=told.accession
            )
            note = f"{told.span}; {told.form} filed {told.filed}"
            origin = self.teller.source(url, told.accession, self.native, note)
            reading = number_reading(told.value, self.unit, period)
            yield self.teller.fact(self.company, field, reading, origin)


class Sec:
    """The numbers in companies' reports to the Securities and Exchange Commission."""

    id = "sec"
    name = "SEC EDGAR"
    licence = "public domain"
    homepage = "https://www.sec.gov/search-filings"

    def __init__(self, web: Web) -> None:
        self._service = Service(web, self.name)
        self._fields = Vocabulary(self.id, r"(?:us-gaap|ifrs-full|dei|srt):[A-Za-z0-9]+")

    def fields(self, entity: str = "") -> tuple[FieldRef, ...]:
        """The fields with tags of their own; any other goes by its tag (`us-gaap:Goodwill`)."""
        return self._fields.fields

    @or_failed
    def resolve(self, text: str, lang: str) -> tuple[Candidate, ...]:
        """The companies of that ticker or name."""
        return self._resolved(text, self._companies())

    @or_failed
    def get(self, entity: str, field: str, period: str | None = None) -> Found:
        """A company's figure; the newest period without one, with the series of its tag behind it."""
        native = self._fields.meant(field)
        cik, company = self._company(entity)
        told = self._tags(cik, company, native)
        return _newest(told, native) if period is None else _of(told, native, period)

    def check(self) -> Finding:
        """The list of companies, which is asked for anyway."""
        return finding(self.id, lambda: f"answers: {len(self._companies(is_fresh=True))} companies")

    def _companies(self, *, is_fresh: bool = False) -> tuple[_Company, ...]:
        told, _ = self._service.json(TICKERS, {}, _COMPANIES, is_fresh=is_fresh)
        return tuple(told.values())

    def _company(self, text: str) -> tuple[int, Entity | None]:
        """The number of the one company meant, and the facts' own entity where they know it."""
        stated = text.strip().removeprefix(_PREFIX)
        number = _CIK.fullmatch(stated)
        companies = self._known() if number else self._companies()
        if number:
            cik = int(number[1])
        else:
            chosen = one_of(stated, self._resolved(stated, companies), self.name)
            cik = int(chosen.id.removeprefix(f"{self.id}:"))
        tickers = (company.ticker for company in companies if company.cik_str == cik)
        known = (bundled_entity(f"{_PREFIX}{ticker}", "company") for ticker in tickers)
        return cik, next((entity for entity in known if entity), None)

    def _known(self) -> tuple[_Company, ...]:
        """The companies, where they only serve to tell a name; none where SEC does not say."""
        try:
            return self._companies()
        except Unanswered:
            return ()

    def _resolved(self, text: str, companies: tuple[_Company, ...]) -> tuple[Candidate, ...]:
        """One candidate a company; a ticker in capitals is the company."""
        stated = text.strip()
        named: dict[int, list[str]] = {}
        for company in companies:
            named.setdefault(company.cik_str, [company.title]).append(company.ticker)
        exact = [cik for cik, names in named.items() if stated in names[1:]]
        options = (
            Option(f"{self.id}:{cik}", (*names, *company_variants(names[0])), ", ".join(names[1:]))
            for cik, names in named.items()
            if not exact or cik in exact
        )
        return ranked(stated, options)

    def _tags(self, cik: int, company: Entity | None, native: Native) -> Iterator[_Told]:
        """What the company says under each tag, in order, leaving out the tags it does not use."""
        for tag in native.names:
            try:
                yield self._told(cik, company, native, tag)
            except Unanswered as end:
                if end.failed.reason is not Reason.NOT_FOUND:
                    raise

    def _told(self, cik: int, company: Entity | None, native: Native, tag: str) -> _Told:
        taxonomy, _, name = tag.rpartition(":")
        url = CONCEPT.format(cik=cik, taxonomy=taxonomy or "us-gaap", tag=name)
        told, page = self._service.json(url, {}, _CONCEPT)
        unit = _unit(told.units, native.unit)
        return _Told(
            teller=Teller(self.name, self.licence, page),
            company=company or Entity(f"{self.id}:{cik}", told.entityName, "company"),
            cik=cik,
            native=f"{told.taxonomy}:{told.tag}",
            unit=native.unit if native.unit and unit.startswith(native.unit) else unit,
            is_sum=not any(part in unit for part in _NO_SUMS),
            concept=Concept(_statement(number) for number in told.units.get(unit, ())),
        )


def _statement(number: _Number) -> Statement:
    return Statement(
        number.start, number.end, number.val, number.form, number.filed, number.accn, number.fy
    )


def _unit(units: Mapping[str, list[_Number]], wanted: str) -> str:
    """The unit asked for, or an amount of it a share; else the one with the most numbers."""
    fitting = [unit for unit in (wanted, f"{wanted}/shares") if unit in units]
    return fitting[0] if fitting else max(units, key=lambda unit: len(units[unit]), default="")


def _newest(told: Iterator[_Told], native: Native) -> Scalar:
    """The newest period that any tag tells, the first of several, with that tag's series."""
    best: _Told | None = None
    for one in told:
        if best is None or one.concept.newest > best.concept.newest:
            best = one
        age = one.teller.page.retrieved_at.date() - one.concept.newest
        if age.days <= _CURRENT_DAYS:
            break
    series = list(best.concept.series()) if best else []
    if best is None or not series:
        raise nothing(Reason.NO_VALUE, f"the company reports no {native.label}{_under(native)}")
    return scalar(fact for period, span in series for fact in best.facts(native.id, period, span))


def _of(told: Iterator[_Told], native: Native, period: str) -> Scalar:
    """The value of a period under the first tag that tells it, as stated or as a difference."""
    known: list[_Told] = []
    for one in told:
        known.append(one)
        if stated := one.concept.of(period):
            name, span = stated
            return scalar(one.facts(native.id, name, span))
        if one.is_sum and (difference := one.concept.derived(period)):
            return _differing(one, native.id, period, difference)
    raise _untold(known, native, period)


def _differing(told: _Told, field: str, period: str, difference: Difference) -> Scalar:
    """A quarter with the two stretches it was worked out from."""
    longer, shorter = difference.longer, difference.shorter
    facts = [
        fact
        for span in (longer, shorter)
        for fact in told.facts(field, told.concept.period(span.best) or span.best.span, span)
    ]
    return Scalar(
        difference.quarter.value,
        told.unit,
        period,
        tuple(facts),
        disagrees=len(facts) > len((longer, shorter)),
        derivation=f"{_shown(longer)} − {_shown(shorter)}",
    )


def _shown(span: Span) -> str:
    return f"{span.best.value} ({span.best.span})"


def _untold(known: list[_Told], native: Native, period: str) -> Unanswered:
    """Why no tag has a value of the period."""
    if not known:
        return nothing(Reason.NO_VALUE, f"the company reports no {native.label}{_under(native)}")
    within = next((one for one in known if one.concept.has_stretch_to(period)), None)
    if within:
        why = "no other stretch begins on the same day" if within.is_sum else "it is no sum"
        detail = f"{within.native} is told of {period} only within a longer stretch, and {why}"
        return nothing(Reason.NOT_DERIVABLE, f"{detail}: the quarter is not derivable")
    periods = [name for one in known for name, _ in one.concept.series()]
    near = nearest(periods, period)
    detail = f"no {native.label} for {period} in the reports; nearest: {', '.join(near) or 'none'}"
    return nothing(Reason.NO_VALUE_FOR_PERIOD, detail, near)


def _under(native: Native) -> str:
    return f" (asked: {', '.join(native.names)})"
