"""A short fuzz of every parser, and all inputs that ever broke one."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.fuzz.targets import TARGETS, Target
from tests.fuzz.watch import finding, kept

N_INPUTS = 300


@pytest.mark.parametrize("name", ["calculator", "claims", "plan"])
def test_nothing_breaks_a_parser(name: str) -> None:
    target = TARGETS[name]
    for number in range(N_INPUTS):
        given = target.draw(random.Random(f"suite/{name}/{number}"))
        assert finding(target, given, limit=10.0) is None, given


@pytest.mark.parametrize(
    "entry", kept(), ids=lambda entry: f"{entry['target']}-{entry['was'][:40]}"
)
def test_what_broke_once_holds(entry: dict[str, Any]) -> None:
    assert finding(TARGETS[entry["target"]], entry["given"], limit=10.0) is None


def test_a_crash_and_a_hang_are_noticed() -> None:
    def spin(_: object) -> None:
        while True:
            pass

    def crash(given: object) -> None:
        raise KeyError(given)

    crashed = finding(Target("crash", str, crash), "x")
    assert crashed is not None
    assert crashed.startswith("KeyError at test_fuzz.py:")
    assert crashed.endswith(": 'x'")
    assert finding(Target("spin", str, spin), "x", limit=0.05) == "Hang: more than 0.05 s"
