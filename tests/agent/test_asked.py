"""Answers in the unit that a question asks for."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from agent.asked import asked_kind, asked_unit, in_unit
from tools.types import Entity, Fact, Measure, Scalar, Table
from tools.values.metrology import SPELLED, UNITS

EVEREST = Entity("mountain/everest", "Everest", "mountain")
IRON, GOLD = Entity("element/Fe", "Iron", "element"), Entity("element/Au", "Gold", "element")


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("How high is Everest in feet?", "ft"),
        ("how many miles long is the Nile", "mi"),
        ("area of France, converted into square miles", "mi2"),
        ("melting point of iron in degrees Celsius", "°C"),
        ("尼罗河有多少英里长", "mi"),
        ("珠峰高度换算成英尺", "ft"),
        ("How high is Everest?", ""),
        ("Tesla's revenue in 2024", ""),
        ("the highest mountain in Minas", ""),
    ],
)
def test_the_unit_a_question_asks_for(question: str, unit: str) -> None:
    assert asked_unit(question) == unit


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How deep is the sea the Danube ends in?", "number"),
        ("多瑙河最后流进的那片海，最深的地方有多深", "number"),
        ("Since when does the organisation behind it exist?", "date"),
        ("那家公司是哪一年成立的？", "date"),
        ("Which sea does the Danube end in?", None),
        ("How old was she when she won?", None),
        ("In which year did how many people live there?", None),
        ("他获奖时多少岁", None),
        ("阿根廷的几个邻国里面，谁的森林覆盖率最高呢", None),
    ],
)
def test_the_kind_of_answer_a_question_asks_for(question: str, kind: str | None) -> None:
    assert asked_kind(question) == kind


KINDS = (
    "length",
    "area",
    "volume",
    "mass",
    "temperature",
    "time",
    "speed",
    "energy",
    "power",
    "pressure",
)


def test_every_spelling_of_a_measure_can_be_asked_for_but_single_signs() -> None:
    """A single sign is too often another word: `in L`, 多少年."""
    for name in (each for each, unit in SPELLED.items() if UNITS[unit].kind in KINDS):
        question = f"how much is it in {name}?" if name.isascii() else f"换算成{name}是多少"
        assert asked_unit(question) == (SPELLED[name] if len(name) > 1 else ""), name


@pytest.mark.parametrize("said", ["dollars", "percent", "people", "yuan", "moles", "numbers"])
def test_what_is_no_measure_is_not_asked_for(said: str) -> None:
    assert asked_unit(f"how many is it in {said}?") == ""


def test_a_length_comes_in_the_unit_asked_for() -> None:
    height = Scalar(Decimal(8849), "m")
    assert in_unit(height, "ft") == Scalar(Decimal("29032.152231"), "ft")


@pytest.mark.parametrize("unit", ["", "m", "kg", "°C"])
def test_nothing_changes_without_a_unit_or_with_one_of_another_sort(unit: str) -> None:
    height = Scalar(Decimal(8849), "m")
    assert in_unit(height, unit) is height


def test_money_and_words_stay_as_they_are() -> None:
    for value in (Scalar(Decimal(5), "USD"), Scalar("Paris")):
        assert in_unit(value, "ft") == value


def test_a_table_is_converted_row_by_row() -> None:
    table = Table("height", (Measure(EVEREST, Decimal(1000), "m", "", ()),))
    assert in_unit(table, "km") == Table("height", (Measure(EVEREST, Decimal(1), "km", "", ()),))


def melting(entity: Entity) -> Fact:
    number = Decimal(1811)
    return Fact(len(entity.id), entity, "melting_point", "1811", number, "K", "", "pubchem")


def test_a_difference_of_temperatures_is_no_temperature() -> None:
    one = Scalar(Decimal(1811), "K", facts=(melting(IRON),))
    assert in_unit(one, "°C") == Scalar(Decimal("1537.85"), "°C", facts=(melting(IRON),))
    apart = Scalar(Decimal(474), "K", facts=(melting(IRON), melting(GOLD)))
    assert in_unit(apart, "°C") is apart


def test_a_table_of_differences_of_temperatures_holds_no_temperatures() -> None:
    """Each from a number of the plan's, from the same field of another year, or from iron's own."""
    apart = (melting(IRON), replace(melting(IRON), period="1900", number=Decimal(1800)))
    rows = (
        Measure(IRON, Decimal(811), "K", "", (melting(IRON),)),
        Measure(IRON, Decimal(11), "K", "", apart),
        Measure(IRON, Decimal(0), "K", "", (melting(IRON),)),
    )
    assert in_unit(Table("melting_point", rows), "°F") == Table("melting_point", rows)
    read = Measure(IRON, Decimal(1811), "K", "", (melting(IRON),))
    (converted,) = in_unit(Table("melting_point", (read,)), "°C").measures
    assert (converted.value, converted.unit) == (Decimal("1537.85"), "°C")
