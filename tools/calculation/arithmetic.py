"""Arithmetic on scalars: exact decimals, units carried, facts kept.

Guarantees: a finite result is exact to 40 digits, any other keeps 20 once it is `tidied`; units that do not meet are
refused; a result has the facts of its inputs. Runs in `CONTEXT`, which the calculator enters.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import NoReturn

from tools.evidence import distinct
from tools.failures import CallFailed
from tools.types import Reason, Scalar
from tools.values import units
from tools.values.comparing import moment_of
from tools.values.periods import full_years
from tools.values.units import (
    PERCENT,
    POINTS,
    YEAR,
    YEARS,
    canonical,
    convert,
    has_own_zero,
    is_money,
    is_percent,
    kind_of,
    measured_in,
)
from tools.values.wording import in_full

CONTEXT = Context(prec=50, Emax=400, Emin=-400, traps=[DivisionByZero, InvalidOperation, Overflow])
MAX_EXPONENT = 64
_EXACT_DIGITS = 40
TEMPERATURE = "temperature"
_COMPUTED = frozenset("−+×/^")  # signs in a derivation; a maximum or a mean is a temperature still
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
        value=value,
        unit=unit,
        period=periods.pop() if len(periods) == 1 else "",
        facts=distinct(fact for each in inputs for fact in each.facts),
        disagrees=any(each.disagrees for each in inputs),
    )


def tidied(value: Scalar) -> Scalar:
    """The value with its number shortened where it does not end, and zero without a sign; for what is handed out."""
    found = value.value
    if not isinstance(found, Decimal):
        return value
    if not found:
        return replace(value, value=Decimal(0))
    is_endless = len(found.as_tuple().digits) > _EXACT_DIGITS
    return replace(value, value=_SHORTENED.plus(found)) if is_endless else value


def aligned(left: Scalar, right: Scalar) -> Decimal:
    """The right number in the left unit; a side without a unit takes the other's."""
    converted = convert(number(right), right.unit, left.unit)
    if converted is None:
        raise CallFailed(Reason.TYPE_MISMATCH, _apart(left, right))
    return converted


def _apart(left: Scalar, right: Scalar) -> str:
    """Why two values do not meet."""
    if is_money(left.unit) and is_money(right.unit):
        return (
            f"{in_full(left)} and {in_full(right)} are of two currencies; look a dated rate up and "
            "use exchange(amount, rate)"
        )
    one, other = (f"{in_full(each)}{_kind(each.unit)}" for each in (left, right))
    return f"{one} and {other} have units that do not meet"


def _kind(unit: str) -> str:
    kind = kind_of(unit)
    return f" ({kind})" if kind else ""


def _as_fractions(left: Scalar, right: Scalar) -> tuple[Scalar, Scalar]:
    """Beside anything but its like a percentage is a fraction: `1 + 12%` is 1.12."""
    if POINTS in (canonical(left.unit), canonical(right.unit)):
        return left, right
    if is_percent(left.unit) != is_percent(right.unit):
        return fraction(left), fraction(right)
    return left, right


def _joint(left: Scalar, right: Scalar) -> str:
    """The unit of a sum; percentage points leave a percentage one."""
    if canonical(left.unit) == POINTS and is_percent(right.unit):
        return right.unit
    return left.unit or right.unit


def fraction(value: Scalar) -> Scalar:
    """A percentage as the number it stands for; anything else as it is."""
    if not is_percent(value.unit):
        return value
    return replace(value, value=number(value) / 100, unit="")


def add(left: Scalar, right: Scalar) -> Scalar:
    """The sum."""
    one, other = _as_fractions(left, right)
    is_mixed = one.unit and other.unit and canonical(one.unit) != canonical(other.unit)
    if is_mixed and has_own_zero(one.unit):
        raise CallFailed(
            Reason.TYPE_MISMATCH,
            f"{in_full(left)} and {in_full(right)} are on different scales and have no sum",
        )
    return result(number(one) + aligned(one, other), _joint(one, other), left, right)


def subtract(left: Scalar, right: Scalar) -> Scalar:
    """The difference; between two calendar years it is a number of years."""
    one, other = _as_fractions(left, right)
    is_span = canonical(left.unit) == canonical(right.unit) == YEAR
    unit = YEARS if is_span else _joint(one, other)
    return result(number(one) - aligned(one, other), unit, left, right)


def multiply(left: Scalar, right: Scalar) -> Scalar:
    """The product; a percentage of something is a part of it."""
    product = number(left) * number(right)
    if is_percent(right.unit):
        return result(product / 100, left.unit, left, right)
    if is_percent(left.unit) and right.unit:
        return result(product / 100, right.unit, left, right)
    unit = units.times(left.unit, right.unit)
    if left.unit and right.unit and unit and not measured_in(unit).dimension:
        factor = measured_in(unit).factor
        return result(product * factor.numerator / factor.denominator, "", left, right)
    return result(product, unit, left, right)


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
    base, exponent = fraction(left), number(right)
    if right.unit:
        raise CallFailed(Reason.TYPE_MISMATCH, f"an exponent has no unit, not {right.unit!r}")
    if abs(exponent) > MAX_EXPONENT:
        raise CallFailed(
            Reason.TOO_COSTLY, f"the exponent {exponent} is too large; {MAX_EXPONENT} is the limit"
        )
    if (number(base) == 0 and exponent <= 0) or (number(base) < 0 and exponent % 1):
        raise Undefined(f"{in_full(left)} has no power {exponent}")
    unit = units.raised(base.unit, exponent)
    if unit is None:
        raise CallFailed(Reason.TYPE_MISMATCH, f"{base.unit} has no power {exponent}")
    return result(number(base) ** exponent, unit, left, right)


def growth(new: Scalar, old: Scalar) -> Scalar:
    """By how many per cent the new value is above the old one."""
    before = aligned(new, old)
    if before <= 0:
        raise Undefined(f"growth from {in_full(old)} has no meaning; take the difference")
    return result((number(new) / before - 1) * 100, PERCENT, new, old)


def converted(value: Scalar, unit: Scalar) -> Scalar:
    """The value in another unit, given as one of it; a plain number becomes a percentage alone."""
    if unit.value != 1 or not unit.unit:
        raise CallFailed(
            Reason.BAD_EXPRESSION, f"behind `in` stands a unit alone, not {in_full(unit)}"
        )
    if not value.unit and is_percent(unit.unit):
        return result(number(value) * 100, unit.unit, value)
    if not value.unit:
        raise CallFailed(
            Reason.TYPE_MISMATCH, f"{in_full(value)} has no unit that {unit.unit} could replace"
        )
    is_same = canonical(value.unit) == canonical(unit.unit)
    if _COMPUTED & set(value.derivation) and not is_same and kind_of(unit.unit) == TEMPERATURE:
        _refuse_computed(value)
    found = convert(number(value), value.unit, unit.unit)
    if found is None:
        raise CallFailed(Reason.TYPE_MISMATCH, _out_of_reach(value, unit.unit))
    return result(found, unit.unit, value)


def _out_of_reach(value: Scalar, unit: str) -> str:
    if is_money(value.unit) and is_money(unit):
        return f"{in_full(value)} becomes {unit} only by a dated rate: exchange(amount, rate)"
    return f"{in_full(value)}{_kind(value.unit)} cannot be put in {unit}{_kind(unit)}"


def _refuse_computed(value: Scalar) -> NoReturn:
    """A difference of 5 °C is no temperature of 5 °C: as 9 °F or as 41 °F it would be another."""
    raise CallFailed(
        Reason.TYPE_MISMATCH,
        f"{in_full(value)} was computed ({value.derivation}); convert the temperatures before that",
    )


def share(part: Scalar, whole: Scalar) -> Scalar:
    """What part of the whole it is, in per cent."""
    base = aligned(part, whole)
    if base == 0:
        raise Undefined(f"a share of {in_full(whole)} has no meaning")
    return result(number(part) / base * 100, PERCENT, part, whole)


def points(new: Scalar, old: Scalar) -> Scalar:
    """By how many percentage points the new percentage is above the old one."""
    for each in (new, old):
        if not is_percent(each.unit):
            raise CallFailed(
                Reason.TYPE_MISMATCH, f"points takes two percentages, not {in_full(each)}"
            )
    return result(number(new) - number(old), POINTS, new, old)


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
