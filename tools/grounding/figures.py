"""The numbers in a sentence with their units, and the years it speaks of.

Guarantees: exact decimals in base units, with how far each was rounded. Does not guarantee: numbers that are written
in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tools.values.units import SCALE_WORDS, canonical, convert, is_percent, scaled, unit_called

MAX_FIGURES = 200
_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9_.,])(?P<sign>[-−+]\s?)?(?P<currency>US\$|[$€£¥])?\s?"
    rf"(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"\s?(?P<scale>{SCALE_WORDS})?",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"\s?(?:%|％|percent\b|per cent\b)", re.IGNORECASE)
_UNIT = re.compile(r"\s?([^\W\d_]+[²³23]?(?:/[^\W\d_]+)?)(?:\s([^\W\d_]+))?")
_CHINESE_UNIT = re.compile(r"\s?(平方公里|公里|千米|美元|小时|人|米|天|年|吨|辆)")
_YEAR = re.compile(
    r"(?<![\d.,])(?:FY\s?)?(1[0-9]{3}|2[01][0-9]{2})(?![\d.,]*\d|\s?%)", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"“A-Z0-9])|(?<=[。！？])\s*|\n+")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in base units; `step` is one in its last written digit."""

    text: str
    number: Decimal
    unit: str
    step: Decimal


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with what it counts and the years it names."""

    text: str
    figures: tuple[Figure, ...]
    years: frozenset[str]


def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text."""
    parts = (part.strip() for part in _SENTENCE_END.split(text))
    return tuple(read_sentence(part) for part in parts if part)


def read_sentence(text: str) -> Sentence:
    """One sentence; a bare number that can be a year is taken as one."""
    years = [*_years(text)]
    taken = {start for start, _ in years}
    figures = [figure for start, figure in _figures(text) if start not in taken]
    return Sentence(text, tuple(figures[:MAX_FIGURES]), frozenset(year for _, year in years))


def agree(stated: Figure, claimed: Figure) -> bool:
    """Whether a stated number, rounded as the claimed one is, gives it in its unit."""
    number = convert(stated.number, stated.unit, claimed.unit)
    if number is None or bool(stated.unit) != bool(claimed.unit):
        return False
    return abs(number - claimed.number) <= claimed.step / 2


def is_comparable(one: Figure, other: Figure) -> bool:
    """Whether the two are of one kind."""
    return (
        bool(one.unit) == bool(other.unit) and convert(Decimal(1), one.unit, other.unit) is not None
    )


def in_unit(figure: Figure, unit: str) -> Decimal:
    """The figure's number in a unit that it is comparable with."""
    number = convert(figure.number, figure.unit, unit)
    return figure.number if number is None else number


def _years(text: str) -> Iterator[tuple[int, str]]:
    for found in _YEAR.finditer(text):
        if not _counts_something(text, found.end()):
            yield found.start(1), found[1]


def _counts_something(text: str, end: int) -> bool:
    """Whether a unit or scale stands behind a number, so that it is no year."""
    if re.match(rf"\s?(?:{SCALE_WORDS})", text[end:], re.IGNORECASE):
        return True
    unit = _unit(text, end)
    return bool(unit) and not text[end:].lstrip().startswith("年")


def _figures(text: str) -> Iterator[tuple[int, Figure]]:
    for found in _NUMBER.finditer(text):
        scale, end = _scale(found)
        number = scaled(found["digits"], scale)
        step = scaled("1", scale).scaleb(-_n_decimals(found["digits"]))
        sign = -1 if (found["sign"] or "").strip() in ("-", "−") else 1
        unit = _unit(text, end) or canonical(found["currency"] or "")
        shown = _shown(
            text[found.start() : end].strip(), unit, has_currency=bool(found["currency"])
        )
        yield found.start("digits"), Figure(shown, sign * number, unit, step)


def _scale(found: re.Match[str]) -> tuple[str | None, int]:
    """The scale word and where it ends; a single letter is one only behind money (`$30m`, but `30 m`)."""
    scale = found["scale"]
    if scale and len(scale) == 1 and scale.isascii() and not found["currency"]:
        return None, found.end("digits")
    return scale, found.end()


def _n_decimals(digits: str) -> int:
    return len(digits.partition(".")[2])


def _shown(said: str, unit: str, *, has_currency: bool) -> str:
    if is_percent(unit):
        return f"{said}%"
    return said if has_currency else f"{said} {unit}".strip()


def _unit(text: str, end: int) -> str:
    """The unit that the words behind a number name; empty where they name none."""
    if _PERCENT.match(text, end):
        return canonical("%")
    if chinese := _CHINESE_UNIT.match(text, end):
        return canonical(chinese[1])
    if (found := _UNIT.match(text, end)) is None:
        return ""
    both = f"{found[1]} {found[2]}" if found[2] else ""
    return (unit_called(both) if both else None) or unit_called(found[1]) or ""
