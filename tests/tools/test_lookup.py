"""A lookup gives a scalar, a table or the targets of a relation, or says which part of it the facts lack."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.facts import CLASSES, FewFacts
from tests.support.outcomes import failed, scalar
from tests.tools.conftest import Run
from tools.evidence import behind
from tools.types import (
    Entities,
    FieldRef,
    Measure,
    Period,
    Reason,
    Scalar,
    Table,
    Text,
)


def people(world: FewFacts, *ids: str) -> Entities:
    return Entities(tuple(entity for i in ids if (entity := world.entity(i))))


def test_without_a_period_the_newest_value_leads_its_series(run: Run) -> None:
    found = scalar(run("lookup", source="Norway", field="population"))
    assert (found.value, found.unit, found.period) == (Decimal(5572279), "people", "2024")
    assert [fact.period for fact in found.facts] == ["2024", "2023"]
    assert [fact.period for fact in behind(found)] == ["2024"]


@pytest.mark.parametrize("period", ["2023", "2023年", "the year 2023"])
def test_with_a_period_only_its_facts_come(run: Run, period: str) -> None:
    found = scalar(run("lookup", source="Norway", field="population", period=period))
    assert found.value == Decimal(5519601)
    assert [fact.period for fact in found.facts] == ["2023"]


def test_symbols_and_words_ask_the_same(run: Run, world: FewFacts) -> None:
    norway = world.entity("country/NOR")
    assert norway
    bound = {"@1": norway, "%1": FieldRef("population", "人口"), "@2": Period("2023")}
    by_symbol = run("lookup", bound, source="@1", field="%1", period="@2")
    assert by_symbol == run("lookup", source="挪威", field="人口", period="2023")


def test_a_calendar_year_is_no_fiscal_year(run: Run) -> None:
    gap = failed(run("lookup", source="Tesla", field="revenue", period="2025"))
    assert gap.reason is Reason.NO_VALUE_FOR_PERIOD
    assert gap.candidates[:2] == ("FY2025", "2025Q3")
    assert (
        scalar(run("lookup", source="Tesla", field="revenue", period="fiscal 2025")).value
        == 94827000000
    )


def test_sources_within_a_percent_agree(run: Run) -> None:
    found = scalar(run("lookup", source="Tesla", field="revenue", period="Q3 2025"))
    assert found.value == Decimal(28095000000)
    assert not found.disagrees
    assert len(found.facts) == 2


def test_sources_that_disagree_are_both_kept(run: Run) -> None:
    found = scalar(run("lookup", source="Norway", field="inflation", period="2023"))
    assert found.value == Decimal("-10.62")
    assert found.disagrees
    assert {fact.source for fact in found.facts} == {"worldbank", "factbook"}


def test_texts_of_two_sources_disagree_and_the_first_is_taken(run: Run) -> None:
    found = scalar(run("lookup", source="Norway", field="currency"))
    assert (found.value, found.disagrees) == ("Norwegian krone", True)


@pytest.mark.parametrize(
    ("origin", "value"), [("factbook", "5.5"), ("World Bank", "-10.62"), ("worldbank", "-10.62")]
)
def test_an_origin_settles_it(run: Run, origin: str, value: str) -> None:
    found = scalar(run("lookup", source="Norway", field="inflation", period="2023", origin=origin))
    assert (found.value, found.disagrees) == (Decimal(value), False)


def test_a_tier_is_an_origin(run: Run) -> None:
    found = scalar(run("lookup", source="Apple", field="revenue", origin="filing"))
    assert found.facts[0].source.startswith("sec:")


def test_an_origin_without_the_value_offers_the_others(run: Run) -> None:
    gap = failed(run("lookup", source="Norway", field="inflation", origin="sec"))
    assert (gap.reason, gap.candidates) == (Reason.NO_VALUE, ("worldbank", "factbook"))


def test_several_texts_of_one_source_are_one_value(run: Run) -> None:
    found = scalar(run("lookup", source="Norway", field="languages"))
    assert (found.value, found.disagrees) == ("Bokmal Norwegian; Sami", False)


def test_a_relation_gives_the_entities_with_their_evidence(run: Run) -> None:
    found = run("lookup", source="Norway", field="neighbours")
    assert isinstance(found, Entities)
    assert [entity.id for entity in found.members] == ["country/FIN", "country/SWE"]
    assert [fact.value_id for fact in found.facts] == ["country/FIN", "country/SWE"]


def test_a_relation_to_nothing_known_is_a_text(run: Run) -> None:
    assert (
        scalar(run("lookup", source="Marie Curie", field="birth country")).value == "Russian Empire"
    )


def test_a_relation_over_a_set_unites_its_targets(run: Run, world: FewFacts) -> None:
    both = people(world, "country/NOR", "country/SWE")
    found = run("lookup", {"#1": both}, source="#1", field="neighbours")
    assert isinstance(found, Entities)
    assert [e.id for e in found.members] == ["country/FIN", "country/SWE", "country/NOR"]


def test_a_set_gives_a_table_of_those_that_have_a_value(run: Run, world: FewFacts) -> None:
    three = people(world, "country/SWE", "country/FIN", "country/NOR")
    found = run("lookup", {"#1": three}, source="#1", field="gdp")
    assert isinstance(found, Table)
    assert [(m.entity.name, m.period) for m in found.measures] == [
        ("Sweden", "2023"),
        ("Norway", "2023"),
    ]


def test_a_class_is_a_set(run: Run) -> None:
    found = run("lookup", {"@1": CLASSES[0]}, source="@1", field="gdp")
    assert isinstance(found, Table)
    assert len(found.measures) == 3


def test_a_set_of_one_is_like_its_member(run: Run, world: FewFacts) -> None:
    found = run("lookup", {"#1": people(world, "country/NOR")}, source="#1", field="population")
    assert found == run("lookup", source="Norway", field="population")


def test_texts_that_name_entities_are_followed(run: Run, world: FewFacts) -> None:
    norway = world.entity("country/NOR")
    assert norway
    cities = Table("capital", (Measure(norway, "Oslo", "", "", ()),))
    for source in (cities, Scalar("Oslo")):
        found = scalar(run("lookup", {"#1": source}, source="#1", field="population"))
        assert found.facts[0].entity.id == "city/oslo"


def test_a_table_of_numbers_stands_for_its_entities(run: Run, world: FewFacts) -> None:
    norway = world.entity("country/NOR")
    assert norway
    table = Table("gdp", (Measure(norway, Decimal(1), "USD", "2023", ()),))
    assert scalar(run("lookup", {"#1": table}, source="#1", field="population")).value == 5572279


def test_a_year_is_a_year_and_dates_ignore_periods(run: Run) -> None:
    found = scalar(run("lookup", source="Marie Curie", field="prize year"))
    assert (found.value, found.unit) == (Decimal(1911), "year")
    dated = scalar(run("lookup", source="Marie Curie", field="birth date", period="1911"))
    assert dated.value == "1867-11-07"


@pytest.mark.parametrize(
    ("source", "field", "reason", "candidates"),
    [
        ("Atlantis", "population", Reason.UNKNOWN_ENTITY, ()),
        ("Einstein", "birth date", Reason.UNKNOWN_ENTITY, ("laureate/einstein",)),
        ("Curie", "birth date", Reason.AMBIGUOUS, ("laureate/marie", "laureate/pierre")),
        ("Norway", "populatoin", Reason.UNKNOWN_FIELD, ("population",)),
        ("Norway", "elevation", Reason.TYPE_MISMATCH, ("highest_elevation",)),
        ("Marie Curie", "born", Reason.AMBIGUOUS, ("birth_country", "birth_date")),
        ("Finland", "gdp", Reason.NO_VALUE, ()),
        ("Marie Curie", "birth_country_now", Reason.NO_VALUE, ("birth_country",)),
        ("Norway", "capital of", Reason.UNKNOWN_FIELD, ("capital",)),
    ],
)
def test_a_failure_says_what_was_wrong_and_offers_what_is_right(
    run: Run, source: str, field: str, reason: Reason, candidates: tuple[str, ...]
) -> None:
    gap = failed(run("lookup", source=source, field=field))
    assert gap.reason is reason
    assert set(candidates) <= set(gap.candidates)
    assert gap.detail


def test_the_field_tells_names_of_several_types_apart(run: Run) -> None:
    assert scalar(run("lookup", source="Norway", field="ev_share")).facts[0].entity.type == "region"


@pytest.mark.parametrize(
    ("source", "period"),
    [("#1 and #2", "2024"), ("#3", "2024"), ("#9", "2024"), ("Norway", "soon")],
)
def test_a_call_that_makes_no_sense_is_refused(
    run: Run, world: FewFacts, source: str, period: str
) -> None:
    bound = {"#1": people(world, "country/NOR"), "#2": Text("Norway"), "#3": Scalar(Decimal(5))}
    gap = failed(run("lookup", bound, source=source, field="population", period=period))
    assert gap.reason in (Reason.BAD_EXPRESSION, Reason.TYPE_MISMATCH)
