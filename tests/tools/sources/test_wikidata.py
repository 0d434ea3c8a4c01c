"""Wikidata over the real format: ranks, precision, unknown and absent values, qualifiers, units, names of many things."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.outcomes import entities, scalar
from tests.support.services import Answer, Services, Visit, as_json
from tests.tools.sources.conftest import failed, fixture
from tools.sources.types import Adapter
from tools.sources.wikidata import Wikidata
from tools.types import Entity, Failed, Reason
from tools.web.client import Client

HOST, PATH = "www.wikidata.org", "/w/api.php"


def answer(visit: Visit) -> Answer:
    """What Wikidata would say, of the items in the fixtures."""
    asked = {key: values[0] for key, values in parse_qs(urlsplit(visit.path).query).items()}
    if asked["action"] == "wbsearchentities":
        hits = fixture("wikidata_search.json").get(asked["search"], [])
        return as_json({"searchinfo": {"search": asked["search"]}, "search": hits, "success": 1})
    known = fixture("wikidata_entities.json")
    found = {}
    for key in asked["ids"].split("|"):
        item = known.get(key, {"id": key, "missing": ""})
        hidden = () if "claims" in asked["props"] else ("claims", "lastrevid")
        found[key] = {name: value for name, value in item.items() if name not in hidden}
    return as_json({"entities": found, "success": 1})


@pytest.fixture
def wikidata(services: Services, client: Client) -> Wikidata:
    services.route(HOST, PATH, answer)
    return Wikidata(client)


def test_a_deprecated_statement_never_counts(wikidata: Adapter) -> None:
    found = scalar(wikidata.get("Q101", "birth_date"))
    assert (found.value, len(found.facts), found.disagrees) == ("1815-12-10", 1, False)
    assert scalar(wikidata.get("Q301", "population")).value == Decimal(7000)


def test_a_fact_says_property_rank_references_and_revision(wikidata: Adapter) -> None:
    fact = scalar(wikidata.get("Q101", "birth_date")).facts[0]
    assert (fact.entity, fact.field) == (
        Entity("wikidata:Q101", "Ada Example", "item"),
        "birth_date",
    )
    assert fact.origin is not None
    assert (fact.origin.native, fact.origin.revision) == ("P569", "7000")
    assert fact.origin.url == "https://www.wikidata.org/w/index.php?title=Q101&oldid=7000#P569"
    assert fact.origin.note == (
        "date of birth; normal rank; 1 reference (https://archive.example/ada)"
    )
    assert fact.origin.licence == "CC0 1.0"


@pytest.mark.parametrize(
    ("item", "field", "value"),
    [
        ("Q101", "birth_date", "1815-12-10"),
        ("Q301", "inception", "12th century"),
        ("Q301", "P1319", "1980s"),
        ("Q301", "P1249", "0044-03-15 BC"),
        ("Q301", "coordinates", "59.5, 10.25"),
        ("Q101", "official website", "https://ada.example/"),
        ("Q101", "P1559", "Ada Example"),
    ],
)
def test_a_value_is_written_no_finer_than_it_is_known(
    wikidata: Adapter, item: str, field: str, value: str
) -> None:
    assert scalar(wikidata.get(item, field)).value == value


def test_an_old_calendar_is_said(wikidata: Adapter) -> None:
    origin = scalar(wikidata.get("Q301", "P1249")).facts[0].origin
    assert origin is not None
    assert "Julian calendar" in origin.note


def test_two_dates_are_kept_and_disagree(wikidata: Adapter) -> None:
    found = scalar(wikidata.get("Q101", "death_date"))
    assert found.disagrees
    assert [fact.value for fact in found.facts] == ["1852-11", "1853"]


def test_a_unit_is_written_as_in_the_facts(wikidata: Adapter) -> None:
    found = scalar(wikidata.get("Q301", "area"))
    assert (found.value, found.unit, found.facts[0].value) == (Decimal("12.50"), "km2", "12.5")
    assert scalar(wikidata.get("Q301", "population")).unit == "people"
    assert scalar(wikidata.get("Q101", "height")).unit == "m"


def test_a_number_without_unit_is_given_none(wikidata: Adapter) -> None:
    assert scalar(wikidata.get("Q301", "length")).unit == ""  # ours would be km


def test_a_period_takes_what_is_stated_of_it_at_any_rank_but_deprecated(wikidata: Adapter) -> None:
    found = scalar(wikidata.get("Q301", "population", "2020"))
    assert [fact.value for fact in found.facts] == ["6300", "6100"]
    assert not found.disagrees  # they are of two days
    assert scalar(wikidata.get("Q301", "population", "2020Q2")).value == Decimal(6100)
    origin = scalar(wikidata.get("Q301", "population", "2020-06-30")).facts[0].origin
    assert origin is not None
    assert "point in time: 2020-06-30; determination method: estimate" in origin.note
    none = failed(wikidata.get("Q301", "population", "2025"), Reason.NO_VALUE_FOR_PERIOD)
    assert none.candidates[0] == "2024"


def test_an_office_is_held_from_its_start_to_its_end(wikidata: Adapter) -> None:
    now = entities(wikidata.get("Q301", "head of government"))
    assert [member.id for member in now.members] == ["wikidata:Q101"]
    then = entities(wikidata.get("Q301", "head of government", "2018"))
    assert [member.name for member in then.members] == ["William Example"]


def test_a_relation_gives_a_set_that_can_be_asked_again(wikidata: Adapter) -> None:
    found = entities(wikidata.get("Q101", "educated_at"))
    assert [member.name for member in found.members] == ["Second College", "First College"]
    assert found.facts[0].value_id == "wikidata:Q202"
    spouse = entities(wikidata.get("Q101", "wife")).members[0]
    assert failed(wikidata.get(spouse.id.removeprefix("wikidata:"), "height"), Reason.NO_VALUE)


def test_labels_are_asked_for_in_one_batch(services: Services, wikidata: Adapter) -> None:
    wikidata.get("Q101", "educated_at")
    assert len(services.visits) == 2
    assert "ids=P69%7CP580%7CQ201%7CQ202&props=labels" in services.visits[1].path


def test_an_unknown_value_and_no_value_are_told_apart(wikidata: Adapter) -> None:
    assert "is unknown" in failed(wikidata.get("Q101", "children"), Reason.NO_VALUE).detail
    assert "does not exist" in failed(wikidata.get("Q101", "P509"), Reason.NO_VALUE).detail
    assert "states no" in failed(wikidata.get("Q101", "P166"), Reason.NO_VALUE).detail


@pytest.mark.parametrize("name", ["Ada Example", "艾达", "Countess of Example", "q101"])
def test_a_name_of_one_item_is_that_item(wikidata: Adapter, name: str) -> None:
    assert scalar(wikidata.get(name, "birth_date")).value == "1815-12-10"


def test_a_name_of_several_items_is_none_of_them(wikidata: Adapter) -> None:
    none = failed(wikidata.get("Exampleton", "population"), Reason.AMBIGUOUS)
    assert none.candidates == ("wikidata:Q301", "wikidata:Q302", "wikidata:Q303")
    assert "town in the north" in none.detail


def test_of_several_items_the_one_that_has_the_property_is_meant(wikidata: Adapter) -> None:
    assert scalar(wikidata.get("Exampleton", "area")).facts[0].entity.id == "wikidata:Q301"


def test_likeness_is_no_identity(wikidata: Adapter) -> None:
    none = failed(wikidata.get("Exampletown", "area"), Reason.AMBIGUOUS)
    assert none.candidates == ("wikidata:Q301",)
    failed(wikidata.get("Nowhere", "area"), Reason.UNKNOWN_ENTITY)


def test_an_item_that_is_not_there_is_unknown(wikidata: Adapter) -> None:
    failed(wikidata.get("Q999", "area"), Reason.UNKNOWN_ENTITY)


def test_candidates_come_with_their_descriptions(wikidata: Adapter) -> None:
    found = wikidata.resolve("Exampleton", "en")
    assert not isinstance(found, Failed)
    assert [(c.id, c.description, c.score) for c in found][:2] == [
        ("wikidata:Q301", "town in the north", 1.0),
        ("wikidata:Q302", "album", 1.0),
    ]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("no-such-entity", Reason.UNKNOWN_ENTITY),
        ("ratelimited", Reason.RATE_LIMITED),
        ("internal_api_error_DBQueryError", Reason.UNAVAILABLE),
        ("param-illegal", Reason.UNAVAILABLE),
    ],
)
def test_an_error_with_status_200_is_told_by_its_code(
    services: Services, wikidata: Adapter, code: str, reason: Reason
) -> None:
    services.route(HOST, PATH, as_json({"error": {"code": code, "info": "in our own words"}}))
    assert "in our own words" in failed(wikidata.get("Q101", "area"), reason).detail


def test_a_value_of_a_changed_shape_is_malformed(wikidata: Adapter) -> None:
    none = failed(wikidata.get("Q301", "P1813"), Reason.MALFORMED)
    assert "time" in none.detail


def test_a_changed_shape_elsewhere_does_no_harm(wikidata: Adapter) -> None:
    assert scalar(wikidata.get("Q301", "area")).unit == "km2"


def test_the_check_is_one_request(services: Services, wikidata: Adapter) -> None:
    assert wikidata.check().detail == "answers: Earth"
    assert len(services.visits) == 1


def test_no_contact_is_a_refusal_that_names_the_setting(services: Services) -> None:
    wikidata = Wikidata(services.client())
    assert wikidata.check().setting == "web.contact"
    failed(wikidata.get("Q101", "area"), Reason.UNIDENTIFIED)
    assert services.visits == []
