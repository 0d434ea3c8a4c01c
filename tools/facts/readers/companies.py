"""Companies of the S&P 500, Tesla's quarters, and where Teslas were registered.

Guarantees: base units, capital expenditure positive; registrations are facts of the country.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from math import log10

from tools.facts.countries import Atlas
from tools.facts.draft import Draft, Statement, Thing
from tools.facts.fields import unit_of
from tools.facts.names import company_variants, is_everyday, variants
from tools.facts.quantity import parse_number
from tools.facts.raw import Raw, Row
from tools.facts.readers.filings import is_filed

# Two share classes of one company.
SAME = {
    "company/GOOG": "company/GOOGL",
    "company/FOX": "company/FOXA",
    "company/NWS": "company/NWSA",
}
TEXT_FIELDS = frozenset({"sector", "industry", "headquarters", "index_date"})
SCALES = {"_b": Decimal(10**9), "_millions": Decimal(10**6), "_mwh": Decimal("0.001")}
REGISTRATIONS = "tesla_registrations"
COMPANY_WEIGHT = 3.0


def read(raw: Raw, draft: Draft, atlas: Atlas) -> None:
    """Read every company and its figures, but for what is filed."""
    _enter(raw, draft)
    for row in raw.rows("company"):
        column = raw.column(row)
        if column is None or row.entity_id in SAME or is_filed(row):
            continue
        if column.field == REGISTRATIONS:
            _registered(row, draft, atlas)
            continue
        said = Statement(
            row.entity_id,
            column.field,
            row.value,
            None,
            unit_of(column.field),
            _period(row, column.field),
            row.source,
            rank=column.rank,
        )
        _state(said, row, draft)


def _registered(row: Row, draft: Draft, atlas: Atlas) -> None:
    """`registrations/CZECH_REPUBLIC` is a fact of the Czech Republic."""
    country = atlas.by_name(row.property.partition("/")[2].replace("_", " "))
    if country is None:
        draft.dropped[REGISTRATIONS] += 1
        return
    said = Statement(
        country, REGISTRATIONS, row.value, None, unit_of(REGISTRATIONS), row.period, row.source
    )
    draft.measure(said, parse_number(row.value))


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
