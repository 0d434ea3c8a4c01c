"""Companies of the S&P 500, Tesla's quarters, and the 10-K figures of Apple, Microsoft and Tesla.

Guarantees: base units, capital expenditure positive, Apple's rows in dollars, one row per distinct filed value.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from math import log10

from tools.facts.draft import Draft, Statement, Thing
from tools.facts.names import company_variants, is_everyday, variants
from tools.facts.quantity import parse_number, plain
from tools.facts.raw import Raw, Row

# Two share classes of one company.
SAME = {
    "company/GOOG": "company/GOOGL",
    "company/FOX": "company/FOXA",
    "company/NWS": "company/NWSA",
}
TEXT_FIELDS = frozenset({"sector", "industry", "headquarters", "index_date"})
UNITS = {
    "price_earnings": "ratio",
    "dividend_yield": "%",
    "deliveries": "vehicles",
    "production": "vehicles",
    "storage_deployed": "GWh",
}
PERCENT_FIELDS = frozenset({"gross_margin", "operating_margin"})
VEHICLES = frozenset({"deliveries", "production"})
SCALES = {"_b": Decimal(10**9), "_millions": Decimal(10**6), "_mwh": Decimal("0.001")}
# Apple's filings after 2009 were read as if "in millions" meant thousands, statement by statement.
APPLE_LEAST_USD = Decimal(10**9)
# Where one label holds several values of a year, the consolidated one is the largest; cash is the smallest (the sum with securities is larger).
SMALLEST_IS_TOTAL = frozenset({"cash"})
COMPANY_WEIGHT = 3.0


def read(raw: Raw, draft: Draft) -> None:
    """Read every company and its figures."""
    _enter(raw, draft)
    filed: dict[tuple[str, str, str], dict[str, list[Statement]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in raw.rows("company"):
        column = raw.column(row)
        if column is None or row.entity_id in SAME:
            continue
        said = Statement(
            row.entity_id,
            column.field,
            row.value,
            None,
            _unit(row, column.field),
            _period(row, column.field),
            row.source,
            rank=column.rank,
        )
        if row.source.startswith("sec:"):
            filed[said.entity_id, said.field, said.period][said.source].append(said)
        else:
            _state(said, row, draft)
    for by_filing in filed.values():
        for said in _distinct([_total(stated) for stated in by_filing.values()]):
            draft.say(said)


def _enter(raw: Raw, draft: Draft) -> None:
    names: dict[str, set[str]] = defaultdict(set)
    members, caps = set(), {}
    for row in raw.rows("company"):
        entity_id = SAME.get(row.entity_id, row.entity_id)
        names[entity_id].add(_usual(row.name))
        members.update([entity_id] if row.source == "sp500" else [])
        if row.property == "Market Cap":
            caps[entity_id] = parse_number(row.value) or Decimal(1)
    for entity_id, spellings in names.items():
        _name(draft, entity_id, spellings, entity_id in members, caps.get(entity_id, Decimal(1)))
    for other, entity_id in SAME.items():
        if entity_id in draft.things:
            draft.alias(other.partition("/")[2], entity_id)


def _usual(name: str) -> str:
    """`Alphabet Inc. (Class A)` -> `Alphabet Inc.`; `Home Depot (The)` -> `The Home Depot`."""
    return re.sub(r"^(.*) \(The\)$", r"The \1", re.sub(r" \(Class [A-C]\)", "", name))


def _name(draft: Draft, entity_id: str, spellings: set[str], is_member: bool, cap: Decimal) -> None:
    ticker = entity_id.partition("/")[2]
    full = min(spellings - {ticker} or spellings, key=lambda name: (len(name), name))
    short = (
        next(company_variants(full), full) if re.search(r"Inc\.?$|Corp\.?$|^The ", full) else full
    )
    draft.thing(
        Thing(
            entity_id, "company", short, COMPANY_WEIGHT + log10(max(float(cap), 1)) / 4, is_member
        )
    )
    draft.alias(f"${ticker}", entity_id)
    if len(ticker) > 2 and not is_everyday(ticker):
        draft.alias(ticker, entity_id)
    for name in sorted(spellings - {ticker}):
        draft.alias(name, entity_id)
        for variant in (*company_variants(name), *variants(name)):
            draft.alias(variant, entity_id)


def _period(row: Row, field: str) -> str:
    return "" if field in TEXT_FIELDS or field == "founded" else row.period


def _unit(row: Row, field: str) -> str:
    if field in UNITS:
        return UNITS[field]
    if field in PERCENT_FIELDS:
        return "%"
    return "" if field in TEXT_FIELDS or field == "founded" else "USD"


def _state(said: Statement, row: Row, draft: Draft) -> None:
    if said.field in TEXT_FIELDS:
        draft.say(said)
        return
    if said.field == "founded":
        year = re.search(r"\d{4}", said.value)
        draft.measure(said, Decimal(year[0]) if year else None)
        return
    number = parse_number(said.value)
    for suffix, scale in SCALES.items():
        if number is not None and row.property.endswith(suffix):
            number *= scale
    if number is not None and said.field == "dividend_yield":
        number *= 100
    draft.measure(said, abs(number) if number is not None and said.field == "capex" else number)


def _total(stated: list[Statement]) -> Statement:
    """The consolidated value of one filing, its sign and scale mended."""
    best = min(said.rank for said in stated)
    numbers = [parse_number(said.value) or Decimal(0) for said in stated if said.rank == best]
    field, entity_id = stated[0].field, stated[0].entity_id
    number = min(numbers) if field in SMALLEST_IS_TOTAL else max(numbers, key=abs)
    if field == "capex":
        number = abs(number)
    if entity_id == "company/AAPL" and field != "eps" and abs(number) < APPLE_LEAST_USD:
        number *= 1000
    return replace(stated[0], value=plain(number), number=number, rank=_age(stated[0].source))


def _age(source: str) -> int:
    """Newer filings first: `sec:0000320193-25-000079` was filed in 2025."""
    return 100 - int(source.split("-")[1])


def _distinct(filings: list[Statement]) -> list[Statement]:
    """One row per value, from the newest filing that states it; a rounding of another value is no value of its own."""
    kept: list[Statement] = []
    for said in sorted(filings, key=lambda said: said.rank):
        if not any(_is_rounding(said, other) for other in kept):
            kept.append(said)
    return kept


def _is_rounding(one: Statement, other: Statement) -> bool:
    first, second = one.number or Decimal(0), other.number or Decimal(0)
    return any(
        a == b.quantize(Decimal(1).scaleb(_zeros(a))) for a, b in ((first, second), (second, first))
    )


def _zeros(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return min(exponent, 6) if isinstance(exponent, int) else 0
