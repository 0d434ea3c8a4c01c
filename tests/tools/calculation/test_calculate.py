"""The calculator is exact, carries units and evidence, and refuses what costs too much or means nothing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.facts import FewFacts
from tests.tools.conftest import Run
from tools.calculation.calculate import MAX_MEMBERS
from tools.calculation.expressions import MAX_DEPTH
from tools.calculation.functions import FUNCTIONS
from tools.calculation.lexing import MAX_CHARS
from tools.toolbox import Toolbox
from tools.types import (
    Binding,
    Call,
    Entities,
    Entity,
    Fact,
    Failed,
    Measure,
    Observation,
    Period,
    Quantity,
    Reason,
    Scalar,
    Table,
    Truth,
    Verdict,
)

NOR = Entity("country/NOR", "Norway", "country")
SWE = Entity("country/SWE", "Sweden", "country")
FIN = Entity("country/FIN", "Finland", "country")
TOOLBOX = Toolbox(FewFacts())
NUMBERS = st.integers(-(10**18), 10**18).map(lambda n: Decimal(n).scaleb(-6))


def fact(n: int, entity: Entity, value: str, unit: str = "") -> Fact:
    return Fact(n, entity, "field", value, Decimal(value), unit, "2024", "source")


def table(unit: str = "", **values: str) -> Table:
    entities = {"nor": NOR, "swe": SWE, "fin": FIN}
    rows = [
        (entities[name], value, fact(n, entities[name], value, unit))
        for n, (name, value) in enumerate(values.items(), 1)
    ]
    return Table("field", tuple(Measure(e, Decimal(v), unit, "2024", (f,)) for e, v, f in rows))


def value(found: Observation) -> Decimal | str:
    assert isinstance(found, Scalar), found
    return found.value


def rows(found: Observation) -> dict[str, Decimal | str]:
    assert isinstance(found, Table), found
    return {measure.entity.name: measure.value for measure in found.measures}


def reason(found: Observation) -> Reason:
    assert isinstance(found, Failed), found
    return found.reason


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("2 ^ 3 ^ 2", "512"),
        ("-2 ^ 2", "-4"),
        ("2 ^ -2", "0.25"),
        ("7 % 4", "3"),
        ("10 - 4 - 3", "3"),
        ("0.1 + 0.2", "0.3"),
        ("1,234,567 * 2", "2469134"),
        ("max(1,234)", "234"),
        ("3.5bn / 2亿", "17.5"),
        ("12k + 1.5 million", "1512000"),
        ("1.5e3", "1500"),
        ("1 + 12%", "1.12"),
        ("200 × 12%", "24"),
        ("（1＋2）×3", "9"),
        ("sum(1, 2, 3)", "6"),
        ("mean(1, 2)", "1.5"),
        ("min(3, 1, 2)", "1"),
        ("product(2, 3, 4)", "24"),
        ("difference(5, 3)", "2"),
        ("ratio(1, 8)", "0.125"),
        ("growth(3, 2)", "50"),
        ("abs(-3)", "3"),
        ("round(2.345, 2)", "2.34"),
        ("round(2.6)", "3"),
        ("years(1879-03-14, 1921-03-13)", "41"),
        ("years(1921, 1879)", "42"),
        ("age(1879-03-14, 1955-04-18)", "76"),
    ],
)
def test_expressions(run: Run, expression: str, result: str) -> None:
    assert value(run("calculate", expression=expression)) == Decimal(result)


@given(NUMBERS, NUMBERS)
def test_sums_and_products_are_exact(one: Decimal, other: Decimal) -> None:
    bound: dict[str, Binding] = {"#1": Scalar(one), "#2": Scalar(other)}
    total = value(TOOLBOX.run(Call("calculate", {"expression": "#1 + #2"}, bound)))
    product = value(TOOLBOX.run(Call("calculate", {"expression": "#1 * #2"}, bound)))
    assert Fraction(total) == Fraction(one) + Fraction(other)
    assert Fraction(product) == Fraction(one) * Fraction(other)


PIECES = st.sampled_from(
    [
        *FUNCTIONS,
        *"0123456789.,+-*/^%()=<>",
        "#1",
        "#2",
        "@1",
        "9" * 30,
        "1e99",
        "bn",
        "亿",
        "((",
        " ",
        "x",
    ]
)
LINES = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=60).map("".join))
BOUND: dict[str, Binding] = {
    "#1": Scalar(Decimal("28095000000"), "USD", "2025Q3"),
    "#2": table(nor="0", swe="-3", fin="7"),
    "@1": NOR,
}


@given(LINES)
def test_any_text_gives_an_observation(expression: str) -> None:
    found = TOOLBOX.run(Call("calculate", {"expression": expression}, BOUND))
    assert isinstance(found, Scalar | Table | Entities | Verdict | Failed)
    if isinstance(found, Scalar) and isinstance(found.value, Decimal):
        assert found.value.is_finite()
        assert found.value.adjusted() <= 400


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("1 / 0", Reason.BAD_EXPRESSION),
        ("0 ^ -1", Reason.BAD_EXPRESSION),
        ("(0 - 2) ^ 0.5", Reason.BAD_EXPRESSION),
        ("growth(1, 0)", Reason.BAD_EXPRESSION),
        ("growth(5, 0 - 5)", Reason.BAD_EXPRESSION),
        ("", Reason.BAD_EXPRESSION),
        ("1 +", Reason.BAD_EXPRESSION),
        ("1 2", Reason.BAD_EXPRESSION),
        ("(1", Reason.BAD_EXPRESSION),
        ("foo(1)", Reason.BAD_EXPRESSION),
        ("years(1921)", Reason.BAD_EXPRESSION),
        ("growth(1, 2, 3)", Reason.BAD_EXPRESSION),
        ("#7 + 1", Reason.BAD_EXPRESSION),
        ("__import__", Reason.BAD_EXPRESSION),
        ("2 ^ 65", Reason.TOO_COSTLY),
        ("(9^64)^64", Reason.TOO_COSTLY),
        ("1" * (MAX_CHARS + 1), Reason.TOO_COSTLY),
        ("(" * (MAX_DEPTH + 2) + "1", Reason.TOO_COSTLY),
        ("1" + "+1" * 100, Reason.TOO_COSTLY),
    ],
)
def test_what_cannot_be_calculated_says_why(run: Run, expression: str, why: Reason) -> None:
    assert reason(run("calculate", expression=expression)) is why


def test_units_cancel_or_are_carried(run: Run) -> None:
    bound: dict[str, Binding] = {
        "#1": Scalar(Decimal(6), "USD"),
        "#2": Scalar(Decimal(3), "USD"),
        "#3": Scalar(Decimal(2), "people"),
    }
    found = [
        run("calculate", bound, expression=e)
        for e in ("#1 / #2", "#1 / #3", "#1 - #2", "growth(#1, #2)")
    ]
    assert [each.unit for each in found if isinstance(each, Scalar)] == [
        "",
        "USD/people",
        "USD",
        "%",
    ]


def test_units_that_do_not_meet_are_named(run: Run) -> None:
    bound: dict[str, Binding] = {
        "#1": Scalar(Decimal(6), "USD"),
        "#2": Scalar(Decimal(3), "people"),
    }
    failed = run("calculate", bound, expression="#1 + #2")
    assert reason(failed) is Reason.TYPE_MISMATCH
    assert isinstance(failed, Failed)
    assert "USD" in failed.detail
    assert "people" in failed.detail


def test_lengths_are_converted(run: Run) -> None:
    bound: dict[str, Binding] = {"#1": Scalar(Decimal(1), "km"), "#2": Scalar(Decimal(500), "m")}
    assert value(run("calculate", bound, expression="#1 + #2")) == Decimal("1.5")


def test_a_share_is_taken_of_something(run: Run) -> None:
    bound: dict[str, Binding] = {
        "#1": Scalar(Decimal(84), "%"),
        "#2": Scalar(Decimal(100), "people"),
    }
    for expression in ("#1 * #2", "#2 * #1"):
        found = run("calculate", bound, expression=expression)
        assert isinstance(found, Scalar)
        assert (found.value, found.unit) == (Decimal(84), "people")


def test_calendar_years_differ_by_years(run: Run) -> None:
    bound: dict[str, Binding] = {"#1": Scalar(Decimal(1911), "year"), "@1": Period("1903")}
    found = run("calculate", bound, expression="difference(#1, @1)")
    assert isinstance(found, Scalar)
    assert (found.value, found.unit) == (Decimal(8), "years")


def test_a_derivation_shows_the_numbers(run: Run) -> None:
    bound: dict[str, Binding] = {
        "#1": Scalar(Decimal("28095000000"), "USD"),
        "#2": Scalar(Decimal("25182000000"), "USD"),
    }
    found = run("calculate", bound, expression="growth(#1, #2)")
    assert isinstance(found, Scalar)
    assert found.derivation == "28,095,000,000 / 25,182,000,000 − 1"


@pytest.mark.parametrize(
    ("expression", "derivation"),
    [
        ("(1 + 2) * 3", "(1 + 2) × 3"),
        ("1 - (2 - 3)", "1 − (2 − 3)"),
        ("ratio(1, 2 + 3)", "1 / (2 + 3)"),
        ("sum(#1)", "sum(3 values)"),
        ("growth(2, 1) * 2", "(2 / 1 − 1) × 2"),
        ("-(1 + 2) ^ 2", "−(1 + 2) ^ 2"),
    ],
)
def test_derivations_keep_the_order_of_operations(
    run: Run, expression: str, derivation: str
) -> None:
    found = run("calculate", {"#1": table(nor="1", swe="2", fin="3")}, expression=expression)
    assert isinstance(found, Scalar)
    assert found.derivation == derivation


def test_a_fraction_without_end_is_shortened(run: Run) -> None:
    assert value(run("calculate", expression="1 / 3")) == Decimal("0." + "3" * 20)


def test_tables_meet_member_by_member(run: Run) -> None:
    bound: dict[str, Binding] = {
        "#1": table(nor="6", swe="9"),
        "#2": table(swe="3", nor="2", fin="1"),
    }
    assert rows(run("calculate", bound, expression="#1 / #2")) == {"Norway": 3, "Sweden": 3}
    assert rows(run("calculate", bound, expression="#1 - 1")) == {"Norway": 5, "Sweden": 8}
    assert rows(run("calculate", bound, expression="10 - #1")) == {"Norway": 4, "Sweden": 1}
    assert rows(run("calculate", bound, expression="-#1")) == {"Norway": -6, "Sweden": -9}


def test_a_member_without_a_result_is_left_out(run: Run) -> None:
    bound: dict[str, Binding] = {"#1": table(nor="6", swe="9"), "#2": table(nor="0", swe="3")}
    assert rows(run("calculate", bound, expression="#1 / #2")) == {"Sweden": 3}
    assert reason(run("calculate", bound, expression="#1 / 0")) is Reason.BAD_EXPRESSION


def test_tables_without_a_common_member_are_empty(run: Run) -> None:
    bound: dict[str, Binding] = {"#1": table(nor="6"), "#2": table(swe="3")}
    assert reason(run("calculate", bound, expression="#1 + #2")) is Reason.EMPTY


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("sum(#1)", 8),
        ("mean(#1)", "2.6666666666666666667"),
        ("max(#1)", 3),
        ("min(#1)", 2),
        ("count(#1)", 3),
    ],
)
def test_a_table_folds(run: Run, expression: str, result: int | str) -> None:
    found = run("calculate", {"#1": table(nor="3", swe="2", fin="3")}, expression=expression)
    assert value(found) == Decimal(result)


def test_argmax_names_all_who_share_it_with_the_deciding_facts(run: Run) -> None:
    found = run("calculate", {"#1": table(nor="3", swe="2", fin="3")}, expression="argmax(#1)")
    assert isinstance(found, Entities)
    assert found.members == (NOR, FIN)
    assert [each.id for each in found.facts] == [1, 3]


def test_argmin_over_scalars_names_whose_fact_it_is(run: Run) -> None:
    bound: dict[str, Binding] = {
        "#1": Scalar(Decimal(3), "", "2024", (fact(1, NOR, "3"),)),
        "#2": Scalar(Decimal(2), "", "2024", (fact(2, SWE, "2"),)),
    }
    found = run("calculate", bound, expression="argmin(#1, #2)")
    assert isinstance(found, Entities)
    assert found.members == (SWE,)


def test_the_latest_of_dates(run: Run) -> None:
    dates = Table(
        "birth_date",
        (Measure(NOR, "1879-03-14", "", "", ()), Measure(SWE, "1867-11-07", "", "", ())),
    )
    assert value(run("calculate", {"#1": dates}, expression="min(#1)")) == "1867-11-07"


def test_sets_unite_and_intersect(run: Run) -> None:
    bound: dict[str, Binding] = {"#1": Entities((NOR, SWE)), "#2": Entities((FIN, SWE)), "@1": NOR}
    united = run("calculate", bound, expression="union(#1, #2)")
    assert isinstance(united, Entities)
    assert united.members == (NOR, SWE, FIN)
    common = run("calculate", bound, expression="intersect(#1, #2)")
    assert isinstance(common, Entities)
    assert common.members == (SWE,)
    assert reason(run("calculate", bound, expression="intersect(#2, @1)")) is Reason.EMPTY
    assert value(run("calculate", bound, expression="count(#1, #2)")) == 3


def test_a_text_counts_its_values(run: Run) -> None:
    assert (
        value(run("calculate", {"#1": Scalar("French; German; Italian")}, expression="count(#1)"))
        == 3
    )


@pytest.mark.parametrize(
    "expression",
    [
        "#1 + 1",
        "max(#1)",
        "#2 + 1",
        "sum(#2)",
        "intersect(#3, #3)",
        "count(#3)",
        "#4 * 2",
        "max(#2, 1)",
    ],
)
def test_values_of_the_wrong_sort_are_refused(run: Run, expression: str) -> None:
    bound: dict[str, Binding] = {
        "#1": Entities((NOR,)),
        "#2": Scalar("Oslo"),
        "#3": Scalar(Decimal(1)),
        "#4": Verdict(Truth.SUPPORTED, "2 > 1"),
    }
    assert reason(run("calculate", bound, expression=expression)) is Reason.TYPE_MISMATCH


@pytest.mark.parametrize(
    ("expression", "truth"),
    [
        ("2 > 1", Truth.SUPPORTED),
        ("2 <= 1", Truth.CONTRADICTED),
        ("1/3 = 0.333", Truth.SUPPORTED),
        ("2 != 2", Truth.CONTRADICTED),
    ],
)
def test_a_comparison_of_numbers_is_a_verdict(run: Run, expression: str, truth: Truth) -> None:
    found = run("calculate", expression=expression)
    assert isinstance(found, Verdict)
    assert found.truth is truth


def test_a_comparison_of_a_table_keeps_members(run: Run) -> None:
    assert rows(run("calculate", {"#1": table(nor="3", swe="2")}, expression="#1 >= 3")) == {
        "Norway": 3
    }
    assert reason(run("calculate", {"#1": table(nor="3")}, expression="#1 > 3")) is Reason.EMPTY


def test_results_keep_the_facts_of_their_inputs(run: Run) -> None:
    bound: dict[str, Binding] = {
        "#1": table(nor="3", swe="2"),
        "#2": Scalar(Decimal(1), "", "2024", (fact(9, FIN, "1"),)),
    }
    found = run("calculate", bound, expression="sum(#1) / #2")
    assert isinstance(found, Scalar)
    assert {each.id for each in found.facts} == {1, 2, 9}


def test_a_disagreement_is_not_forgotten(run: Run) -> None:
    found = run("calculate", {"#1": Scalar(Decimal(3), disagrees=True)}, expression="#1 * 2")
    assert isinstance(found, Scalar)
    assert found.disagrees


def test_crowds_are_refused(run: Run) -> None:
    crowd = Entities(tuple(Entity(f"x/{n}", "x", "x") for n in range(MAX_MEMBERS + 1)))
    assert reason(run("calculate", {"#1": crowd}, expression="count(#1)")) is Reason.TOO_COSTLY


def test_a_number_pointer_is_an_operand(run: Run) -> None:
    bound: dict[str, Binding] = {"@1": Quantity(Decimal("2.5"), "USD")}
    found = run("calculate", bound, expression="@1 * 2")
    assert isinstance(found, Scalar)
    assert (found.value, found.unit) == (Decimal(5), "USD")
