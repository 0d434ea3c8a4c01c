"""arXiv over its real format: versions, several authors, errors that come as entries, documents that would grow."""

from __future__ import annotations

import pytest

from tests.support.outcomes import scalar
from tests.support.services import Services, text
from tests.tools.sources.conftest import failed, told
from tools.sources.arxiv import Arxiv
from tools.sources.types import Adapter
from tools.types import Entity, Failed, Reason
from tools.web.client import Client

HOST, PATH = "export.arxiv.org", "/api/query"
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>&b;</title></entry></feed>'
)


@pytest.fixture
def arxiv(services: Services, client: Client) -> Arxiv:
    services.route(HOST, PATH, told("arxiv_paper.xml"))
    return Arxiv(client)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "A Paper of Our Own Making"),
        ("authors", "Ada Example; William Example"),
        ("abstract", "It says nothing, and says it well."),
        ("published", "2026-02-01"),
        ("updated", "2026-03-01"),
        ("categories", "cs.CL; cs.LG"),
        ("primary_category", "cs.CL"),
        ("comment", "9 pages"),
        ("journal", "J. Examples 1 (2026) 1"),
        ("作者", "Ada Example; William Example"),
    ],
)
def test_what_is_said_of_a_paper_is_read(arxiv: Adapter, field: str, value: str) -> None:
    assert scalar(arxiv.get("2602.00001", field)).value == value


def test_a_fact_leads_to_the_version(arxiv: Adapter) -> None:
    found = scalar(arxiv.get("arXiv:2602.00001", "authors"))
    assert [fact.value for fact in found.facts] == ["Ada Example", "William Example"]
    fact = found.facts[0]
    assert fact.entity == Entity("arxiv:2602.00001", "A Paper of Our Own Making", "paper")
    assert fact.origin is not None
    assert fact.origin.url == "https://arxiv.org/abs/2602.00001v3"
    assert (fact.origin.revision, fact.origin.licence) == ("v3", "CC0 1.0 (metadata)")


def test_an_old_id_keeps_its_archive(services: Services, arxiv: Adapter) -> None:
    arxiv.get("hep-th/9901001v2", "title")
    assert "id_list=hep-th%2F9901001v2" in services.visits[0].path


def test_a_title_is_one_paper_only_if_it_is_the_title(services: Services, arxiv: Adapter) -> None:
    assert scalar(arxiv.get('A paper of "our own" making', "published")).value == "2026-02-01"
    assert "search_query=ti%3A%22A+paper+of+our+own+making%22" in services.visits[0].path
    none = failed(arxiv.get("A paper of their making", "published"), Reason.AMBIGUOUS)
    assert none.candidates == ("arxiv:2602.00001",)


def test_candidates_name_their_authors(arxiv: Adapter) -> None:
    found = arxiv.resolve("A Paper of Our Own Making", "en")
    assert not isinstance(found, Failed)
    assert (found[0].description, found[0].score) == ("Ada Example, William Example", 1.0)


def test_an_error_with_status_200_is_an_error(services: Services, arxiv: Adapter) -> None:
    services.route(HOST, PATH, told("arxiv_error.xml"))
    assert "incorrect id" in failed(arxiv.get("1234.1234", "title"), Reason.UNKNOWN_ENTITY).detail


def test_no_entry_is_no_paper(services: Services, arxiv: Adapter) -> None:
    services.route(HOST, PATH, told("arxiv_empty.xml"))
    failed(arxiv.get("2699.99999", "title"), Reason.UNKNOWN_ENTITY)
    failed(arxiv.get("Nothing Like It", "title"), Reason.UNKNOWN_ENTITY)


def test_what_a_paper_lacks_is_no_value(arxiv: Adapter) -> None:
    failed(arxiv.get("2602.00001", "doi"), Reason.NO_VALUE)
    failed(arxiv.get("2602.00001", "title", "2024"), Reason.NO_VALUE_FOR_PERIOD)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (BOMB, "declares a document type"),
        ("<feed xmlns='http://www.w3.org/2005/Atom'><entry>", "is no XML"),
        ("<rss/>", "is no Atom feed"),
        ("Rate exceeded.", "is no XML"),
        (
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>x</id></entry></feed>",
            "without an id",
        ),
    ],
)
def test_what_is_no_feed_is_malformed(
    services: Services, arxiv: Adapter, body: str, said: str
) -> None:
    services.route(HOST, PATH, text(body, "application/atom+xml"))
    assert said in failed(arxiv.get("2602.00001", "title"), Reason.MALFORMED).detail


def test_the_check_asks_for_one_paper(services: Services, arxiv: Adapter) -> None:
    assert arxiv.check().detail == "answers: 2602.00001"
    assert "max_results=1" in services.visits[0].path
