"""The Nobel Prize API over its real format: dates with zeros, two prizes, organizations, countries then and now."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.outcomes import entities, scalar
from tests.support.services import Answer, Services, as_json
from tests.tools.sources.conftest import failed, told
from tools.sources.nobel import Nobel
from tools.sources.types import Adapter
from tools.types import Entity, Reason
from tools.web.client import Client

HOST = "api.nobelprize.org"


@pytest.fixture
def nobel(services: Services, client: Client) -> Nobel:
    for path, file in (
        ("laureate/6", "nobel_curie.json"),
        ("laureate/745", "nobel_spence.json"),
        ("laureate/482", "nobel_organization.json"),
        ("laureates", "nobel_search.json"),
        ("nobelPrize/phy/1903", "nobel_prize.json"),
        ("nobelPrize/phy/1921", "nobel_prize.json"),
    ):
        services.route(HOST, f"/2.1/{path}", told(file))
    return Nobel(client)


def test_zeros_of_a_date_are_not_known(nobel: Adapter) -> None:
    assert scalar(nobel.get("745", "birth_date")).value == "1943"
    assert scalar(nobel.get("6", "birth_date")).value == "1867-11"
    assert scalar(nobel.get("482", "established")).value == "1863"


def test_a_laureate_is_the_facts_own_where_they_know_it(nobel: Adapter) -> None:
    fact = scalar(nobel.get("Marie Curie", "birth_city")).facts[0]
    assert fact.entity == Entity("nobel/6", "Marie Curie", "laureate")
    assert fact.origin is not None
    assert fact.origin.url == "https://www.nobelprize.org/laureate/6"
    assert (fact.origin.native, fact.origin.licence) == ("birth.place.city.en", "CC0 1.0")


def test_two_prizes_keep_their_years(nobel: Adapter) -> None:
    found = scalar(nobel.get("nobel/6", "prize_category"))
    assert found.value == "Chemistry; Physics"
    assert [fact.period for fact in found.facts] == ["1911", "1903"]
    assert scalar(nobel.get("6", "prize_category", "1903")).value == "Physics"
    year = scalar(nobel.get("6", "prize_year"))
    assert (year.value, year.unit) == (Decimal(1911), "year")
    assert (
        scalar(nobel.get("6", "motivation", "1911")).value == "for two elements, in our own words"
    )


def test_prizes_and_laureates_are_sets(nobel: Adapter) -> None:
    prizes = entities(nobel.get("6", "prize")).members
    assert [prize.id for prize in prizes] == ["prize/physics-1903", "prize/chemistry-1911"]
    winners = entities(nobel.get("physics/1903", "laureates")).members
    assert [winner.id for winner in winners] == ["nobel/4", "nobel/6", "nobel:999999"]


@pytest.mark.parametrize(
    "name", ["prize/physics-1903", "Physics 1903", "Nobel Prize in Physics 1903"]
)
def test_a_prize_goes_by_category_and_year(nobel: Adapter, name: str) -> None:
    amount = scalar(nobel.get(name, "prize_amount"))
    assert (amount.value, amount.unit, amount.period) == (Decimal(141358), "SEK", "1903")


def test_a_country_is_an_entity_only_where_it_is_one(nobel: Adapter) -> None:
    assert scalar(nobel.get("6", "birth_country")).value == "Russian Empire"
    assert entities(nobel.get("6", "birth_country_now")).members[0].id == "country/POL"
    assert entities(nobel.get("6", "death_country")).members[0].id == "country/FRA"


def test_what_a_laureate_lacks_is_no_value(nobel: Adapter) -> None:
    failed(nobel.get("745", "death_date"), Reason.NO_VALUE)
    failed(nobel.get("482", "gender"), Reason.NO_VALUE)
    none = failed(nobel.get("6", "prize_category", "1920"), Reason.NO_VALUE_FOR_PERIOD)
    assert none.candidates[0] in ("1911", "1903")


def test_a_name_of_several_laureates_is_ambiguous(nobel: Adapter) -> None:
    none = failed(nobel.get("Curie", "birth_date"), Reason.AMBIGUOUS)
    assert set(none.candidates) == {"nobel:6", "nobel:5", "nobel:194"}


def test_a_laureate_or_prize_that_is_not_there_is_unknown(
    services: Services, nobel: Adapter
) -> None:
    services.route(HOST, "/2.1/laureate/77", as_json([]))
    services.route(HOST, "/2.1/laureates", as_json({"laureates": [], "meta": {"count": 0}}))
    failed(nobel.get("77", "birth_date"), Reason.UNKNOWN_ENTITY)
    failed(nobel.get("88", "birth_date"), Reason.UNKNOWN_ENTITY)
    failed(nobel.get("Nobody", "birth_date"), Reason.UNKNOWN_ENTITY)
    assert (
        "known: physics"
        in failed(nobel.get("maths/1921", "laureates"), Reason.UNKNOWN_ENTITY).detail
    )


def test_a_changed_shape_says_where(services: Services, nobel: Adapter) -> None:
    services.route(HOST, "/2.1/laureate/6", as_json([{"id": "6", "prizes": []}]))
    assert "at nobelPrizes" in failed(nobel.get("6", "birth_date"), Reason.MALFORMED).detail


def test_the_check_names_a_prize(services: Services, nobel: Adapter) -> None:
    assert nobel.check().detail == "answers: Physics 1903"
    services.route(HOST, "/2.1/nobelPrize/phy/1921", Answer(b"", 503))
    assert not nobel.check().is_ok
