"""Roots, logarithms and compound growth have the digits they claim and refuse what has no result."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.facts import FewFacts
from tests.tools.conftest import Run
from tools.toolbox import Toolbox
from tools.types import Binding, Call, Failed, Reason, Scalar

TOOLBOX = Toolbox(FewFacts())


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("sqrt(2)", "1.4142135623730950488"),
        ("sqrt(25%)", "0.5"),
        ("exp(1)", "2.7182818284590452354"),
        ("ln(10)", "2.3025850929940456840"),
        ("log(1000, 10)", "3"),
        ("log10(0.001)", "-3"),
        ("log2(1024)", "10"),
        ("cagr(200, 100, 10)", "7.1773462536293164213"),
        ("cagr(121, 100, 2 years)", "10"),
        ("median(3, 1, 2)", "2"),
        ("median(3, 1, 2, 10)", "2.5"),
        ("(1/3) * 3", "1"),
    ],
)
def test_results(run: Run, expression: str, value: str) -> None:
    found = run("calculate", expression=expression)
    assert isinstance(found, Scalar), found
    assert found.value == Decimal(value)


def test_growth_over_periods_takes_its_years_from_them(run: Run) -> None:
    values: dict[str, Binding] = {
        "#1": Scalar(Decimal(121), "USD", "FY2024"),
        "#2": Scalar(Decimal(100), "USD", "FY2022"),
    }
    found = run("calculate", values, expression="cagr(#1, #2)")
    assert isinstance(found, Scalar), found
    assert (found.value, found.unit) == (Decimal(10), "% a year")


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("sqrt(-1)", Reason.BAD_EXPRESSION),
        ("ln(0)", Reason.BAD_EXPRESSION),
        ("log(5)", Reason.BAD_EXPRESSION),
        ("log(5, 1)", Reason.BAD_EXPRESSION),
        ("cagr(1, 0, 5)", Reason.BAD_EXPRESSION),
        ("cagr(2, 1, 0)", Reason.BAD_EXPRESSION),
        ("cagr(2, 1)", Reason.BAD_EXPRESSION),
        ("cagr(2, 1, 3 km)", Reason.TYPE_MISMATCH),
        ("share(1, 0)", Reason.BAD_EXPRESSION),
        ("exp(1000)", Reason.TOO_COSTLY),
        ("exp(1e99)", Reason.TOO_COSTLY),
    ],
)
def test_what_has_no_result_is_refused(run: Run, expression: str, why: Reason) -> None:
    found = run("calculate", expression=expression)
    assert isinstance(found, Failed), found
    assert found.reason is why


@given(st.integers(0, 10**18))
def test_the_root_of_a_square_is_exact(n: int) -> None:
    found = TOOLBOX.run(Call("calculate", {"expression": f"sqrt({n * n})"}))
    assert isinstance(found, Scalar)
    assert found.value == n
