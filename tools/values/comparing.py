"""Whether a value meets a comparison: numbers with units, dates, texts. None means it cannot be told.

A number stated to three or more digits is met by whatever rounds to it (`= 429 billion`), a shorter one
only exactly. A date is compared at the precision of the right side (`> 1950` means a later year).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from operator import ge, gt, le, lt

from tools.failures import CallFailed
from tools.types import Reason, Scalar
from tools.values.periods import Moment, order, read_moment
from tools.values.texts import mentions, says
from tools.values.units import YEAR, canonical, convert, read_quantity
from tools.values.wording import in_full

_ORDERS: dict[str, Callable[[int, int], bool]] = {">": gt, "<": lt, ">=": ge, "<=": le}
_EXACT_BELOW_DIGITS = 3
_YEARS = range(1, 3000)
_DATE = re.compile(r"\d{4}(-\d{2}){0,2}|\d{4}Q[1-4]|FY\d{4}")


def meets(left: Scalar, comparator: str, right: Scalar) -> bool | None:
    """Whether `left comparator right` holds."""
    if comparator == "!=":
        equal = meets(left, "=", right)
        return None if equal is None else not equal
    if comparator == "contains":
        return mentions(str(left.value), str(right.value))
    if (dated := _as_moments(left, right)) is not None:
        return _dates(*dated, comparator)
    if isinstance(left.value, Decimal):
        return _numbers(left.value, comparator, _number_like(right, left))
    if comparator != "=":
        raise _mismatch(left, right, f"text has no order for {comparator!r}")
    return says(left.value, str(right.value))


def moment_of(value: Scalar) -> Moment | None:
    """The date that a value is: a written date, or a number that can be a year."""
    if isinstance(value.value, str):
        return read_moment(value.value)
    can_be_year = canonical(value.unit) in ("", YEAR) and value.value in _YEARS
    return Moment(int(value.value)) if can_be_year else None


def _as_moments(left: Scalar, right: Scalar) -> tuple[Moment, Moment] | None:
    """Both sides as dates, where the left one is a date and the right one can be."""
    if not _is_date(left):
        return None
    known, asked = moment_of(left), moment_of(right)
    return (known, asked) if known and asked else None


def _is_date(value: Scalar) -> bool:
    if isinstance(value.value, str):
        return bool(_DATE.fullmatch(value.value))
    return canonical(value.unit) == YEAR


def _dates(known: Moment, asked: Moment, comparator: str) -> bool | None:
    sign = order(known, asked)
    if sign is None:
        return None
    return sign == 0 if comparator == "=" else _ORDERS[comparator](sign, 0)


def _number_like(right: Scalar, left: Scalar) -> Decimal:
    """The right side's number in the left side's unit."""
    number, unit = right.value, right.unit
    if isinstance(number, str):
        quantity = read_quantity(number, left.unit)
        if quantity is None:
            raise _mismatch(left, right, "a number and a text cannot be compared")
        number, unit = quantity.number, quantity.unit
    converted = convert(number, unit, left.unit)
    if converted is None:
        raise _mismatch(left, right, f"units {left.unit!r} and {unit!r} do not meet")
    return converted


def _numbers(known: Decimal, comparator: str, asked: Decimal) -> bool:
    if comparator == "=":
        return _equal(known, asked)
    return _ORDERS[comparator](int(known.compare(asked)), 0)


def _equal(known: Decimal, asked: Decimal) -> bool:
    _, digits, exponent = asked.normalize().as_tuple()
    if len(digits) < _EXACT_BELOW_DIGITS or not isinstance(exponent, int):
        return known == asked
    return abs(known - asked) * 2 <= Decimal((0, (1,), exponent))


def _mismatch(left: Scalar, right: Scalar, why: str) -> CallFailed:
    return CallFailed(Reason.TYPE_MISMATCH, f"{in_full(left)} and {in_full(right)}: {why}")
