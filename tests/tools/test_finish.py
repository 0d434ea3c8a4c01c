"""An answer says its value in words and rests on the facts of every row it names."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.facts import FewFacts
from tests.tools.conftest import Run
from tools.evidence import behind
from tools.toolbox import Toolbox
from tools.types import (
    Answer,
    Binding,
    Call,
    Entities,
    Entity,
    Failed,
    Measure,
    Reason,
    Scalar,
    Table,
    Truth,
    Value,
    Verdict,
)
from tools.values.wording import Language, amount, in_full, say

WORLD = FewFacts()
TOOLBOX = Toolbox(WORLD)
NOR = Entity("country/NOR", "Norway", "country")
SWE = Entity("country/SWE", "Sweden", "country")
MANY = Entities(tuple(Entity(f"x/{n}", f"X{n}", "x") for n in range(15)))

FACTS = st.lists(st.sampled_from(WORLD.all), max_size=4, unique=True).map(tuple)
VALUES: st.SearchStrategy[Value] = st.one_of(
    FACTS.map(lambda facts: Entities((NOR,), facts)),
    FACTS.map(lambda facts: Scalar(Decimal(1), "USD", "2024", facts)),
    FACTS.map(lambda facts: Scalar("text", facts=facts)),
    FACTS.map(lambda facts: Verdict(Truth.SUPPORTED, "claim", facts)),
    FACTS.map(lambda facts: Table("field", (Measure(NOR, Decimal(1), "", "", facts),))),
)


def facts_in(value: Value) -> set[int]:
    if isinstance(value, Table):
        return {fact.id for found in value.measures for fact in found.facts}
    return {fact.id for fact in value.facts}


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_an_answer_rests_on_nothing_but_its_inputs(values: list[Value]) -> None:
    bound: dict[str, Binding] = {f"#{n}": value for n, value in enumerate(values, 1)}
    found = TOOLBOX.run(Call("finish", {"answer": " ".join(bound)}, bound))
    assert isinstance(found, Answer)
    assert found.value == values[0]
    assert {fact.id for fact in found.facts} <= set().union(*(facts_in(value) for value in values))
    assert {f.id for value in values for f in behind(value)} == {f.id for f in found.facts}


def test_the_rest_of_a_series_is_no_evidence(run: Run) -> None:
    series = run("lookup", source="Norway", field="population")
    assert isinstance(series, Scalar)
    found = run("finish", {"#1": series}, answer="#1")
    assert isinstance(found, Answer)
    assert found.text == "5,572,279 people (2024)"
    assert [fact.period for fact in found.facts] == ["2024"]
    assert found.value == series


def test_an_entity_pointer_can_be_an_answer(run: Run) -> None:
    found = run("finish", {"@1": NOR}, answer="@1")
    assert isinstance(found, Answer)
    assert found.text == "Norway"


def test_words_are_an_answer_without_evidence(run: Run) -> None:
    found = run("finish", answer="Oslo")
    assert isinstance(found, Answer)
    assert (found.text, found.facts) == ("Oslo", ())


@pytest.mark.parametrize("answer", ["", "   ", "#3"])
def test_an_answer_that_names_nothing_is_refused(run: Run, answer: str) -> None:
    found = run("finish", answer=answer)
    assert isinstance(found, Failed)
    assert found.reason is Reason.BAD_EXPRESSION


@pytest.mark.parametrize(
    ("value", "lang", "said"),
    [
        (Entities((NOR, SWE)), "en", "Norway, Sweden"),
        (Entities((NOR, SWE)), "zh", "Norway、Sweden"),
        (MANY, "en", ", ".join(f"X{n}" for n in range(12)) + " and 3 more"),
        (MANY, "zh", "、".join(f"X{n}" for n in range(12)) + "等15个"),
        (Scalar(Decimal("28095000000"), "USD", "2025Q3"), "en", "28,095,000,000 USD (2025Q3)"),
        (Scalar(Decimal("28095000000"), "USD", "2025Q3"), "zh", "28,095,000,000美元（2025Q3）"),
        (Scalar(Decimal("11.567786"), "%", derivation="a / b − 1"), "en", "11.57%"),
        (Scalar(Decimal("1921"), "year", "1921"), "en", "1921"),
        (Scalar(Decimal("46"), "years", derivation="years(a, b)"), "zh", "46年"),
        (Scalar("1879-03-14"), "en", "1879-03-14"),
        (Table("gdp", (Measure(NOR, Decimal(1000), "USD", "", ()),)), "en", "Norway: 1,000 USD"),
        (Verdict(Truth.SUPPORTED, "2 > 1"), "en", "Supported: 2 > 1"),
        (Verdict(Truth.UNKNOWN, "2 > 1"), "zh", "无法判断：2 > 1"),
    ],
)
def test_values_in_words(value: Value, lang: Language, said: str) -> None:
    assert say(value, lang) == said


@pytest.mark.parametrize(
    ("number", "unit", "said"),
    [
        ("429020755432.721", "USD", "429,020,755,432.72 USD"),
        ("0.333333333", "", "0.3333"),
        ("0.000012345", "", "0.0000123"),
        ("5.50", "km2", "5.5 km²"),
        ("12.00", "%", "12%"),
        ("0.00123", "%", "0.00123%"),
        ("2", "% of GDP", "2% of GDP"),
        ("0", "people", "0 people"),
        ("-3.14159", "", "-3.1416"),
        ("5972000000000000000000000", "kg", "5.972 × 10^24 kg"),
    ],
)
def test_numbers_are_rounded_as_people_read_them(number: str, unit: str, said: str) -> None:
    assert amount(Decimal(number), unit) == said


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30))
def test_any_number_can_be_said(number: Decimal) -> None:
    assert amount(number, "USD").endswith(" USD")
    assert in_full(Scalar(number, "USD")).endswith(" USD")
