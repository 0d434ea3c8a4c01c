"""A query names a class, narrows it, unites entities, or is looked up by name."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.facts import CLASSES, FewFacts
from tests.tools.conftest import Run
from tools.types import (
    Binding,
    Entities,
    EntityClass,
    Failed,
    Measure,
    Observation,
    Period,
    Quantity,
    Reason,
    Scalar,
    Table,
    Text,
    Truth,
    Verdict,
)

BY_ID = {each.id: each for each in CLASSES}


def names(found: Observation) -> list[str]:
    assert isinstance(found, Entities), found
    return [entity.name for entity in found.members]


def test_a_class_gives_its_members_and_the_facts_that_make_them_members(run: Run) -> None:
    found = run("search", query="physics laureates")
    assert names(found) == ["Marie Curie", "Pierre Curie", "Albert Einstein"]
    assert isinstance(found, Entities)
    assert {(f.field, f.value) for f in found.facts} == {("prize_category", "Physics")}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Tesla", ["Tesla"]),
        ("特斯拉", ["Tesla"]),
        ("company/TSLA", ["Tesla"]),
        ("Curie", ["Marie Curie", "Pierre Curie"]),
        ("Georgia", ["Georgia"]),
        ("Tesla, Apple and Norway", ["Tesla", "Apple", "Norway"]),
        ("physics laureate", ["Marie Curie", "Pierre Curie", "Albert Einstein"]),
        ("诺贝尔物理学奖得主", ["Marie Curie", "Pierre Curie", "Albert Einstein"]),
        ("physics laureates from Germany", ["Albert Einstein"]),
        ("1921年诺贝尔物理学奖得主", ["Albert Einstein"]),
        ("female physics laureates", ["Marie Curie"]),
        ("chemistry laureates 1903", ["Svante Arrhenius"]),
        ("Chemistry 1911", ["Nobel Prize in Chemistry 1911"]),
    ],
)
def test_plain_words(run: Run, query: str, expected: list[str]) -> None:
    assert names(run("search", query=query)) == expected


def test_what_nobody_is_called_is_empty(run: Run) -> None:
    failed = run("search", query="Atlantis")
    assert isinstance(failed, Failed)
    assert failed.reason is Reason.EMPTY
    assert "Atlantis" in failed.detail


def narrowing(world: FewFacts) -> list[tuple[str, Binding, list[str]]]:
    germany = world.entity("country/DEU")
    finland = world.entity("country/FIN")
    marie = world.entity("laureate/marie")
    assert germany
    assert finland
    assert marie
    return [
        ("laureate", germany, ["Albert Einstein"]),
        ("country", finland, ["Norway", "Sweden"]),
        ("prize", marie, ["Nobel Prize in Physics 1903", "Nobel Prize in Chemistry 1911"]),
        ("prize", Period("1911"), ["Nobel Prize in Chemistry 1911"]),
        ("prize", Quantity(Decimal(1911)), ["Nobel Prize in Chemistry 1911"]),
        ("laureate", Period("1867"), ["Marie Curie"]),
        ("laureate", Text("female"), ["Marie Curie"]),
        ("country", Text("Germany"), ["Germany"]),
        ("country", Quantity(Decimal(5572279)), ["Norway"]),
        ("company", Quantity(Decimal(2003)), ["Tesla"]),
        ("laureate", Entities((germany, finland)), ["Albert Einstein"]),
        ("prize", Scalar(Decimal(1911), "year"), ["Nobel Prize in Chemistry 1911"]),
    ]


@pytest.mark.parametrize("case", range(12))
def test_a_term_narrows_a_class(run: Run, world: FewFacts, case: int) -> None:
    class_id, term, expected = narrowing(world)[case]
    found = run("search", {"@1": BY_ID[class_id], "@2": term}, query="@1 @2")
    assert names(found) == expected


def test_terms_narrow_one_after_the_other(run: Run) -> None:
    bound: dict[str, Binding] = {
        "@1": BY_ID["prize"],
        "@2": Text("Chemistry"),
        "@3": Period("1903"),
    }
    assert names(run("search", bound, query="@1 @2 @3")) == ["Nobel Prize in Chemistry 1903"]


def test_a_year_means_the_prize_that_makes_a_laureate_a_member(run: Run) -> None:
    bound: dict[str, Binding] = {"@1": BY_ID["laureate:chemistry"], "@2": Period("1903")}
    assert names(run("search", bound, query="@1 @2")) == ["Svante Arrhenius"]


def test_narrowing_to_nobody_is_empty(run: Run) -> None:
    failed = run("search", {"@1": BY_ID["laureate"], "@2": Period("1999")}, query="@1 @2")
    assert isinstance(failed, Failed)
    assert failed.reason is Reason.EMPTY
    assert "1999" in failed.detail


def test_an_empty_class_is_empty(run: Run) -> None:
    failed = run("search", query="moons")
    assert isinstance(failed, Failed)
    assert failed.reason is Reason.EMPTY


def test_two_classes_meet(run: Run) -> None:
    bound: dict[str, Binding] = {"@1": BY_ID["laureate:chemistry"], "@2": BY_ID["laureate:women"]}
    assert names(run("search", bound, query="@1 @2")) == ["Marie Curie"]


def test_several_entities_are_united_in_order(run: Run, world: FewFacts) -> None:
    tesla, norway = world.entity("company/TSLA"), world.entity("country/NOR")
    assert tesla
    assert norway
    bound: dict[str, Binding] = {"@1": norway, "@2": tesla, "#1": Entities((norway,))}
    assert names(run("search", bound, query="@2 @1 #1")) == ["Tesla", "Norway"]


def test_a_value_inside_words_makes_a_name(run: Run) -> None:
    found = run(
        "search", {"#2": Scalar(Decimal(1911), "year")}, query="Nobel Prize in Chemistry #2"
    )
    assert names(found) == ["Nobel Prize in Chemistry 1911"]


def test_a_set_inside_words_runs_once_per_member(run: Run, world: FewFacts) -> None:

    marie = world.entity("laureate/marie")
    assert marie
    years = Table("year", tuple(Measure(marie, y, "", "", ()) for y in ("1903", "1911")))
    found = run("search", {"#1": years}, query="Nobel Prize in Chemistry #1")
    assert names(found) == ["Nobel Prize in Chemistry 1903", "Nobel Prize in Chemistry 1911"]


def test_too_many_names_are_refused(run: Run, world: FewFacts) -> None:
    everyone = Entities(tuple(fact.entity for fact in world.all))
    failed = run("search", {"#1": everyone, "#2": everyone}, query="war of #1 and #2")
    assert isinstance(failed, Failed)
    assert failed.reason is Reason.TOO_COSTLY


def test_a_verdict_cannot_stand_in_a_query(run: Run) -> None:
    bound: dict[str, Binding] = {"@1": EntityClass("country", "countries", "country")}
    bound["#1"] = Verdict(Truth.SUPPORTED, "2 > 1")
    failed = run("search", bound, query="@1 #1")
    assert isinstance(failed, Failed)
    assert failed.reason is Reason.TYPE_MISMATCH
