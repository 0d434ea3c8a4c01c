"""A server on this machine that speaks the services' formats, and fixtures in those formats, in our own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.services import Answer, Services, serving, text
from tools.types import Failed, Reason
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


def failed(outcome: object, reason: Reason) -> Failed:
    assert isinstance(outcome, Failed), outcome
    assert outcome.reason is reason, outcome
    return outcome
