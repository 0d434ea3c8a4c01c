"""The four tools on what the Factbook's profiles, filings and lists say beyond the main fields."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tools.facts.store import FactStore
from tools.toolbox import Toolbox
from tools.types import (
    Binding,
    Call,
    Entities,
    EntityClass,
    Observation,
    Scalar,
    Text,
    Truth,
    Verdict,
)


@pytest.fixture(scope="module")
def tools(store: FactStore) -> Toolbox:
    return Toolbox(store)


def ask(tools: Toolbox, tool: str, **args: str) -> Observation:
    return tools.run(Call(tool, args, {}))


@pytest.mark.parametrize(
    ("source", "field", "period", "value"),
    [
        ("Germany", "gini", "", "32.4"),
        ("Germany", "main religion", "", "Catholic"),
        ("Germany", "lowest elevation", "", "-3.5"),
        ("Germany", "head of state", "", "Frank-Walter Steinmeier"),
        ("Germany", "physicians", "", "4.53"),
        ("Germany", "largest city", "", "Berlin"),
        ("Germany", "main export partner", "", "United States"),
        ("Kenya", "legislature", "", "Parliament of Kenya"),
        ("Apple", "iPhone sales", "FY2024", "201183000000"),
        ("Apple", "52-week high", "", "344.57"),
        ("Tesla", "Supercharger stations", "2024Q1", "6249"),
        ("Pacific Ocean", "mean depth", "", "4080"),
        ("Jupiter", "rotation period", "", "9.9"),
        ("Iron", "group number", "", "8"),
        ("China", "electric bus sales", "2024", "48000"),
    ],
)
def test_a_value_of_the_raw_tables_is_looked_up(
    tools: Toolbox, source: str, field: str, period: str, value: str
) -> None:
    found = ask(tools, "lookup", source=source, field=field, period=period)
    assert isinstance(found, Scalar), found
    assert str(found.value) == value


def test_shares_are_told_with_their_names(tools: Toolbox) -> None:
    found = ask(tools, "lookup", source="Germany", field="religions")
    assert isinstance(found, Scalar)
    assert "Catholic (24.8%)" in str(found.value)


def test_a_set_is_narrowed_by_a_value(tools: Toolbox) -> None:
    bound: dict[str, Binding] = {
        "@1": EntityClass("country", "countries", "country"),
        "@2": Text("Buddhist"),
    }
    found = tools.run(Call("search", {"query": "@1 @2"}, bound))
    assert isinstance(found, Entities), found
    members = {entity.id for entity in found.members}
    assert {"country/THA", "country/KHM"} <= members
    assert "country/DEU" not in members


def test_claims_are_judged(tools: Toolbox) -> None:
    found = ask(tools, "verify", claim="Germany gini < 40")
    assert isinstance(found, Verdict), found
    assert found.truth is Truth.SUPPORTED


def test_numbers_are_calculated_with(tools: Toolbox) -> None:
    low, high = (ask(tools, "lookup", source=name, field="gini") for name in ("Slovakia", "Brazil"))
    assert isinstance(low, Scalar)
    assert isinstance(high, Scalar)
    found = tools.run(Call("calculate", {"expression": "#2 - #1"}, {"#1": low, "#2": high}))
    assert isinstance(found, Scalar), found
    assert found.value == Decimal(str(high.value)) - Decimal(str(low.value))
