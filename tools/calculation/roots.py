"""Roots, logarithms and what grows by them: sqrt, exp, ln, log, compound annual growth.

Guarantees: 20 digits where a result does not end; a logarithm or exponential of something with a unit is refused.
"""

from __future__ import annotations

from decimal import Decimal

from tools.calculation.arithmetic import Undefined, aligned, fraction, number, result
from tools.failures import CallFailed
from tools.types import Reason, Scalar
from tools.values.comparing import moment_of
from tools.values.units import YEARS, canonical, raised
from tools.values.wording import in_full

A_YEAR = "% a year"
_HALF = Decimal("0.5")
_TEN, _TWO = Scalar(Decimal(10)), Scalar(Decimal(2))


def sqrt(value: Scalar) -> Scalar:
    """The square root; that of km2 is in km."""
    plain = fraction(value)
    if number(plain) < 0:
        raise Undefined(f"{in_full(value)} has no square root")
    unit = raised(plain.unit, _HALF)
    if unit is None:
        raise CallFailed(Reason.TYPE_MISMATCH, f"the square root of {plain.unit} is no unit")
    return result(number(plain).sqrt(), unit, value)


def exp(value: Scalar) -> Scalar:
    """e to the power of a plain number."""
    return result(_plain(value, "exp").exp(), "", value)


def ln(value: Scalar) -> Scalar:
    """The natural logarithm."""
    return result(_logarithm(value, "ln"), "", value)


def log(value: Scalar, base: Scalar) -> Scalar:
    """The logarithm to a base."""
    divisor = _logarithm(base, "log")
    if not divisor:
        raise Undefined(f"there is no logarithm to the base {in_full(base)}")
    if number(base) == 10:
        _logarithm(value, "log10")
        return result(_plain(value, "log10").log10(), "", value, base)
    return result(_logarithm(value, "log") / divisor, "", value, base)


def log10(value: Scalar) -> Scalar:
    """The decimal logarithm."""
    return log(value, _TEN)


def log2(value: Scalar) -> Scalar:
    """The binary logarithm."""
    return log(value, _TWO)


def cagr(new: Scalar, old: Scalar, years: Scalar) -> Scalar:
    """By how many per cent a year the old value has grown to the new one, compounded."""
    before, after = aligned(new, old), number(new)
    span = number(years)
    if canonical(years.unit) not in ("", YEARS):
        raise CallFailed(
            Reason.TYPE_MISMATCH, f"cagr takes a number of years last, not {in_full(years)}"
        )
    if before <= 0 or after <= 0:
        raise Undefined(f"no yearly growth leads from {in_full(old)} to {in_full(new)}")
    if span <= 0:
        raise Undefined(f"growth takes more than {in_full(years)} years")
    return result(((after / before) ** (1 / span) - 1) * 100, A_YEAR, new, old, years)


def cagr_between(new: Scalar, old: Scalar) -> Scalar:
    """The same over the years between the periods of the two values."""
    ends = [moment_of(Scalar(each.period)) for each in (new, old)]
    if not ends[0] or not ends[1]:
        raise CallFailed(
            Reason.BAD_EXPRESSION,
            "these values have no periods; give the years: cagr(new, old, years)",
        )
    return cagr(new, old, Scalar(Decimal(ends[0].year - ends[1].year), YEARS))


def _logarithm(value: Scalar, name: str) -> Decimal:
    plain = _plain(value, name)
    if plain <= 0:
        raise Undefined(f"{in_full(value)} has no logarithm; it takes a number above zero")
    return plain.ln()


def _plain(value: Scalar, name: str) -> Decimal:
    plain = fraction(value)
    if plain.unit:
        raise CallFailed(
            Reason.TYPE_MISMATCH, f"{name} takes a number without unit, not {in_full(value)}"
        )
    return number(plain)
