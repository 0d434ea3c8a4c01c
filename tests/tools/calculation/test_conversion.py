"""Expressions with units: what people ask for is what they get, and what does not meet is refused with the reason."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.outcomes import failed, scalar
from tests.tools.conftest import Run
from tools.types import Binding, Entity, Measure, Reason, Scalar, Table
from tools.values.metrology import UNITS, definition
from tools.values.units import convert

NOR = Entity("country/NOR", "Norway", "country")
LENGTHS = [name for name, unit in UNITS.items() if unit.kind == "length"]


@pytest.mark.parametrize(
    ("expression", "number", "unit"),
    [
        ("5 km in miles", "3.1068559611866698481", "mi"),
        ("26.2 miles to km", "42.1648128", "km"),
        ("6 feet + 2 inches in cm", "187.96", "cm"),
        ("100 square miles as km2", "258.9988110336", "km2"),
        ("1 km2 -> acres", "247.10538146716534225", "acres"),
        ("150 pounds in kg", "68.0388555", "kg"),
        ("72 °F in °C", "22.222222222222222222", "°C"),
        ("0 celsius in fahrenheit", "32", "°F"),
        ("1 light year in km", "9460730472580.8", "km"),
        ("300 km / 2.5 h", "120", "km/h"),
        ("60 km/h * 90 minutes in km", "90", "km"),
        ("90 km / (1.5 h) in m/s", "16.666666666666666667", "m/s"),
        ("80 people/km2 in people per square mile", "207.19904882688", "people/mi2"),
        ("10 days in hours", "240", "h"),
        ("5公里 + 300米 in 英里", "3.2932673188578700390", "mi"),
        ("12 % of 300 people", "36", "people"),
        ("12 percent of $50", "6", "USD"),
        ("$25 billion / 2 people", "12500000000", "USD/people"),
        ("281亿美元 in million USD", "28100", "million USD"),
        ("0.25 in %", "25", "%"),
        ("convert(5 km, m)", "5000", "m"),
        ("sqrt(144 km2)", "12", "km"),
        ("(3 km) ^ 2", "9", "km2"),
        ("3 km * 2000 metres / 1 km", "6000", "m"),
        ("4 km * 0.5 / m", "2000", ""),
        ("20 °C - 68 °F", "0", "°C"),
        ("5% + 2 percentage points", "7", "%"),
        ("points(5%, 3%)", "2", "percentage points"),
        ("share(30 km, 120 km)", "25", "%"),
    ],
)
def test_units_in_expressions(run: Run, expression: str, number: str, unit: str) -> None:
    found = scalar(run("calculate", expression=expression))
    assert (found.value, found.unit) == (Decimal(number), unit)


def test_a_looked_up_value_is_converted_with_its_derivation(run: Run) -> None:
    area: dict[str, Binding] = {"#1": Scalar(Decimal(385207), "km2", "2024")}
    found = scalar(run("calculate", area, expression="round(#1 in square miles)"))
    assert (found.value, found.unit, found.period) == (Decimal(148729), "mi2", "2024")
    assert found.derivation == "round(385,207 km² in mi2)"


def test_a_table_is_converted_member_by_member(run: Run) -> None:
    table = Table("length", (Measure(NOR, Decimal(100), "km", "2024", ()),))
    found = run("calculate", {"#1": table}, expression="#1 in miles")
    assert isinstance(found, Table)
    assert found.measures[0].unit == "mi"
    assert found.measures[0].value == Decimal("62.137119223733396962")


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("5 km + 3 people", "5 km (length) and 3 people (count)"),
        ("2 * (5 km + 3 people)", "(in 5 km + 3 people)"),
        ("5 km in USD", "5 km (length) cannot be put in USD (money)"),
        ("$5 + €5", "exchange(amount, rate)"),
        ("$5 in EUR", "only by a dated rate"),
        ("5 in km", "5 has no unit"),
        ("5 km in 3 miles", "a unit alone"),
        ("(20 °C - 5 °C) in °F", "was computed (20 °C − 5 °C)"),
        ("20 °C + 9 °F", "different scales"),
        ("2 ^ (3 km)", "an exponent has no unit"),
        ("sqrt(3 km)", "the square root of km is no unit"),
        ("ln(3 km)", "without unit"),
        ("points(5, 3)", "two percentages"),
    ],
)
def test_what_does_not_meet_says_what_and_where(run: Run, expression: str, said: str) -> None:
    assert said in failed(run("calculate", expression=expression)).detail


@pytest.mark.parametrize(
    ("expression", "place"),
    [("2 * (3 + )", 10), ("5 km foo", 6), ("one + 2", 1), ("5 km in", 8), ("1 + §", 4)],
)
def test_what_cannot_be_read_says_where(run: Run, expression: str, place: int) -> None:
    found = failed(run("calculate", expression=expression))
    assert found.reason is Reason.BAD_EXPRESSION
    assert f"at character {place} of" in found.detail


@pytest.mark.parametrize("expression", ["5 m + 3 km", "5m + 3 km", "300 K in °C"])
def test_a_letter_that_may_mean_two_things_is_refused(run: Run, expression: str) -> None:
    assert "write one of them" in failed(run("calculate", expression=expression)).detail


def test_a_temperature_that_was_subtracted_in_an_earlier_row_is_not_converted(run: Run) -> None:
    warmer = Scalar(Decimal(5), "°C", derivation="20 − 15")
    found = failed(run("calculate", {"#1": warmer}, expression="#1 in °F"))
    assert found.reason is Reason.TYPE_MISMATCH
    hottest = Scalar(Decimal(5), "°C", derivation="max(3 values)")
    assert scalar(run("calculate", {"#1": hottest}, expression="#1 in °F")).value == Decimal(41)


@given(st.sampled_from(LENGTHS), st.sampled_from(LENGTHS), st.integers(-(10**9), 10**9))
def test_there_and_back_is_the_same(one: str, other: str, n: int) -> None:
    there = convert(Decimal(n), one, other)
    assert there is not None
    back = convert(there, other, one)
    assert back is not None
    assert abs(back - n) <= abs(n) * Decimal("1e-20")


@pytest.mark.parametrize("name", [name for name, unit in UNITS.items() if unit.pint])
def test_every_unit_is_one_that_pint_knows_and_of_one_kind(name: str) -> None:
    found = definition(name)
    assert found is not None
    like = next(u.id for u in UNITS.values() if u.kind == UNITS[name].kind)
    assert convert(Decimal(1), name, like) is not None
