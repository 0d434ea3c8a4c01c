"""What is said of one kind of vehicle is understood of every other."""

from __future__ import annotations

from agent.lexicon.vehicles import vehicle_cues
from tools.facts.store import FactStore


def test_every_cue_is_a_whole_phrase_of_a_field_that_exists(store: FactStore) -> None:
    cues = list(vehicle_cues())
    assert {field for field, _ in cues if store.field(field) is None} == set()
    assert [phrase for _, phrase in cues if "{" in phrase or phrase.count(" * ") > 1] == []


def test_lorries_are_asked_about_as_buses_are() -> None:
    cues = set(vehicle_cues())
    assert ("truck_battery_demand", "batteries * lorries") in cues
    assert ("bus_battery_demand", "batteries * buses") in cues
    assert ("van_stock", "在用 * 面包车") in cues
    assert ("bus_stock", "buses are rolling") in cues
