"""The 10-K figures of Apple, Microsoft and Tesla: one row per field, year and distinct filed value.

Guarantees: dollars, shares and dollars per share in base units; what is paid out is positive.
Does not guarantee: comparability over the years; labels drift, and restated figures stand beside the first ones.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from tools.facts.draft import Draft, Statement
from tools.facts.fields import unit_of
from tools.facts.quantity import parse_number, plain
from tools.facts.raw import Column, Raw, Row

# Filings write these with either sign.
PAID_OUT = frozenset(
    {
        "capex",
        "buybacks",
        "dividends_paid",
        "acquisitions",
        "debt_repaid",
        "interest_expense",
        "investments_bought",
    }
)
PER_SHARE = frozenset({"eps", "eps_basic", "dividends_per_share"})
# A label may stand for several lines of a statement; the first is the whole, but for sums at the foot of their parts.
FOOT_OF_ITS_PARTS = frozenset({"automotive_revenue"})
# What tells the scale of each of Apple's statements: where it is below, "in millions" was read as thousands.
APPLE_TOTALS = frozenset(
    {
        "income/Gross Profit",
        "balance/Total Assets",
        "cashflow/Net Cash from Operating Activities",
    }
)
APPLE_LEAST_TOTAL = Decimal(10**9)
MILLION, THOUSAND = Decimal(10**6), Decimal(1000)
# Shares are filed in millions or, where the count would have more digits, in thousands.
SHARES_IN_THOUSANDS_FROM = Decimal(100_000)


def read(raw: Raw, draft: Draft) -> None:
    """Read every filed figure that a field wants."""
    scales = _apple_scales(raw)
    filed: dict[tuple[str, str, str], dict[str, list[Statement]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in raw.rows("company"):
        column = raw.column(row)
        if column and is_filed(row):
            said = _statement(row, column, scales)
            filed[said.entity_id, said.field, said.period][said.source].append(said)
    for by_filing in filed.values():
        for said in _distinct([_whole(stated) for stated in by_filing.values()]):
            draft.say(said)


def is_filed(row: Row) -> bool:
    """Whether a row comes from a filing."""
    return row.source.startswith("sec:")


def _statement_key(row: Row) -> tuple[str, str]:
    return row.source, row.property.partition("/")[0]


def _apple_scales(raw: Raw) -> dict[tuple[str, str], Decimal]:
    """What the amounts of each of Apple's statements must be multiplied by."""
    return {
        _statement_key(row): THOUSAND
        for row in raw.rows("company")
        if row.entity_id == "company/AAPL"
        and row.property in APPLE_TOTALS
        and abs(parse_number(row.value) or Decimal(0)) < APPLE_LEAST_TOTAL
    }


def _statement(row: Row, column: Column, scales: dict[tuple[str, str], Decimal]) -> Statement:
    number = parse_number(row.value) or Decimal(0)
    number *= _scale(row, column.field, number, scales)
    if column.field in PAID_OUT:
        number = abs(number)
    return Statement(
        row.entity_id,
        column.field,
        plain(number),
        number,
        unit_of(column.field),
        row.period,
        row.source,
        rank=column.rank,
    )


def _scale(
    row: Row, field: str, number: Decimal, scales: dict[tuple[str, str], Decimal]
) -> Decimal:
    if field in PER_SHARE:
        return Decimal(1)
    if unit_of(field) == "shares":
        return THOUSAND if number >= SHARES_IN_THOUSANDS_FROM else MILLION
    if row.unit == "as filed":
        return MILLION
    return scales.get(_statement_key(row), Decimal(1))


def _whole(stated: list[Statement]) -> Statement:
    """The consolidated value among the lines of one filing under the best label."""
    best = min(said.rank for said in stated)
    lines = [said for said in stated if said.rank == best]
    is_foot = lines[0].field in FOOT_OF_ITS_PARTS
    whole = max(lines, key=lambda said: said.number or Decimal(0)) if is_foot else lines[0]
    return replace(whole, rank=_age(whole.source))


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
