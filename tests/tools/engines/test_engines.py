"""Each engine against a server that speaks its form."""

from __future__ import annotations

import json
from threading import Event
from typing import Any

import pytest

from tests.support.services import Answer, Services, as_json, in_turn, text
from tools.engines import searxng
from tools.engines.duck import ADDRESS, Duck, DuckWeb, Pace
from tools.engines.searxng import SearxNG
from tools.engines.types import Engine, Finds, Query
from tools.engines.wikipedia import Wikipedia
from tools.notes import noted
from tools.types import Failed, Reason
from tools.web.meter import Meter
from tools.web.options import Caps
from tools.web.scripted import ScriptedWeb, page

HOST = "search.example"
RESULT = {
    "url": "https://a.example/river?utm_source=x&id=3#top",
    "title": "A <b>river</b>",
    "content": "It is 1,320&nbsp;km   long.",
    "engine": "somebody",
}


def answered(*results: dict[str, Any], **more: Any) -> Answer:
    return as_json({"query": "river", "results": list(results), "unresponsive_engines": [], **more})


def searx(services: Services, answer: Any) -> SearxNG:
    services.route(HOST, "/search", answer)
    return SearxNG(services.client(services=(HOST,)), f"https://{HOST}/")


def wikipedia(services: Services, answer: Any, lang: str = "en", **options: Any) -> Wikipedia:
    services.route(f"{lang}.wikipedia.org", "/w/api.php", answer)
    return Wikipedia(services.client(**{"contact": "me@example.org", **options}))


def finds(engine: Engine, lang: str = "en") -> Finds:
    found = engine.search(Query("river", lang))
    assert isinstance(found, tuple), found
    return found


def reason(engine: Engine) -> Failed:
    found = engine.search(Query("river"))
    assert isinstance(found, Failed), found
    return found


def test_searxng_gives_passages_without_markup_and_without_what_counts_visitors(
    services: Services,
) -> None:
    (found,) = finds(searx(services, answered(RESULT)))
    assert found.title == "A river"
    assert found.snippet == "It is 1,320 km long."
    assert found.url == "https://a.example/river?id=3"
    assert (found.engine, found.source) == ("searxng", "web:a.example")
    assert found.retrieved.startswith("20")


def test_searxng_is_asked_for_json_and_for_a_language_only_if_it_is_not_english(
    services: Services,
) -> None:
    engine = searx(services, answered(RESULT))
    finds(engine)
    finds(engine, "zh")
    first, second = (visit.path for visit in services.visits)
    assert first == "/search?q=river&format=json"
    assert second == f"{first}&language=zh"


def test_results_without_a_web_address_or_without_words_are_passed_over(services: Services) -> None:
    odd = [{**RESULT, "url": "javascript:alert(1)"}, {**RESULT, "content": ""}, {"title": 3}]
    assert finds(searx(services, answered(*odd))) == ()


def test_engines_that_did_not_respond_are_named(services: Services) -> None:
    engine = searx(services, answered(RESULT, unresponsive_engines=[["brave", "timeout"], "odd"]))
    with noted() as notes:
        assert len(finds(engine)) == 1
    assert [(note.about, note.text) for note in notes] == [("searxng/brave", "timeout")]


def test_nothing_from_engines_that_did_not_respond_is_not_an_empty_answer(
    services: Services,
) -> None:
    found = reason(searx(services, answered(unresponsive_engines=[["brave", "access denied"]])))
    assert found.reason is Reason.UNAVAILABLE
    assert "brave (access denied)" in found.detail


def test_a_searxng_without_json_says_which_setting_gives_it(services: Services) -> None:
    found = reason(searx(services, Answer(b"forbidden", 403)))
    assert (found.reason, found.detail) == (Reason.FORBIDDEN, searxng.NO_JSON)
    assert "search.formats" in found.detail


def test_a_searxng_that_limits_says_which_setting_lets_us_through(services: Services) -> None:
    found = reason(searx(services, Answer(b"slow down", 429, {"Retry-After": "30"})))
    assert found.reason is Reason.RATE_LIMITED
    assert "server.limiter" in found.detail
    assert found.retry_after_seconds == 30


@pytest.mark.parametrize(
    "answer",
    [text("<html>login</html>"), as_json([1]), as_json({"results": "none"}), as_json({})],
    ids=["html", "a list", "a text", "no results"],
)
def test_another_form_is_malformed(services: Services, answer: Answer) -> None:
    assert reason(searx(services, answer)).reason is Reason.MALFORMED


def test_wikipedia_gives_articles_with_the_words_around(services: Services) -> None:
    row = {"ns": 0, "title": "Rhine", "snippet": 'The <span class="searchmatch">river</span> is'}
    (found,) = finds(wikipedia(services, as_json({"query": {"search": [row]}})))
    assert found.snippet == "The river is"
    assert found.url == "https://en.wikipedia.org/wiki/Rhine"
    assert "srsearch=river" in services.visits[0].path


def test_wikipedia_is_asked_in_the_language_of_the_question(services: Services) -> None:
    row = {"title": "莱茵河", "snippet": "河流"}
    (found,) = finds(wikipedia(services, as_json({"query": {"search": [row]}}), "zh"), "zh")
    assert found.url.startswith("https://zh.wikipedia.org/wiki/%E8")


def test_an_error_of_wikipedia_in_a_good_answer_is_a_failure(services: Services) -> None:
    engine = wikipedia(services, as_json({"error": {"code": "x", "info": "busy now"}}))
    found = reason(engine)
    assert found.reason is Reason.UNAVAILABLE
    assert "busy now" in found.detail


def test_wikipedia_without_a_contact_names_the_setting_and_is_not_asked(services: Services) -> None:
    found = reason(wikipedia(services, as_json({}), contact=""))
    assert found.reason is Reason.UNIDENTIFIED
    assert "web.contact" in found.detail
    assert services.visits == []


def test_a_service_that_recovers_is_used_again(services: Services) -> None:
    engine = wikipedia(
        services, in_turn(Answer(b"", 503), Answer(b"", 503), as_json({"query": {"search": []}}))
    )
    assert finds(engine) == ()


def duck(results: Any, caps: Caps | None = None, stop: Event | None = None) -> Duck:
    meter = Meter(caps or Caps())
    return Duck(DuckWeb(meter, stop or Event(), lambda query, region: results, Pace(0)))


def test_ddgs_gives_passages() -> None:
    rows = [
        {"href": "https://b.example/", "title": "B", "body": "words"},
        {**dict.fromkeys(("href", "title", "body"), "")},
    ]
    (found,) = finds(duck(rows))
    assert (found.title, found.url, found.engine) == ("B", "https://b.example/", "ddgs")


def test_ddgs_with_another_form_is_malformed() -> None:
    assert reason(duck([{"link": "https://b.example/"}])).reason is Reason.MALFORMED


def test_what_the_library_could_not_do_is_a_failure() -> None:
    assert reason(duck(Failed(Reason.TIMED_OUT, "slow"))).reason is Reason.TIMED_OUT


def test_ddgs_is_metered_and_stopped_like_the_web() -> None:
    one = duck([], Caps(calls=1))
    assert finds(one) == ()
    assert reason(one).reason is Reason.BUDGET_EXHAUSTED
    stopped = Event()
    stopped.set()
    assert reason(duck([], stop=stopped)).reason is Reason.STOPPED


def test_ddgs_can_be_read_from_a_recording() -> None:
    body = json.dumps([{"href": "https://b.example/", "title": "B", "body": "words"}])
    recorded = page(f"{ADDRESS}?q=river&region=us-en", body, "application/json")
    (found,) = finds(Duck(ScriptedWeb({recorded.url: recorded})))
    assert found.snippet == "words"
