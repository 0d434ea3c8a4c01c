"""Arithmetic on scalars: exact decimals, units carried, facts kept.

Guarantees: a finite result is exact to 40 digits, any other keeps 20; units that do not meet are refused;
a result has the facts of its inputs. Runs in `CONTEXT`, which the calculator enters.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow

from tools import units
from tools.comparing import moment_of
from tools.evidence import distinct
from tools.failures import CallFailed
from tools.periods import full_years
from tools.types import Reason, Scalar
from tools.units import PERCENT, YEAR, YEARS, canonical, convert, is_percent
from tools.wording import in_full

CONTEXT = Context(prec=50, Emax=400, Emin=-400, traps=[DivisionByZero, InvalidOperation, Overflow])
MAX_EXPONENT = 64
_EXACT_DIGITS = 40
_SHORTENED = Context(prec=20)


class Undefined(CallFailed):
    """The operation has no result for these numbers."""

    def __init__(self, why: str) -> None:
        super().__init__(Reason.BAD_EXPRESSION, why)


def number(value: Scalar) -> Decimal:
    """The scalar's number."""
    if isinstance(value.value, Decimal):
        return value.value
    raise CallFailed(Reason.TYPE_MISMATCH, f"{value.value!r} is a text, not a number")


def result(value: Decimal, unit: str, *inputs: Scalar) -> Scalar:
    """A computed value; a period that all inputs share is its own."""
    periods = {each.period for each in inputs} - {""}
    return Scalar(
        value=_tidy(value),
        unit=unit,
        period=periods.pop() if len(periods) == 1 else "",
        facts=distinct(fact for each in inputs for fact in each.facts),
        disagrees=any(each.disagrees for each in inputs),
    )


def _tidy(value: Decimal) -> Decimal:
    """The number, shortened where it does not end; zero without a sign."""
    if not value:
        return Decimal(0)
    return _SHORTENED.plus(value) if len(value.as_tuple().digits) > _EXACT_DIGITS else value


def aligned(left: Scalar, right: Scalar) -> Decimal:
    """The right number in the left unit; a side without a unit takes the other's."""
    converted = convert(number(right), right.unit, left.unit)
    if converted is None:
        raise CallFailed(
            Reason.TYPE_MISMATCH, f"units {left.unit!r} and {right.unit!r} do not meet"
        )
    return converted


def _as_fractions(left: Scalar, right: Scalar) -> tuple[Scalar, Scalar]:
    """Beside anything but its like a percentage is a fraction: `1 + 12%` is 1.12."""
    if is_percent(left.unit) != is_percent(right.unit):
        return _fraction(left), _fraction(right)
    return left, right


def _fraction(value: Scalar) -> Scalar:
    if not is_percent(value.unit):
        return value
    return replace(value, value=number(value) / 100, unit="")


def add(left: Scalar, right: Scalar) -> Scalar:
    """The sum."""
    one, other = _as_fractions(left, right)
    return result(number(one) + aligned(one, other), one.unit or other.unit, left, right)


def subtract(left: Scalar, right: Scalar) -> Scalar:
    """The difference; between two calendar years it is a number of years."""
    one, other = _as_fractions(left, right)
    is_span = canonical(left.unit) == canonical(right.unit) == YEAR
    unit = YEARS if is_span else one.unit or other.unit
    return result(number(one) - aligned(one, other), unit, left, right)


def multiply(left: Scalar, right: Scalar) -> Scalar:
    """The product; a percentage of something is a part of it."""
    product = number(left) * number(right)
    if is_percent(right.unit):
        return result(product / 100, left.unit, left, right)
    if is_percent(left.unit) and right.unit:
        return result(product / 100, right.unit, left, right)
    return result(product, units.times(left.unit, right.unit), left, right)


def divide(left: Scalar, right: Scalar) -> Scalar:
    """The quotient; equal units cancel, and a percentage divided by a plain number stays one."""
    one, other = _as_fractions(left, right) if right.unit else (left, right)
    if number(other) == 0:
        raise Undefined(f"division by zero: {in_full(left)} / {in_full(right)}")
    divisor = convert(number(other), other.unit, one.unit) if one.unit and other.unit else None
    if divisor is not None:
        return result(number(one) / divisor, "", left, right)
    return result(number(one) / number(other), units.over(one.unit, other.unit), left, right)


def remainder(left: Scalar, right: Scalar) -> Scalar:
    """What is left of a division into whole parts."""
    divisor = aligned(left, right)
    if divisor == 0:
        raise Undefined(f"division by zero: {in_full(left)} % {in_full(right)}")
    return result(number(left) % divisor, left.unit or right.unit, left, right)


def power(left: Scalar, right: Scalar) -> Scalar:
    """The power; the exponent is a plain number within MAX_EXPONENT."""
    base, exponent = _fraction(left), number(right)
    if right.unit:
        raise CallFailed(Reason.TYPE_MISMATCH, f"an exponent has no unit, not {right.unit!r}")
    if abs(exponent) > MAX_EXPONENT:
        raise CallFailed(
            Reason.TOO_COSTLY, f"the exponent {exponent} is too large; {MAX_EXPONENT} is the limit"
        )
    if (number(base) == 0 and exponent <= 0) or (number(base) < 0 and exponent % 1):
        raise Undefined(f"{in_full(left)} has no power {exponent}")
    unit = f"{base.unit}^{exponent}" if base.unit and exponent != 1 else base.unit
    return result(number(base) ** exponent, unit, left, right)


def growth(new: Scalar, old: Scalar) -> Scalar:
    """By how many per cent the new value is above the old one."""
    before = aligned(new, old)
    if before <= 0:
        raise Undefined(f"growth from {in_full(old)} has no meaning; take the difference")
    return result((number(new) / before - 1) * 100, PERCENT, new, old)


def years(one: Scalar, other: Scalar) -> Scalar:
    """Full years between two dates or years."""
    first, second = moment_of(one), moment_of(other)
    if first is None or second is None:
        unread = one if first is None else other
        raise CallFailed(Reason.TYPE_MISMATCH, f"{in_full(unread)} is no date or year")
    return replace(result(Decimal(full_years(first, second)), YEARS, one, other), period="")


def rounded(value: Scalar, places: Scalar) -> Scalar:
    """The number at so many decimals."""
    n = number(places)
    if n % 1 or abs(n) > MAX_EXPONENT:
        raise CallFailed(
            Reason.BAD_EXPRESSION, f"round takes whole decimals within {MAX_EXPONENT}, not {n}"
        )
    return result(round(number(value), int(n)), value.unit, value, places)


def negated(value: Scalar) -> Scalar:
    """The number with the other sign."""
    return result(-number(value), value.unit, value)


def absolute(value: Scalar) -> Scalar:
    """The number without its sign."""
    return result(abs(number(value)), value.unit, value)


def percentage(value: Scalar) -> Scalar:
    """The plain number as a percentage."""
    if value.unit and not is_percent(value.unit):
        raise CallFailed(Reason.TYPE_MISMATCH, f"{in_full(value)} cannot be a percentage")
    return result(number(value), PERCENT, value)
