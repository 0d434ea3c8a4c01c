"""Money of one currency in another, by a rate that is a fact with a date: never by one that is merely assumed.

Guarantees: the rate's facts stand behind the result; a rate without a date, or of another year than the amount, is
refused. A rate is written `SEK/USD`, `SEK per USD`, or `per USD` where it is a country's and the country names the money.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NoReturn

from tools.calculation.arithmetic import Undefined, number, result
from tools.failures import CallFailed
from tools.types import Reason, Scalar
from tools.values.periods import read_moment
from tools.values.units import canonical, is_money
from tools.values.wording import in_full

_RATE = re.compile(r"(?P<bought>.*?)\s*(?:/|\bper\b)\s*(?P<sold>[^/]+)")


def exchange(amount: Scalar, rate: Scalar) -> Scalar:
    """The amount in the rate's other currency."""
    bought, sold = _currencies(rate)
    _refuse_undated(rate)
    _refuse_another_year(amount, rate)
    if number(rate) <= 0:
        raise Undefined(f"{in_full(rate)} is no rate; it must be above zero")
    have = canonical(amount.unit)
    if have == sold:
        money = result(number(amount) * number(rate), bought, amount, rate)
    elif have == bought:
        money = result(number(amount) / number(rate), sold, amount, rate)
    else:
        _refuse(
            f"{in_full(amount)} is neither in {sold} nor in {bought}, which {in_full(rate)} joins"
        )
    return replace(money, period=amount.period or rate.period)


def _currencies(rate: Scalar) -> tuple[str, str]:
    """What is bought and what is sold at a rate."""
    found = _RATE.fullmatch(rate.unit)
    sold = canonical(found["sold"]) if found else ""
    if found is None or not is_money(sold):
        _refuse(f"{in_full(rate)} is no rate of exchange; its unit reads like SEK/USD or per USD")
    if said := found["bought"]:
        return canonical(said), sold
    owners = {fact.entity.name for fact in rate.facts}
    if len(owners) != 1:
        _refuse(f"whose money {in_full(rate)} buys is not known")
    return f"local currency ({owners.pop()})", sold


def _refuse_undated(rate: Scalar) -> None:
    if not rate.facts or not rate.period:
        _refuse(
            f"the rate {in_full(rate)} has no date and source; look a rate up for a period, it is never assumed"
        )


def _refuse_another_year(amount: Scalar, rate: Scalar) -> None:
    held, quoted = read_moment(amount.period), read_moment(rate.period)
    if held and quoted and held.year != quoted.year:
        _refuse(
            f"the amount is of {amount.period} and the rate of {rate.period}; look the rate up for {held.year}"
        )


def _refuse(why: str) -> NoReturn:
    raise CallFailed(Reason.TYPE_MISMATCH, why)
