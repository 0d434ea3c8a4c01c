"""The words of both languages and the evaluation split, read once for the curriculum's tests."""

from __future__ import annotations

import pytest

from agent.curriculum.speech import Speech
from agent.curriculum.world import World
from tools.facts.store import FactStore


@pytest.fixture(scope="session")
def speech(store: FactStore) -> Speech:
    return Speech(store)


@pytest.fixture(scope="session")
def world(store: FactStore) -> World:
    return World(store, held_out=True)
