"""Money changes its currency by a dated rate that is a fact, and by nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.tools.conftest import Run
from tools.types import Binding, Entity, Fact, Failed, Scalar

NOR = Entity("country/NOR", "Norway", "country")


def rate(value: str, unit: str, period: str, *, has_source: bool = True) -> Scalar:
    fact = Fact(7, NOR, "exchange_rate", value, Decimal(value), unit, period, "worldbank")
    return Scalar(Decimal(value), unit, period, (fact,) if has_source else ())


def bound(**values: Scalar) -> dict[str, Binding]:
    return {f"#{name[1:]}": value for name, value in values.items()}


REVENUE = Scalar(Decimal(200), "USD", "FY2024")


def test_an_amount_is_sold_and_bought(run: Run) -> None:
    values = bound(_1=REVENUE, _2=rate("10.5", "SEK/USD", "2024"))
    sold = run("calculate", values, expression="exchange(#1, #2)")
    assert isinstance(sold, Scalar), sold
    assert (sold.value, sold.unit, sold.period) == (Decimal(2100), "SEK", "FY2024")
    assert [fact.id for fact in sold.facts] == [7]
    assert sold.derivation == "exchange(200 USD, 10.5 SEK/USD)"
    back = run("calculate", {**values, "#1": sold}, expression="exchange(#1, #2)")
    assert isinstance(back, Scalar)
    assert (back.value, back.unit) == (Decimal(200), "USD")


def test_a_country_s_rate_names_whose_money_it_is(run: Run) -> None:
    values = bound(_1=REVENUE, _2=rate("10.5", "per USD", "2024"))
    found = run("calculate", values, expression="exchange(#1, #2)")
    assert isinstance(found, Scalar), found
    assert (found.value, found.unit) == (Decimal(2100), "local currency (Norway)")


@pytest.mark.parametrize(
    ("amount", "by", "said"),
    [
        (REVENUE, rate("10.5", "SEK/USD", ""), "no date"),
        (REVENUE, rate("10.5", "SEK/USD", "2024", has_source=False), "no date and source"),
        (REVENUE, rate("10.5", "SEK/USD", "2020"), "look the rate up for 2024"),
        (REVENUE, rate("10.5", "SEK/EUR", "2024"), "neither in EUR nor in SEK"),
        (REVENUE, rate("10.5", "km/h", "2024"), "no rate of exchange"),
        (REVENUE, rate("0", "SEK/USD", "2024"), "above zero"),
        (Scalar(Decimal(3), "km"), rate("10.5", "SEK/USD", "2024"), "3 km is neither"),
    ],
)
def test_a_rate_that_does_not_fit_is_refused(
    run: Run, amount: Scalar, by: Scalar, said: str
) -> None:
    found = run("calculate", bound(_1=amount, _2=by), expression="exchange(#1, #2)")
    assert isinstance(found, Failed), found
    assert said in found.detail


def test_a_rate_written_down_is_no_fact(run: Run) -> None:
    found = run("calculate", expression="exchange(5 USD, 10 SEK/USD)")
    assert isinstance(found, Failed)
    assert "never assumed" in found.detail
