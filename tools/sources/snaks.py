"""What a Wikidata statement says: its value as text and number, the time it is of, and how it is qualified.

Rules from Wikibase's data model: dates carry a precision and are never written finer than it; amounts are decimals
with a unit that is an item; a value may be unknown, or be stated not to exist.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools.sources.mediawiki import PhpMapping
from tools.sources.values import Reading, number_reading
from tools.sources.vocabulary import NATIVE_FILE
from tools.values.periods import order, read_moment
from tools.values.units import YEAR, canonical

POINT_IN_TIME, START, END, REFERENCE_URL = "P585", "P580", "P582", "P854"
_ID = re.compile(r"[QP]\d+")
_YEAR, _DECADE, _CENTURY, _MILLENNIUM = 9, 8, 7, 6
_JULIAN = "Q1985786"
_SUFFIXES = {1: "st", 2: "nd", 3: "rd"}
_MAX_CHARS = 1000


class Time(BaseModel):
    """A date of the precision given: 11 a day, 10 a month, 9 a year, 8 a decade, 7 a century, 6 a millennium."""

    time: str = Field(pattern=r"^[+-]\d{1,16}-\d\d-\d\dT")
    precision: int
    calendarmodel: str = ""


class Amount(BaseModel):
    """A decimal and the address of its unit; `1` is none."""

    amount: str = Field(pattern=r"^[+-]?\d{1,60}(\.\d{1,60})?$")
    unit: str = "1"


class Item(BaseModel):
    """Another item."""

    id: str


class Place(BaseModel):
    """A place on a globe."""

    latitude: Decimal
    longitude: Decimal


class Words(BaseModel):
    """A text in one language."""

    text: str


class TimeValue(BaseModel):
    """A value that is a date."""

    type: Literal["time"]
    value: Time


class AmountValue(BaseModel):
    """A value that is an amount."""

    type: Literal["quantity"]
    value: Amount


class ItemValue(BaseModel):
    """A value that is an item."""

    type: Literal["wikibase-entityid"]
    value: Item


class PlaceValue(BaseModel):
    """A value that is a place."""

    type: Literal["globecoordinate"]
    value: Place


class WordsValue(BaseModel):
    """A value that is a text in one language."""

    type: Literal["monolingualtext"]
    value: Words


class StringValue(BaseModel):
    """A value that is a name, a number of a register, an address."""

    type: Literal["string"]
    value: str


DataValue = Annotated[
    TimeValue | AmountValue | ItemValue | PlaceValue | WordsValue | StringValue,
    Field(discriminator="type"),
]


class Snak(BaseModel):
    """A property with a value, with an unknown one (`somevalue`), or with none (`novalue`)."""

    snaktype: Literal["value", "somevalue", "novalue"]
    property: str
    datavalue: DataValue | None = None


class Reference(BaseModel):
    """What a statement is sourced by."""

    snaks: PhpMapping[str, list[Snak]] = {}


class Statement(BaseModel):
    """One statement of an item."""

    rank: Literal["preferred", "normal", "deprecated"]
    mainsnak: Snak
    qualifiers: PhpMapping[str, list[Snak]] = {}
    references: list[Reference] = []

    @property
    def is_told(self) -> bool:
        """Whether it has a value."""
        return self.mainsnak.datavalue is not None

    @property
    def is_relation(self) -> bool:
        """Whether the value is an item."""
        return isinstance(self.mainsnak.datavalue, ItemValue)

    @property
    def period(self) -> str:
        """The point in time it is of, in the table's spelling; empty where none is said."""
        return next((text for text in self.times(POINT_IN_TIME) if read_moment(text)), "")

    @property
    def begins(self) -> str:
        """From when it holds; statements sort by it."""
        return next(iter((*self.times(POINT_IN_TIME), *self.times(START))), "")

    @property
    def reference_url(self) -> str:
        """The first address that it is sourced by."""
        snaks = (s for r in self.references for s in r.snaks.get(REFERENCE_URL, ()))
        values = (snak.datavalue for snak in snaks)
        return next((v.value for v in values if isinstance(v, StringValue)), "")

    def times(self, key: str) -> list[str]:
        """The dates of a qualifier, at their precision."""
        values = (snak.datavalue for snak in self.qualifiers.get(key, ()))
        return [_time(value.value) for value in values if isinstance(value, TimeValue)]

    def ids(self) -> Iterator[str]:
        """Every item and property whose label is needed to write it out."""
        yield from (self.mainsnak.property, *self.qualifiers)
        for snak in (self.mainsnak, *(s for many in self.qualifiers.values() for s in many)):
            match snak.datavalue:
                case ItemValue(value=item):
                    yield item.id
                case AmountValue(value=amount):
                    yield _unit_id(amount)

    def is_of(self, period: str) -> bool:
        """Whether it holds in a period: at a point within it, or from before its end to after its start."""
        if points := self.times(POINT_IN_TIME):
            return any(_within(point, period) for point in points)
        start, end = self.times(START), self.times(END)
        is_dated = bool(start or end)
        is_later = any(_compared(text, period) == 1 for text in start)
        is_earlier = any(_compared(text, period) == -1 for text in end)
        return is_dated and not is_later and not is_earlier


def reading(statement: Statement, labels: Mapping[str, str], kind: str, unit: str) -> Reading:
    """What a told statement says; `kind` is the field's, `unit` stands where Wikidata names none."""
    match statement.mainsnak.datavalue:
        case AmountValue(value=amount):
            said = _unit(amount, labels)
            return number_reading(Decimal(amount.amount), said or unit, statement.period)
        case ItemValue(value=item) as value:
            text = written(value, labels)
            return Reading(text, None, "", statement.period, f"wikidata:{item.id}")
        case None:
            return Reading("")
        case value:
            return _read(written(value, labels), kind, statement.period)


def _read(text: str, kind: str, period: str) -> Reading:
    """A text, or the year of one that is a date where the field is a year."""
    moment = read_moment(text) if kind == "year" else None
    if moment is None:
        return Reading(text, period=period)
    return Reading(str(moment.year), Decimal(moment.year), YEAR, period)


def note(statement: Statement, labels: Mapping[str, str]) -> str:
    """Which property, at which rank, how qualified, and by how many references."""
    parts = [labels.get(statement.mainsnak.property, ""), f"{statement.rank} rank"]
    for key, snaks in statement.qualifiers.items():
        said = ", ".join(_qualifier(snak, labels) for snak in snaks)
        parts.append(f"{labels.get(key, key)}: {said}")
    if _is_julian(statement.mainsnak.datavalue):
        parts.append("Julian calendar")
    n_references = len(statement.references)
    cited = f" ({statement.reference_url[:200]})" if statement.reference_url else ""
    parts.append(f"{n_references} reference{'' if n_references == 1 else 's'}{cited}")
    return "; ".join(part for part in parts if part)[:_MAX_CHARS]


def written(value: DataValue, labels: Mapping[str, str]) -> str:
    """A value in words."""
    match value:
        case TimeValue():
            return _time(value.value)
        case AmountValue(value=amount):
            number = number_reading(Decimal(amount.amount), "").value
            return f"{number} {_unit(amount, labels)}".strip()
        case ItemValue(value=item):
            return labels.get(item.id, item.id)
        case PlaceValue(value=place):
            return f"{place.latitude}, {place.longitude}"
        case WordsValue(value=words):
            return words.text
    return value.value[:_MAX_CHARS]


def _qualifier(snak: Snak, labels: Mapping[str, str]) -> str:
    if snak.datavalue is None:
        return "unknown" if snak.snaktype == "somevalue" else "none"
    return written(snak.datavalue, labels)


def _time(value: Time) -> str:
    sign, digits = value.time[0], value.time[1:].partition("T")[0]
    year, month, day = digits.split("-")
    text = _at_precision(int(year), month, day, value.precision)
    return f"{text} BC" if sign == "-" else text


def _at_precision(year: int, month: str, day: str, precision: int) -> str:
    if precision >= _YEAR:
        parts = (f"{year:04d}", month, day)
        return "-".join(part for part in parts[: precision - _YEAR + 1] if part != "00")
    if precision == _DECADE:
        return f"{year - year % 10}s"
    if precision == _CENTURY:
        return f"{_ordinal((year + 99) // 100)} century"
    if precision == _MILLENNIUM:
        return f"{_ordinal((year + 999) // 1000)} millennium"
    return f"about {year}"


def _ordinal(number: int) -> str:
    is_teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if is_teen else _SUFFIXES.get(number % 10, 'th')}"


def _unit(amount: Amount, labels: Mapping[str, str]) -> str:
    """The unit in the facts' spelling; empty for a bare number."""
    item = _unit_id(amount)
    label = labels.get(item, item)
    return _units().get(label) or canonical(label)


def _unit_id(amount: Amount) -> str:
    last = amount.unit.rpartition("/")[2]
    return last if _ID.fullmatch(last) else ""


@cache
def _units() -> Mapping[str, str]:
    table = tomllib.loads(NATIVE_FILE.read_text(encoding="utf-8"))["wikidata_units"]
    return {str(name): str(unit) for name, unit in table.items()}


def _is_julian(value: DataValue | None) -> bool:
    return isinstance(value, TimeValue) and value.value.calendarmodel.endswith(_JULIAN)


def _within(point: str, period: str) -> bool:
    """Whether a point in time lies in a period; in a quarter only if its month is known."""
    known, wanted = read_moment(point), read_moment(period)
    if known is None or wanted is None:
        return False
    quarter = period.partition("Q")[2]
    if quarter and known.year == wanted.year:
        return bool(known.month) and (known.month + 2) // 3 == int(quarter)
    return order(known, wanted) == 0


def _compared(text: str, period: str) -> int | None:
    known, wanted = read_moment(text), read_moment(period)
    return None if known is None or wanted is None else order(known, wanted)
