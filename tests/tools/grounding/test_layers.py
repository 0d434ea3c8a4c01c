"""verify over text: each layer decides what it can, and what none can decide is unknown."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tools.grounding.layers import Ground, conclusion, examined
from tools.grounding.verifying import is_about_passages, verify_text
from tools.passages import fact_of
from tools.types import (
    Binding,
    Call,
    FieldRef,
    Passage,
    Passages,
    Period,
    Quantity,
    Text,
    Truth,
    Verdict,
)

TEXT = (
    "The Arnsberg plant opened in 2019. In 2023 the plant sold 118 machines, and in 2024 it sold 131 machines. "
    "Its tower is 31 metres high. The director said that “quality comes before speed” in every year. "
    "The plant cost $1.32 billion."
)
PASSAGE = Passage(
    "p0123456789", "Plant memo", TEXT, "", "documents", "documents:memo.md", "", "line 5"
)
FOUND = Passages((PASSAGE,), (fact_of(PASSAGE),))
SUPPORTED, CONTRADICTED, UNKNOWN = Truth.SUPPORTED, Truth.CONTRADICTED, Truth.UNKNOWN


class Judge:
    """Says what it is told to say, and keeps what it was asked."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.asked: list[str] = []

    def judge(self, premise: str, claim: str) -> Truth:
        self.asked.append(claim)
        return self.truth


def ground(passage: Passage, text: str = TEXT, *, is_whole: bool = True) -> Ground:
    return Ground(passage, text, is_whole)


def verdict(claim: str, judge: Judge | None = None, **bound: Binding) -> Verdict:
    named = {"e": "#1", **{name: f"@{n}" for n, name in enumerate(bound, 2)}}
    bindings = {"#1": FOUND, **{named[name]: term for name, term in bound.items()}}
    for name, symbol in named.items():
        claim = claim.replace(f"<{name}>", symbol)
    return verify_text(Call("verify", {"claim": claim}, bindings), ground, judge)


def layer(found: Verdict, name: str) -> list[Truth]:
    return [check.truth for check in found.checks if check.layer == name]


def test_quoted_words_that_stand_in_the_source_support() -> None:
    found = verdict('<e> contains "quality comes  before speed"')
    assert found.truth is SUPPORTED
    assert "Plant memo line 5" in found.checks[0].detail
    assert found.facts == FOUND.facts


def test_quoted_words_that_are_not_there_contradict_only_where_all_was_read() -> None:
    claim = Call("verify", {"claim": '#1 contains "speed comes first"'}, {"#1": FOUND})
    assert verify_text(claim, ground).truth is CONTRADICTED
    partly = verify_text(claim, lambda passage: ground(passage, is_whole=False))
    assert partly.truth is UNKNOWN


def test_case_quotes_and_dashes_of_a_quotation_do_not_matter() -> None:
    assert verdict('<e> contains "QUALITY comes before speed."').truth is SUPPORTED


def test_a_citation_that_does_not_exist_leaves_a_claim_unknown() -> None:
    judge = Judge(SUPPORTED)
    assert verdict("<e> The plant opened [pffffffffff]", judge).truth is UNKNOWN
    assert verdict("<e> The plant opened [p0123456789]", judge).truth is SUPPORTED


@pytest.mark.parametrize(
    ("claim", "truth", "shown"),
    [
        ("The plant sold 131 machines in 2024", SUPPORTED, "131"),
        ("The tower is 3100 cm high", SUPPORTED, "31 metres"),
        ("The plant cost $1.3 billion", SUPPORTED, "$1.32 billion"),
        ("Sales grew by 11% in 2024", SUPPORTED, "(131 − 118) / 118 = 11%"),
        ("The plant sold 249 machines in total", SUPPORTED, "118 + 131 = 249"),
        ("The tower is 45 metres high", CONTRADICTED, "31 metres"),
        ("The plant sold 777 machines", UNKNOWN, "777"),
        ("The plant opened in 2021", UNKNOWN, "2021"),
    ],
)
def test_numbers_units_and_years_are_held_against_the_source(
    claim: str, truth: Truth, shown: str
) -> None:
    found = verdict(f"<e> {claim}")
    assert truth in layer(found, "numbers")
    assert any(shown in check.detail for check in found.checks)


def test_a_number_of_another_year_is_contradicted() -> None:
    text = "The depot sold 118 machines in 2023."
    claim = Call("verify", {"claim": "#1 The depot sold 118 machines in 2024"}, {"#1": FOUND})
    found = verify_text(claim, lambda passage: ground(passage, text))
    assert found.truth is CONTRADICTED
    assert "is said of 2023" in found.checks[0].detail


def test_without_a_model_a_paraphrase_is_unknown() -> None:
    found = verdict("<e> The works began in 2019")
    assert found.truth is UNKNOWN
    assert layer(found, "entailment") == [UNKNOWN]


@pytest.mark.parametrize("truth", Truth)
def test_the_model_is_the_last_layer(truth: Truth) -> None:
    assert verdict("<e> The works began in 2019", Judge(truth)).truth is truth


def test_the_model_cannot_overrule_what_the_words_say() -> None:
    judge = Judge(SUPPORTED)
    assert verdict("<e> The tower is 45 metres high", judge).truth is CONTRADICTED
    assert judge.asked == []
    assert verdict("<e> The plant sold 777 machines", judge).truth is UNKNOWN


@pytest.mark.parametrize(
    ("sign", "number", "truth"),
    [(">", 30, SUPPORTED), ("<", 30, CONTRADICTED), ("=", 31, SUPPORTED), ("!=", 31, CONTRADICTED)],
)
def test_a_field_of_a_source_is_compared(sign: str, number: int, truth: Truth) -> None:
    tower, height = FieldRef("height", "tower high"), Quantity(Decimal(number), "m")
    assert verdict(f"<e> <f> {sign} <n>", f=tower, n=height).truth is truth


def test_several_numbers_for_a_field_decide_nothing_until_a_year_is_named() -> None:
    sold, many = FieldRef("sold", "machines sold"), Quantity(Decimal(120))
    text = "The plant sold 118 machines in 2023. The plant sold 131 machines in 2024."
    bindings: dict[str, Binding] = {"#1": FOUND, "%1": sold, "@1": many, "@2": Period("2024")}

    def asked(claim: str) -> Truth:
        call = Call("verify", {"claim": claim}, bindings)
        return verify_text(call, lambda passage: ground(passage, text)).truth

    assert asked("#1 %1 > @1") is UNKNOWN
    assert asked("#1 %1 > @1 in @2") is SUPPORTED


def test_a_word_for_a_field_is_looked_for_in_the_sentences_about_it() -> None:
    assert (
        verdict("<e> <f> = <w>", f=FieldRef("opened", "plant opened"), w=Text("2019")).truth
        is SUPPORTED
    )
    assert (
        verdict("<e> <f> = <w>", f=FieldRef("opened", "plant opened"), w=Text("2018")).truth
        is UNKNOWN
    )


def test_a_claim_without_passages_is_left_to_the_facts() -> None:
    assert is_about_passages(Call("verify", {"claim": "#1 > 3"}, {"#1": FOUND}))
    assert not is_about_passages(Call("verify", {"claim": "#1 > 3"}, {"#1": Text("x")}))


@given(st.integers(3, 10**7), st.sampled_from(["machines", "metres", "%", "billion dollars"]))
def test_a_number_that_the_source_does_not_hold_is_never_supported(number: int, unit: str) -> None:
    assume(str(number) not in TEXT and f"{number:,}" not in TEXT)
    assume(not (unit == "%" and number in (10, 11, 12)))  # follows from the source
    checks = examined(f"The plant has {number} {unit}", [ground(PASSAGE)])
    assert conclusion(checks) is not SUPPORTED


@given(st.text(max_size=120))
def test_any_text_can_be_examined(claim: str) -> None:
    assert conclusion(examined(claim, [ground(PASSAGE)])) in Truth
