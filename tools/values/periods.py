"""Periods and dates as people spell them, brought to the table's spelling; their order and distance.

Guarantees: `2025` and `FY2025` stay two periods; a date is compared no finer than both sides are known.
Does not guarantee: that the table has anything for a period that can be spelled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tools.facts.periods import newest_first

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "一": 1, "二": 2, "三": 3, "四": 4}
_MONTH_NAMES = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS)
_SPELLINGS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<y>\d{4})\s*[-/]?\s*q(?P<q>[1-4])",
        r"q(?P<q>[1-4])\s*(?:of\s|in\s|[,/-])?\s*(?P<y>\d{4})",
        r"(?:the )?(?P<q>first|second|third|fourth)[ -]quarter,? (?:of |in )?(?P<y>\d{4})",
        r"(?P<y>\d{4})\s*年?\s*第?(?P<q>[一二三四1-4])季度?",
        r"(?P<fy>fy|fiscal(?: year)?)\s*(?P<y>\d{4})",
        r"(?P<y>\d{4})\s*(?P<fy>财年|财政年度)",
        r"(?P<y>\d{4})-(?P<m>\d{1,2})(?:-(?P<d>\d{1,2}))?",
        r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})日)?",
        rf"(?P<m>{_MONTH_NAMES})\.?(?: (?P<d>\d{{1,2}}))?,? (?P<y>\d{{4}})",
        rf"(?P<d>\d{{1,2}}) (?P<m>{_MONTH_NAMES})\.? (?P<y>\d{{4}})",
        r"(?:the )?(?:year )?(?P<y>\d{3,4})\s*年?",
    )
)
MAX_OFFERS = 8


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as far as it is known: month and day are 0 where they are not."""

    year: int
    month: int = 0
    day: int = 0


def read_period(text: str) -> str | None:
    """The table's spelling of a period or date, or None where the text is neither."""
    found = _match(text)
    if found is None:
        return None
    year, quarter = found["y"] or "", found.get("q")
    if found.get("fy"):
        return f"FY{year}"
    if quarter:
        return f"{year}Q{_QUARTERS.get(quarter.lower(), quarter)}"
    moment = _moment(found)
    parts = (f"{part:02d}" for part in (moment.month, moment.day) if part)
    return "-".join([year, *parts])


def read_moment(text: str) -> Moment | None:
    """The date that a text states; of a quarter or fiscal year only the year counts."""
    found = _match(text)
    return None if found is None else _moment(found)


def _match(text: str) -> dict[str, str | None] | None:
    stated = text.strip()
    found = next((m for pattern in _SPELLINGS if (m := pattern.fullmatch(stated))), None)
    return found.groupdict() if found and _is_real(found.groupdict()) else None


def _is_real(parts: dict[str, str | None]) -> bool:
    moment = _moment(parts)
    return moment.year > 0 and moment.month <= 12 and moment.day <= 31


def _moment(parts: dict[str, str | None]) -> Moment:
    month = _month(parts.get("m") or "0")
    day = int(parts.get("d") or 0) if month else 0
    return Moment(int(parts["y"] or 0), month, day)


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return next(n for n, name in enumerate(_MONTHS, 1) if name.startswith(text.upper().lower()[:3]))


def order(moment: Moment, wanted: Moment) -> int | None:
    """-1, 0 or 1 at the precision of `wanted`; None where `moment` is known too coarsely to tell."""
    pairs = ((moment.year, wanted.year), (moment.month, wanted.month), (moment.day, wanted.day))
    for known, asked in pairs:
        if not asked:
            return 0
        if not known:
            return None
        if known != asked:
            return -1 if known < asked else 1
    return 0


def full_years(one: Moment, other: Moment) -> int:
    """Full years between two dates, whichever comes first; calendar years where days are unknown."""
    first, last = sorted((one, other), key=lambda m: (m.year, m.month, m.day))
    years = last.year - first.year
    if not (first.month and last.month):
        return years
    days_known = first.day and last.day
    before = (last.month, last.day if days_known else 0) < (
        first.month,
        first.day if days_known else 0,
    )
    return years - before


def is_other_reading(period: str, wanted: str) -> bool:
    """Whether one is the fiscal and the other the calendar reading of the same year or quarter.

    No other period may stand in for the wanted one: the value of a neighbour is another answer.
    """
    return period != wanted and period.removeprefix("FY") == wanted.removeprefix("FY") != ""


def nearest(periods: Iterable[str], wanted: str) -> tuple[str, ...]:
    """The distinct periods closest to the wanted one, closest first."""
    goal = _middle(wanted)
    dated = {period for period in periods if period}
    ranked = sorted(dated, key=lambda p: (abs(_middle(p) - goal), newest_first(p), p))
    return tuple(ranked[:MAX_OFFERS])


def _middle(period: str) -> float:
    """The middle of a period in months."""
    found = _match(period)
    if found is None:
        return 0.0
    quarter, moment = found.get("q"), _moment(found)
    month = 3 * int(quarter) - 1.5 if quarter else moment.month - 0.5 if moment.month else 6
    return 12 * moment.year + month
