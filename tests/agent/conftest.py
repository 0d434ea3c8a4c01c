"""The real facts, opened once for all of the agent's tests."""

from __future__ import annotations

import pytest

from agent.link import Linker
from tools.facts.store import FactStore


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> FactStore:
    return FactStore.open(tmp_path_factory.mktemp("facts"))


@pytest.fixture(scope="session")
def linker(store: FactStore) -> Linker:
    return Linker(store)
