"""A server on this machine that speaks the services' formats, and fixtures in those formats, in our own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.services import Answer, Services, serving, text
from tools.sources.types import Found
from tools.types import Entities, Failed, Reason, Scalar, Table
from tools.web.client import Client

FIXTURES = Path(__file__).parent / "fixtures"
CONTACT = "tests@example.org"


@pytest.fixture
def services() -> Iterator[Services]:
    with serving() as running:
        yield running


@pytest.fixture
def client(services: Services) -> Client:
    return services.client(contact=CONTACT)


def fixture(name: str) -> Any:
    """A fixture's JSON."""
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))


def told(name: str) -> Answer:
    """A fixture as a server tells it."""
    body = (FIXTURES / name).read_text(encoding="utf-8")
    kinds = {".json": "application/json", ".csv": "text/csv", ".xml": "application/atom+xml"}
    return text(body, kinds[Path(name).suffix])


def scalar(found: Found | Failed) -> Scalar:
    assert isinstance(found, Scalar), found
    return found


def table(found: Found | Failed) -> Table:
    assert isinstance(found, Table), found
    return found


def entities(found: Found | Failed) -> Entities:
    assert isinstance(found, Entities), found
    return found


def failed(outcome: object, reason: Reason) -> Failed:
    assert isinstance(outcome, Failed), outcome
    assert outcome.reason is reason, outcome
    return outcome
