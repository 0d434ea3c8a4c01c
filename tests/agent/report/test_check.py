from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.report.check import Ground, checked, recomputed
from agent.report.labels import Namer
from agent.report.numerals import phrase
from agent.report.types import Derived, Sentence
from agent.types import Language
from tools.types import Entity, Fact

TESLA = Entity("company/TSLA", "Tesla 3000", "company")


def fact(number: int, value: str, period: str = "2025Q3", unit: str = "USD") -> Fact:
    return Fact(number, TESLA, "revenue", value, Decimal(value), unit, period, "tesla.ir")


FACTS = {"f1": fact(1, "28095000000"), "f2": fact(2, "22496000000", "2025Q2")}
GROUND = Ground(FACTS, Namer("en"))
GROWTH = Derived(
    operation="growth", operands=("f1", "f2"), value=Decimal(28095) / Decimal(22496) - 1
)


def marked(text: str, *citations: str, derived: tuple[Derived, ...] = ()) -> tuple[str, ...]:
    sentence = Sentence(kind="level", text=text, citations=citations, derived=derived)
    return checked(sentence, GROUND).unsupported


def test_a_cited_number_passes_at_the_digits_shown() -> None:
    assert marked("Revenue stood at $28.10 billion in the third quarter of 2025.", "f1") == ()
    assert marked("Revenue stood at $28,095,000,000.", "f1") == ()
    assert marked("营收为280.95亿美元。", "f1") == ()


def test_another_number_is_marked() -> None:
    assert marked("Revenue stood at $28.11 billion.", "f1") == ("28.11 billion",)
    assert marked("Revenue stood at $28.10 million.", "f1") == ("28.10 million",)


def test_a_number_without_a_citation_is_marked() -> None:
    assert marked("Revenue stood at $28.10 billion.") == ("28.10 billion",)
    assert marked("Revenue stood at $28.10 billion.", "f2") == ("28.10 billion",)


def test_digits_of_names_and_cited_periods_are_no_numbers() -> None:
    assert marked("Tesla 3000 in Q3 2025.", "f1") == ()
    assert marked("Tesla 3000 in Q3 2026.", "f1") == ("3", "2026")


def test_a_year_inside_a_larger_number_is_not_taken_for_a_period() -> None:
    assert marked("Revenue stood at 2,025,000.", "f1") == ("2,025,000",)


def test_a_derived_number_passes_only_if_computing_it_again_agrees() -> None:
    wrong = GROWTH.model_copy(update={"value": Decimal("0.5")})
    assert marked("It grew by 24.9%.", "f1", "f2", derived=(GROWTH,)) == ()
    assert marked("It grew by 50.0%.", "f1", "f2", derived=(wrong,)) == ("50.0",)


def test_a_derived_number_needs_its_operands() -> None:
    stray = GROWTH.model_copy(update={"operands": ("f1", "f9")})
    assert recomputed(stray, FACTS) is None
    assert marked("It grew by 24.9%.", "f1", derived=(stray,)) == ("24.9",)


def test_division_by_zero_supports_nothing() -> None:
    facts = {"f1": FACTS["f1"], "f0": fact(3, "0")}
    ratio = Derived(operation="ratio", operands=("f1", "f0"), value=Decimal(1))
    assert recomputed(ratio, facts) is None


def test_numbers_of_the_question_may_be_repeated() -> None:
    ground = Ground(FACTS, Namer("en"), question="Is it above 5 million?")
    sentence = Sentence(kind="answer", text="It is above 5,000,000 and 6.")
    assert checked(sentence, ground).unsupported == ("6",)


def test_a_calculation_is_known_by_its_expression() -> None:
    derived = Derived(operation="calculated", operands=(), value=Decimal(4), expression="1 + 3")
    sentence = Sentence(kind="computed", text="The answer is 4, as 1 + 3.", derived=(derived,))
    known = Ground(FACTS, Namer("en"), computed={"1 + 3": Decimal(4)})
    assert checked(sentence, known).unsupported == ()
    assert checked(sentence, GROUND).unsupported == ("4", "1", "3")


NUMBERS = st.decimals(-(10**14), 10**14, allow_nan=False, places=2)


@given(
    NUMBERS,
    st.sampled_from(["USD", "people", "%", "km2", "vehicles"]),
    st.sampled_from(["en", "zh"]),
)
def test_what_is_shown_of_a_number_is_found_again(
    number: Decimal, unit: str, lang: Language
) -> None:
    facts = {"f1": Fact(1, TESLA, "revenue", str(number), number, unit, "", "x")}
    sentence = Sentence(kind="level", text=f"= {phrase(number, unit, lang)}!", citations=("f1",))
    assert checked(sentence, Ground(facts, Namer(lang))).unsupported == ()


@given(st.integers(1, 10**12), st.integers(1, 10**12))
def test_a_different_whole_number_is_never_let_through(cited: int, said: int) -> None:
    facts = {"f1": Fact(1, TESLA, "revenue", str(cited), Decimal(cited), "", "", "x")}
    sentence = Sentence(kind="level", text=f"It is {said:,}.", citations=("f1",))
    assert bool(checked(sentence, Ground(facts, Namer("en"))).unsupported) == (cited != said)


@pytest.mark.parametrize("operation", ["growth", "difference", "ratio", "share", "sum", "count"])
def test_every_operation_is_computed_again(operation: str) -> None:
    derived = Derived.model_validate(
        {"operation": operation, "operands": ("f1", "f2"), "value": Decimal(0)}
    )
    expected = {
        "growth": Decimal(28095) / Decimal(22496) - 1,
        "difference": Decimal(5599000000),
        "ratio": Decimal(28095) / Decimal(22496),
        "share": Decimal(28095) / Decimal(22496),
        "sum": Decimal(50591000000),
        "count": Decimal(2),
    }
    assert recomputed(derived, FACTS) == expected[operation]
