"""Repairs teach what the agent may do: a year is read the other way at most, never exchanged for a neighbour."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from agent.curriculum.repairs import Repairer
from agent.link import Linker
from agent.types import NIL, Brief, Plan, Pointer, Row
from tools.facts.store import FactStore
from tools.types import FieldRef, Period, Term
from tools.values.periods import is_other_reading

TRIES = 40


class Remembering(Linker):
    """The linker, which remembers the periods it was asked to offer."""

    def __init__(self, store: FactStore) -> None:
        super().__init__(store)
        self.periods: list[str] = []

    def offer(
        self, brief: Brief, terms: Iterable[tuple[str, str, Term]]
    ) -> tuple[Brief, tuple[Pointer, ...]]:
        terms = list(terms)
        self.periods += [target.text for _, _, target in terms if isinstance(target, Period)]
        return super().offer(brief, terms)


@pytest.fixture(scope="module")
def remembering(store: FactStore) -> Remembering:
    return Remembering(store)


@pytest.mark.parametrize(
    ("question", "period", "is_mended"),
    [
        ("What was the revenue of Tesla in FY2023?", "FY2023", True),
        ("What was the GDP of Norway in 2019?", "2019", True),
        ("How many cars did Tesla deliver in Q2 2023?", "2023Q2", False),
    ],
)
def test_a_period_is_mended_by_its_other_reading_alone(
    store: FactStore, remembering: Remembering, question: str, period: str, is_mended: bool
) -> None:
    brief = remembering.link(question)
    symbols = {p.target: p.symbol for p in brief.pointers}
    field = next(p.symbol for p in brief.pointers if isinstance(p.target, FieldRef))
    plan = Plan((Row(1, "lookup", ("@1", field, symbols[Period(period)], NIL, NIL)),))
    remembering.periods.clear()
    for seed in range(TRIES):
        Repairer(store, remembering).repair(plan, brief, random.Random(seed), prefer_field=False)
    assert bool(remembering.periods) is is_mended
    assert all(is_other_reading(offered, period) for offered in remembering.periods)
