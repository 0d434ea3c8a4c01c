"""Wikipedia over the real format: texts of one revision, sections, tables, titles of several things."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.outcomes import entities, scalar
from tests.support.services import Answer, Services, Visit, as_json
from tests.tools.sources.conftest import failed, told
from tools.sources.types import Adapter
from tools.sources.wikipedia import MAX_TEXT_CHARS, Wikipedia
from tools.types import Entity, Failed, Reason
from tools.web.client import Client

PATH = "/w/api.php"


def asked(visit: Visit) -> Mapping[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(visit.path).query).items()}


def answer(visit: Visit) -> Answer:
    """What Wikipedia would say, of the articles in the fixtures."""
    params = asked(visit)
    if params["action"] == "parse":
        return told("wikipedia_parse.json")
    if params.get("list") == "search":
        return told("wikipedia_search.json")
    if params["titles"] in ("Exampelton", "Mercury"):
        many = params["titles"] == "Mercury"
        return told("wikipedia_many.json" if many else "wikipedia_missing.json")
    return told("wikipedia_summary.json" if "exintro" in params else "wikipedia_article.json")


@pytest.fixture
def wikipedia(services: Services, client: Client) -> Wikipedia:
    for language in ("en", "zh"):
        services.route(f"{language}.wikipedia.org", PATH, answer)
    return Wikipedia(client)


def test_a_summary_leads_to_its_revision(wikipedia: Adapter) -> None:
    found = scalar(wikipedia.get("Exampletown", "summary"))
    assert found.value == "Exampleton is a town of our own making. It lies by a lake."
    fact = found.facts[0]
    assert fact.entity == Entity("wikipedia:en:Exampleton", "Exampleton", "article")
    assert fact.origin is not None
    assert fact.origin.url == "https://en.wikipedia.org/w/index.php?oldid=424242"
    assert (fact.origin.revision, fact.origin.licence) == ("424242", "CC BY-SA 4.0")


def test_sections_are_listed_and_read(wikipedia: Adapter) -> None:
    listed = scalar(wikipedia.get("Exampleton", "sections")).value
    assert listed == "History\nEarly days\nLater days\nGeography"
    history = scalar(wikipedia.get("Exampleton", "section:History"))
    assert str(history.value).startswith("Nobody knows who built it.")
    origin = history.facts[0].origin
    assert origin is not None
    assert origin.url.endswith("oldid=424242#History")
    assert scalar(wikipedia.get("Exampleton", "section: 2")).value == "A mill stood first."


def test_a_section_that_is_not_there_offers_those_that_are(wikipedia: Adapter) -> None:
    none = failed(wikipedia.get("Exampleton", "section:Politics"), Reason.UNKNOWN_FIELD)
    assert none.candidates[0] == "section:History"


def test_tables_are_text(wikipedia: Adapter) -> None:
    listed = str(scalar(wikipedia.get("Exampleton", "tables")).value).splitlines()
    assert listed == ["1: infobox (2 rows, 2 columns)", "2: People by year (3 rows, 3 columns)"]
    people = str(scalar(wikipedia.get("Exampleton", "table:2")).value).splitlines()
    assert people[1:3] == ["Year | Town | Farms", "2020 | 6,000 | 300inner"]
    assert people[3] == "2020 | unknown as yet | unknown as yet"
    box = str(scalar(wikipedia.get("Exampleton", "infobox")).value)
    assert "Mayor | Ada Example" in box
    assert failed(wikipedia.get("Exampleton", "table:9"), Reason.UNKNOWN_FIELD).candidates


def test_the_item_is_a_set_that_can_be_asked_again(wikipedia: Adapter) -> None:
    assert entities(wikipedia.get("Exampleton", "wikidata")).members[0].id == "wikidata:Q301"


def test_the_language_is_named_or_seen(services: Services, wikipedia: Adapter) -> None:
    for entity in ("zh:Exampleton", "例城"):
        scalar(wikipedia.get(entity, "text"))
        assert services.visits[-1].host.startswith("zh.wikipedia.org")
    assert scalar(wikipedia.get("Star Wars: A Town", "summary"))
    assert asked(services.visits[-1])["titles"] == "Star Wars: A Town"


def test_a_title_of_several_things_is_ambiguous(wikipedia: Adapter) -> None:
    none = failed(wikipedia.get("Mercury", "summary"), Reason.AMBIGUOUS)
    assert none.candidates == ("wikipedia:en:Exampleton", "wikipedia:en:Exampleton Castle")


def test_a_missing_article_offers_what_a_search_finds(wikipedia: Adapter) -> None:
    none = failed(wikipedia.get("Exampelton", "summary"), Reason.UNKNOWN_ENTITY)
    assert none.candidates[0] == "wikipedia:en:Exampleton"


def test_candidates_are_plain_text(wikipedia: Adapter) -> None:
    found = wikipedia.resolve("Exampleton", "en")
    assert not isinstance(found, Failed)
    assert (found[0].description, found[0].score) == ("Exampleton is a town & a lake", 1.0)


def test_an_article_has_no_periods(wikipedia: Adapter) -> None:
    failed(wikipedia.get("Exampleton", "summary", "2020"), Reason.NO_VALUE_FOR_PERIOD)


@pytest.mark.parametrize("title", ["Oslo|Bergen", "<b>", "a#b", "{{x}}"])
def test_a_title_cannot_smuggle_another(services: Services, wikipedia: Adapter, title: str) -> None:
    failed(wikipedia.get(title, "summary"), Reason.UNKNOWN_ENTITY)
    assert services.visits == []


def test_a_long_text_is_cut_and_says_so(services: Services, wikipedia: Adapter) -> None:
    page = {"title": "Long", "lastrevid": 7, "extract": "word " * MAX_TEXT_CHARS}
    services.route("en.wikipedia.org", PATH, as_json({"query": {"pages": [page]}}))
    fact = scalar(wikipedia.get("Long", "text")).facts[0]
    assert len(fact.value) <= MAX_TEXT_CHARS
    assert fact.origin is not None
    assert "cut after" in fact.origin.note


def test_an_empty_text_is_no_value(services: Services, wikipedia: Adapter) -> None:
    page = {"title": "Empty", "lastrevid": 7, "extract": ""}
    services.route("en.wikipedia.org", PATH, as_json({"query": {"pages": [page]}}))
    failed(wikipedia.get("Empty", "text"), Reason.NO_VALUE)


def test_the_check_names_a_revision(wikipedia: Adapter) -> None:
    assert wikipedia.check().detail == "answers: Exampleton, revision 424242"
