"""Periods in the fact table's spelling (`2025Q3`, `FY2025`, `2024-11`, `2024`, `2024-11-05`).

Ordering, neighbours, and how each is said in English and Chinese.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from agent.types import Language

_QUARTER = re.compile(r"(\d{4})Q([1-4])")
_FISCAL = re.compile(r"FY(\d{4})")
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_ORDINALS = ("first", "second", "third", "fourth")
_NUMERALS = "一二三四"


class Grain(StrEnum):
    """How long a period is."""

    QUARTER = "quarter"
    FISCAL = "fiscal year"
    MONTH = "month"
    YEAR = "year"
    DAY = "day"
    OTHER = "other"


class Moment(NamedTuple):
    """A period taken apart: grain, year, and the quarter, month or day within it (0 where none)."""

    grain: Grain
    year: int
    part: int = 0
    day: int = 0


def moment(period: str) -> Moment:
    """Take a period apart; anything unknown is of grain OTHER."""
    if match := _QUARTER.fullmatch(period):
        return Moment(Grain.QUARTER, int(match[1]), int(match[2]))
    if match := _FISCAL.fullmatch(period):
        return Moment(Grain.FISCAL, int(match[1]))
    if match := _DATE.fullmatch(period):
        return _date(int(match[1]), int(match[2] or 0), int(match[3] or 0))
    return Moment(Grain.OTHER, 0)


def _date(year: int, month: int, day: int) -> Moment:
    if not 1 <= month <= 12:
        return Moment(Grain.YEAR, year)
    return Moment(Grain.DAY if 1 <= day <= 31 else Grain.MONTH, year, month, day)


def spelled(when: Moment) -> str:
    """The fact table's spelling of a moment."""
    match when.grain:
        case Grain.QUARTER:
            return f"{when.year}Q{when.part}"
        case Grain.FISCAL:
            return f"FY{when.year}"
        case Grain.MONTH:
            return f"{when.year}-{when.part:02}"
        case Grain.DAY:
            return f"{when.year}-{when.part:02}-{when.day:02}"
        case _:
            return str(when.year)


def shifted(period: str, by: int) -> str | None:
    """The period `by` steps later (earlier where negative), or None where steps mean nothing."""
    when = moment(period)
    per_year = {Grain.QUARTER: 4, Grain.MONTH: 12, Grain.YEAR: 1, Grain.FISCAL: 1}.get(when.grain)
    if per_year is None:
        return None
    if per_year == 1:
        return spelled(when._replace(year=when.year + by))
    steps = when.year * per_year + when.part - 1 + by
    return spelled(when._replace(year=steps // per_year, part=steps % per_year + 1))


def year_ago(period: str) -> str | None:
    """The same quarter or month a year earlier; None for years, whose previous period it is."""
    steps = {Grain.QUARTER: -4, Grain.MONTH: -12}.get(moment(period).grain)
    return shifted(period, steps) if steps else None


def between(first: str, last: str) -> tuple[str, ...]:
    """Every period from `first` to `last`, both included."""
    if moment(first).grain is not moment(last).grain:
        return (first, last)
    found = [first]
    while found[-1] < last and (following := shifted(found[-1], 1)) is not None:
        found.append(following)
    return tuple(found)


def holes(periods: tuple[str, ...]) -> tuple[str, ...]:
    """The periods that a history, oldest first, leaves out between its ends."""
    if len(periods) < 2:
        return ()
    return tuple(p for p in between(periods[0], periods[-1]) if p not in periods)


def said(period: str, lang: Language) -> str:
    """The period in words, as a sentence says it."""
    when = moment(period)
    return _said_zh(when, period) if lang == "zh" else _said_en(when, period)


def _said_en(when: Moment, period: str) -> str:
    match when.grain:
        case Grain.QUARTER:
            return f"the {_ORDINALS[when.part - 1]} quarter of {when.year}"
        case Grain.FISCAL:
            return f"fiscal {when.year}"
        case Grain.MONTH:
            return f"{_MONTHS[when.part - 1]} {when.year}"
        case Grain.DAY:
            return f"{when.day} {_MONTHS[when.part - 1]} {when.year}"
        case Grain.YEAR:
            return str(when.year)
        case _:
            return period


def _said_zh(when: Moment, period: str) -> str:
    match when.grain:
        case Grain.QUARTER:
            return f"{when.year}年第{_NUMERALS[when.part - 1]}季度"
        case Grain.FISCAL:
            return f"{when.year}财年"
        case Grain.MONTH:
            return f"{when.year}年{when.part}月"
        case Grain.DAY:
            return f"{when.year}年{when.part}月{when.day}日"
        case Grain.YEAR:
            return f"{when.year}年"
        case _:
            return period


def brief(period: str, lang: Language) -> str:
    """The period as a table or an axis shows it."""
    when = moment(period)
    if when.grain is Grain.QUARTER:
        return f"{when.year}年Q{when.part}" if lang == "zh" else f"Q{when.part} {when.year}"
    if when.grain is Grain.FISCAL and lang == "en":
        return f"FY {when.year}"
    return said(period, lang) if when.grain is not Grain.YEAR else str(when.year)


def pointed(period: str, lang: Language) -> str:
    """The period as a sentence points at it beside another: short in English, whole in Chinese."""
    return said(period, lang) if lang == "zh" else brief(period, lang)


def steps_said(period: str, n: int, lang: Language) -> str:
    """`n` periods of this one's grain: "11 quarters", "11个季度"."""
    grain = moment(period).grain
    if lang == "zh":
        words = {Grain.QUARTER: "个季度", Grain.MONTH: "个月", Grain.FISCAL: "个财年"}
        return f"{n}{words.get(grain, '个年份')}"
    word = grain.value if grain in {Grain.QUARTER, Grain.MONTH, Grain.FISCAL} else "year"
    return f"{n} {word}s"
