"""Sums and differences in which dates take part: a date moved by a duration, the time between two dates.

Guarantees: a date is never known more finely than before. The end of a month stays one (31 January and a month is
the last of February). Does not cover: quarters and fiscal years, which are periods and no dates.
"""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from tools.calculation import arithmetic
from tools.calculation.arithmetic import Undefined, number, result
from tools.evidence import distinct
from tools.failures import CallFailed
from tools.types import Reason, Scalar
from tools.values.comparing import moment_of
from tools.values.periods import Moment, read_period
from tools.values.units import DAYS, YEAR, YEARS, canonical
from tools.values.wording import in_full

MONTHS = "months"
_IN_MONTHS = {MONTHS: 1, YEARS: 12}
_IN_DAYS = {DAYS: 1, "weeks": 7}


def add(left: Scalar, right: Scalar) -> Scalar:
    """The sum; a date and a duration give a later date."""
    if _is_moment(left, right):
        return _moved(left, right, 1)
    if _is_moment(right, left):
        return _moved(right, left, 1)
    return arithmetic.add(left, right)


def subtract(left: Scalar, right: Scalar) -> Scalar:
    """The difference; two dates are days apart, and a date without a duration gives an earlier one."""
    if _is_moment(left, right):
        return _moved(left, right, -1)
    if isinstance(left.value, str) and isinstance(right.value, str):
        return _span((_day(left) - _day(right)).days, DAYS, left, right)
    return arithmetic.subtract(left, right)


def days(one: Scalar, other: Scalar) -> Scalar:
    """The days between two dates, whichever comes first."""
    return _span(abs((_day(one) - _day(other)).days), DAYS, one, other)


def months(one: Scalar, other: Scalar) -> Scalar:
    """Full months between two dates, whichever comes first."""
    first, last = sorted((_known(one, "month"), _known(other, "month")), key=_order)
    whole = _n_months(last) - _n_months(first)
    is_short = bool(first.day and last.day) and last.day < first.day
    return _span(whole - is_short, MONTHS, one, other)


def _is_moment(value: Scalar, other: Scalar) -> bool:
    """Whether a value is a date that the other one, a duration, can move."""
    if not isinstance(other.value, Decimal) or not other.unit:
        return False
    return isinstance(value.value, str) or (
        canonical(value.unit) == YEAR and canonical(other.unit) == YEARS
    )


def _moved(value: Scalar, duration: Scalar, sign: int) -> Scalar:
    unit = canonical(duration.unit)
    n = number(duration) * sign
    if unit not in _IN_MONTHS and unit not in _IN_DAYS:
        said = in_full(duration)
        raise CallFailed(
            Reason.TYPE_MISMATCH, f"a date moves by days, weeks, months or years, not by {said}"
        )
    if n % 1 or abs(n) > 100_000:
        raise Undefined(f"a date moves by whole steps up to 100,000, not by {in_full(duration)}")
    if isinstance(value.value, Decimal):
        return result(value.value + n, YEAR, value, duration)
    days, months = int(n) * _IN_DAYS.get(unit, 0), int(n) * _IN_MONTHS.get(unit, 0)
    said = _later_by_days(value, days) if unit in _IN_DAYS else _later_by_months(value, months)
    return _dated(said, value, duration)


def _later_by_days(value: Scalar, n: int) -> str:
    day = _day(value)
    try:
        return (day + timedelta(days=n)).isoformat()
    except OverflowError as error:
        raise _beyond(value) from error


def _later_by_months(value: Scalar, n: int) -> str:
    moment = _known(value, "month" if n % 12 else "year")
    year, month = divmod(_n_months(moment) + n, 12)
    if not 1 <= year <= 9999:
        raise _beyond(value)
    if not moment.month:
        return f"{year:04d}"
    if not moment.day:
        return f"{year:04d}-{month + 1:02d}"
    last = calendar.monthrange(year, month + 1)[1]
    return f"{year:04d}-{month + 1:02d}-{min(_day(value).day, last):02d}"


def _beyond(value: Scalar) -> Undefined:
    return Undefined(f"{in_full(value)} would be moved out of the years 1 to 9999")


def _known(value: Scalar, precision: str) -> Moment:
    """The date, known at least to its year, month or day."""
    moment = moment_of(value)
    is_period = isinstance(value.value, str) and (read_period(value.value) or "Q").find("Q") >= 0
    is_fiscal = isinstance(value.value, str) and (read_period(value.value) or "").startswith("FY")
    if moment is None or is_period or is_fiscal:
        raise CallFailed(Reason.TYPE_MISMATCH, f"{in_full(value)} is no date")
    if not {"year": moment.year, "month": moment.month, "day": moment.day}[precision]:
        raise CallFailed(Reason.TYPE_MISMATCH, f"{in_full(value)} is not known to the {precision}")
    return moment


def _day(value: Scalar) -> date:
    moment = _known(value, "day")
    try:
        return date(moment.year, moment.month, moment.day)
    except ValueError as error:
        raise Undefined(f"{in_full(value)} is no day of the calendar") from error


def _order(moment: Moment) -> tuple[int, int, int]:
    return moment.year, moment.month, moment.day


def _n_months(moment: Moment) -> int:
    return moment.year * 12 + max(moment.month - 1, 0)


def _span(n: int, unit: str, *inputs: Scalar) -> Scalar:
    return replace(result(Decimal(n), unit, *inputs), period="")


def _dated(text: str, *inputs: Scalar) -> Scalar:
    facts = distinct(fact for each in inputs for fact in each.facts)
    return Scalar(text, facts=facts, disagrees=any(each.disagrees for each in inputs))
