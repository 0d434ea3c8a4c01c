"""Periods and numbers in a question, in both languages, in the spellings of the fact table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tools.types import Period, Quantity

_SCALES = {
    "thousand": 10**3, "k": 10**3, "million": 10**6, "mn": 10**6, "m": 10**6, "billion": 10**9,
    "bn": 10**9, "b": 10**9, "trillion": 10**12, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7,
    "亿": 10**8, "十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12,
}  # fmt: skip
_UNITS = {
    "km": "km", "kilometre": "km", "kilometer": "km", "公里": "km", "千米": "km", "km2": "km2",
    "km²": "km2", "sq km": "km2", "square kilometre": "km2", "square kilometer": "km2",
    "平方公里": "km2", "metre": "m", "meter": "m", "米": "m", "%": "%", "percent": "%", "dollar": "USD",
    "usd": "USD", "美元": "USD", "kelvin": "K", "k": "K", "开": "K", "hour": "h", "小时": "h", "year": "years",
    "岁": "years",
}  # fmt: skip
_ORDINAL = {"first": 1, "second": 2, "third": 3, "fourth": 4, "一": 1, "二": 2, "三": 3, "四": 4}
_NUMBER = re.compile(
    r"(?<![A-Za-z\d.@#%])(?P<sign>[-−])?[$€]?(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s?"
    r"(?P<scale>(?:thousand|million|billion|trillion|mn|bn)\b|万亿|千亿|百亿|十亿|千万|百万|亿|万|千(?!米)|[kKmMbB]\b(?=\s*(?:people|dollars|usd)\b))?\s?"
    r"(?P<unit>square kilomet(?:re|er)s?|sq km|km²|km2|km\b|kilomet(?:re|er)s?|met(?:re|er)s?\b|m\b|percent|%|dollars?|usd\b|kelvins?|K\b|hours?|years?(?= old)|平方公里|公里|千米|米|美元|小时|岁|开)?",
    re.IGNORECASE | re.ASCII,
)
_YEAR = r"(?:1[4-9]\d\d|20\d\d)"
_PERIODS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(rf"\b(?P<y>{_YEAR})\s?[-/]?\s?q(?P<q>[1-4])\b", re.IGNORECASE | re.ASCII),
        "quarter",
    ),
    (
        re.compile(
            rf"\bq(?P<q>[1-4])\s?(?:of\s|in\s|,\s?|/|-)?\s?(?:fy\s?)?(?P<y>{_YEAR})\b",
            re.IGNORECASE | re.ASCII,
        ),
        "quarter",
    ),
    (
        re.compile(
            rf"\b(?P<w>first|second|third|fourth)[ -]quarter (?:of |in )?(?P<y>{_YEAR})\b",
            re.IGNORECASE | re.ASCII,
        ),
        "quarter",
    ),
    (re.compile(rf"(?P<y>{_YEAR})\s?年?\s?第?(?P<w>[一二三四1-4])季度?"), "quarter"),
    (
        re.compile(rf"\b(?:fy|fiscal(?: year)?)\s?(?P<y>{_YEAR})\b", re.IGNORECASE | re.ASCII),
        "fiscal",
    ),
    (re.compile(rf"(?P<y>{_YEAR})\s?财年"), "fiscal"),
    (re.compile(rf"(?P<y>{_YEAR})\s?年"), "year"),
    (re.compile(rf"(?<![\d.,$])(?P<y>{_YEAR})(?!\d|,\d{3}|\.\d)"), "year"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """A period or number and where the question says it."""

    start: int
    end: int
    kind: str
    target: Period | Quantity


def periods(text: str) -> Iterator[Measured]:
    """Every period that the text names."""
    for pattern, kind in _PERIODS:
        for match in pattern.finditer(text):
            yield Measured(
                match.start(), match.end(), f"period {kind}", Period(_spelled(match, kind))
            )


def _spelled(match: re.Match[str], kind: str) -> str:
    year = match["y"]
    if kind == "fiscal":
        return f"FY{year}"
    if kind == "year":
        return year
    groups = match.groupdict()
    quarter = groups.get("q") or groups["w"].lower()
    return f"{year}Q{_ORDINAL.get(quarter, quarter)}"


def quantities(text: str) -> Iterator[Measured]:
    """Every number that the text names, scaled to base units."""
    for match in _NUMBER.finditer(text):
        yield Measured(
            match.start(), match.start() + len(match[0].rstrip()), "number", _quantity(match)
        )


def _quantity(match: re.Match[str]) -> Quantity:
    number = Decimal(match["digits"].replace(",", ""))
    if match["sign"]:
        number = -number
    scale = (match["scale"] or "").lower()
    unit = (match["unit"] or "").lower().strip()
    return Quantity(
        number * _SCALES.get(scale, 1), _UNITS.get(unit, _UNITS.get(unit.rstrip("s"), unit))
    )
