"""What the names and signs of an expression do.

Guarantees: a function gets as many operands as it takes, or says how many that are; on tables it works member by member.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from tools.calculation import arithmetic, durations, exchange, folding, roots
from tools.calculation.expressions import COMPARISONS, CONVERSION, NEGATION
from tools.calculation.memberwise import compared, each, pairwise
from tools.evidence import measure_of, scalar_of
from tools.failures import CallFailed
from tools.types import Reason, Scalar, Table, Value
from tools.values.units import PERCENT

_INTERNAL = (NEGATION, "mod", CONVERSION)
_WHOLE = Scalar(Decimal(0))


@dataclass(frozen=True, slots=True)
class Function:
    """What a name in an expression does, and how many operands it takes."""

    run: Callable[..., Value]
    least: int
    most: int = 99


_PAIRWISE = {
    "+": durations.add,
    "-": durations.subtract,
    "*": arithmetic.multiply,
    "/": arithmetic.divide,
    "mod": arithmetic.remainder,
    "^": arithmetic.power,
    "difference": durations.subtract,
    "ratio": arithmetic.divide,
    "growth": arithmetic.growth,
    "years": arithmetic.years,
    "age": arithmetic.years,
    "months": durations.months,
    "days": durations.days,
    "share": arithmetic.share,
    "points": arithmetic.points,
    "exchange": exchange.exchange,
    CONVERSION: arithmetic.converted,
    "convert": arithmetic.converted,
}
_SINGLE = {
    NEGATION: arithmetic.negated,
    PERCENT: arithmetic.percentage,
    "abs": arithmetic.absolute,
    "sqrt": roots.sqrt,
    "exp": roots.exp,
    "ln": roots.ln,
    "log10": roots.log10,
    "log2": roots.log2,
}
_FOLDING: Mapping[str, Callable[..., Value]] = {
    "count": folding.count,
    "sum": folding.total,
    "mean": folding.mean,
    "median": folding.median,
    "min": folding.smallest,
    "max": folding.largest,
    "argmin": folding.argmin,
    "argmax": folding.argmax,
    "union": folding.union,
    "intersect": folding.intersect,
}


def _pairwise(operation: Callable[[Scalar, Scalar], Scalar]) -> Function:
    return Function(lambda left, right: pairwise(operation, left, right), 2, 2)


def _single(operation: Callable[[Scalar], Scalar]) -> Function:
    return Function(lambda value: each(operation, value), 1, 1)


def _comparison(sign: str) -> Function:
    return Function(lambda left, right: compared(tidied(left), sign, tidied(right)), 2, 2)


def _product(first: Value, *others: Value) -> Value:
    for other in others:
        first = pairwise(arithmetic.multiply, first, other)
    return first


def _round(value: Value, places: Value = _WHOLE) -> Value:
    return pairwise(arithmetic.rounded, value, places)


def _cagr(new: Value, old: Value, years: Value | None = None) -> Value:
    if years is None:
        return pairwise(roots.cagr_between, new, old)
    if not isinstance(years, Scalar):
        raise CallFailed(Reason.TYPE_MISMATCH, "cagr takes one number of years last")
    return pairwise(lambda one, other: roots.cagr(one, other, years), new, old)


def _log(value: Value, base: Value | None = None) -> Value:
    if base is None:
        raise CallFailed(
            Reason.BAD_EXPRESSION, "log takes a base: log(x, 10); ln(x) is the natural logarithm"
        )
    return pairwise(roots.log, value, base)


FUNCTIONS: Mapping[str, Function] = {
    **{name: _pairwise(operation) for name, operation in _PAIRWISE.items()},
    **{name: _single(operation) for name, operation in _SINGLE.items()},
    **{name: Function(operation, 1) for name, operation in _FOLDING.items()},
    **{sign: _comparison(sign) for sign in COMPARISONS},
    "product": Function(_product, 2),
    "round": Function(_round, 1, 2),
    "cagr": Function(_cagr, 2, 3),
    "log": Function(_log, 1, 2),
}


def function(name: str, n_operands: int) -> Function:
    """The function of a name for so many operands."""
    found = FUNCTIONS.get(name)
    if found is None:
        known = ", ".join(
            sorted(key for key in FUNCTIONS if key[0].isalpha() and key not in _INTERNAL)
        )
        raise CallFailed(Reason.BAD_EXPRESSION, f"no function is called {name!r}; known: {known}")
    if not found.least <= n_operands <= found.most:
        wanted = _wanted(found)
        raise CallFailed(Reason.BAD_EXPRESSION, f"{name} takes {wanted} operands, not {n_operands}")
    return found


def _wanted(function: Function) -> str:
    if function.most <= function.least:
        return f"{function.least}"
    return f"{function.least} or {'more' if function.most > 9 else function.most}"


def tidied(value: Value) -> Value:
    """The value with its numbers as they are handed out."""
    if isinstance(value, Scalar):
        return arithmetic.tidied(value)
    if isinstance(value, Table):
        rows = (measure_of(m.entity, arithmetic.tidied(scalar_of(m))) for m in value.measures)
        return replace(value, measures=tuple(rows))
    return value
