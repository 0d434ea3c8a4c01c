"""What a question asks its answer to be: in a unit (`how high is Everest in feet`, 换算成英里是多少), a number, a date.

Ordinary code, the same for every arm; the planner need not know of it. Guarantees: the facts' own values stay as
they are in the evidence, and a unit that measures something else is disregarded. Money is never converted.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Literal, TypeVar

from tools.types import Measure, Scalar, Table, Value
from tools.values.metrology import SPELLED, UNITS
from tools.values.units import canonical, convert, has_own_zero

_KINDS = frozenset(
    {"length", "area", "volume", "mass", "temperature", "time", "speed", "energy", "power", "pressure"}
)  # fmt: skip
_Measured = TypeVar("_Measured", Scalar, Measure)
_PLACES = Decimal("1e-6")
_NUMBER = re.compile(
    r"\bhow (?:many|much|deep|high|tall|long|big|large|far|heavy|hot|cold|dense|wide|fast)\b"
    r"|\b(?:what|which) (?:percentage|percent|share|fraction|temperature|length|depth|height|area|mass)\b"
    r"|多少|多[大高长深远重](?!的)|(?:有|共|拿[了下到过]?|得[了到过]?)几[个项座颗部次位]|百分之几",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:since|from|until) when\b|\b(?:what|which) (?:year|date|day)\b|何时|什么时候|哪一?年|哪一?天|几几年",
    re.IGNORECASE,
)
_AGE = re.compile(r"\bhow old\b|\bages?\b|岁|年纪|年龄", re.IGNORECASE)
AnswerKind = Literal["number", "date"]


def asked_unit(question: str) -> str:
    """The unit a question asks for, empty where it asks for none."""
    found = _asking().search(question)
    said = next((group for group in found.groups() if group), "") if found else ""
    return canonical(said.lower()) if said else ""


def asked_kind(question: str) -> AnswerKind | None:
    """A number or a date, where the words leave no doubt; None for ages, which take both, and for anything else."""
    is_number, is_date = bool(_NUMBER.search(question)), bool(_DATE.search(question))
    if is_number == is_date or _AGE.search(question):
        return None
    return "number" if is_number else "date"


def in_unit(value: Value, unit: str) -> Value:
    """The value in a unit, where it is measured in another one of the same sort."""
    match value:
        case Scalar():
            return _converted(value, unit)
        case Table(name, measures):
            return Table(name, tuple(_converted(measure, unit) for measure in measures))
    return value


def _converted(one: _Measured, unit: str) -> _Measured:
    if not unit or not one.unit or not isinstance(one.value, Decimal):
        return one
    has_offset = has_own_zero(unit) or has_own_zero(one.unit)
    number = convert(one.value, one.unit, unit)
    if number is None or canonical(one.unit) == unit or (has_offset and _is_computed(one)):
        return one
    rounded = number.quantize(_PLACES) if abs(number) < 10**12 else number
    return replace(one, value=rounded.normalize(), unit=unit)


def _is_computed(one: Scalar | Measure) -> bool:
    """Whether no source states it, or several things lie behind it: a difference of temperatures is no temperature."""
    is_stated = not one.facts or any(fact.number == one.value for fact in one.facts)
    return not is_stated or len({(fact.entity.id, fact.field) for fact in one.facts}) > 1


@cache
def _asking() -> re.Pattern[str]:
    """`in feet`, `how many miles`, 多少英里, 换算成公里."""
    names = [name for name, unit in SPELLED.items() if UNITS[unit].kind in _KINDS and len(name) > 1]
    by_length = sorted(names, key=len, reverse=True)
    latin = "|".join(re.escape(name) for name in by_length if name.isascii())
    chinese = "|".join(re.escape(name) for name in by_length if not name.isascii())
    return re.compile(
        rf"\b(?:in|into|as|how many|number of)\s+(?:degrees\s+)?({latin})(?![\w/])"
        rf"|(?:换算成|折合成?|合|按|用|以|多少|几)(?:个)?({chinese})",
        re.IGNORECASE,
    )
