"""The bench over slow sources: they speak what the adapters read, and calls in flight are counted as the log has them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from decimal import Decimal

import pytest

from agent.events import AgentEvent, CallFinished, CallStarted
from agent.judge import Task
from bench.abroad import KNOWN, most_in_flight
from bench.outside import outside
from tests.support.services import Services, Visit
from tools.sources.opening import open_sources
from tools.sources.types import Registry
from tools.types import Failed, Reason, Scalar
from tools.web.client import Client


@pytest.fixture
def services() -> Iterator[Services]:
    with outside(tomllib.loads(KNOWN.read_text("utf-8")), seconds=0.0) as running:
        yield running


@pytest.fixture
def sources(services: Services) -> Registry:
    return open_sources(Client(services.network(contact="tests@example.org")))


def test_the_servers_tell_what_the_table_holds(sources: Registry) -> None:
    for address, period, value in (
        ("worldbank:Norway", "1970", 3_900_000),
        ("wikidata:Q9004", None, 7_000),
        ("wikidata:Sweden", None, 10_600_000),
    ):
        found = sources.get(address, "population", period)
        assert isinstance(found, Scalar)
        assert found.value == Decimal(value)


def test_what_the_table_lacks_is_unknown_as_the_real_ones_say_it(sources: Registry) -> None:
    for address, period, reason in (
        ("worldbank:Norway", "1905", Reason.NO_VALUE_FOR_PERIOD),
        ("wikidata:Norway", "1970", Reason.NO_VALUE_FOR_PERIOD),
        ("wikidata:Atlantis", None, Reason.UNKNOWN_ENTITY),
    ):
        found = sources.get(address, "population", period)
        assert isinstance(found, Failed)
        assert found.reason is reason


def test_every_answer_is_late() -> None:
    with outside({"worldbank": {}, "wikidata": {}}, seconds=7.0) as services:
        visit = Visit("www.wikidata.org", "/w/api.php?action=wbsearchentities&search=x", {})
        assert services.answer(visit).delay_seconds == 7.0


def test_the_questions_are_tasks() -> None:
    told = tomllib.loads(KNOWN.read_text("utf-8"))["task"]
    tasks = [Task.model_validate(task) for task in told]
    assert len({task.id for task in tasks}) == len(tasks) >= 12
    assert {task.lang for task in tasks} == {"en", "zh"}


def begun(row: int) -> AgentEvent:
    return CallStarted(run="r", at=0.0, row=row, call="lookup()")


def ended(row: int) -> AgentEvent:
    return CallFinished(run="r", at=0.0, row=row, status="ok", summary="", seconds=0.0)


@pytest.mark.parametrize(
    ("events", "most"),
    [
        ([], 0),
        ([begun(1), ended(1), begun(2), ended(2)], 1),
        ([begun(1), begun(2), ended(1), begun(3), ended(3), ended(2)], 2),
        ([ended(1), begun(2), begun(3), begun(4)], 3),  # a known row ends without a call
    ],
)
def test_calls_in_flight_are_those_begun_and_not_ended(events: list[AgentEvent], most: int) -> None:
    assert most_in_flight(events) == most
