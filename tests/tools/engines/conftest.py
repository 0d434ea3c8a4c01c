"""A server of the test's own to which every name leads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.services import Services, serving


@pytest.fixture
def services() -> Iterator[Services]:
    with serving() as running:
        yield running
