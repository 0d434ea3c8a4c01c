"""Which periods of a series a question can be about."""

from __future__ import annotations

from agent.curriculum.families.draw import Draw, NotDrawnError
from tools.types import Entity, Fact, Period


def grain(period: str) -> str:
    """Whether a period is a quarter, a fiscal year, a year, or something else."""
    if "Q" in period:
        return "quarter"
    return "fiscal" if period.startswith("FY") else "year" if period.isdigit() else "other"


def by_period(facts: tuple[Fact, ...]) -> dict[str, Fact]:
    """The preferred fact of each period."""
    dated: dict[str, Fact] = {}
    for fact in facts:
        if fact.number is not None and grain(fact.period) != "other":
            dated.setdefault(fact.period, fact)
    return dated


def chosen_period(d: Draw, facts: tuple[Fact, ...]) -> Period:
    """A period that the facts cover."""
    dated = sorted(by_period(facts))
    if len(dated) < 2:
        raise NotDrawnError
    return Period(d.pick(dated))


def chosen_periods(d: Draw, entity: Entity, field_id: str, n: int) -> tuple[list[Period], list[Fact]]:  # fmt: skip
    """n periods of one sort that a series covers, in order of time, and their facts."""
    dated = by_period(d.world.facts(field_id).get(entity.id, ()))
    sort = grain(d.pick(sorted(dated)))
    alike = sorted(p for p in dated if grain(p) == sort and dated[p].number)
    if len(alike) < n:
        raise NotDrawnError
    at = d.rng.randrange(len(alike) - n + 1)
    chosen = alike[at : at + n] if d.chance(0.6) else sorted(d.rng.sample(alike, n))
    return [Period(p) for p in chosen], [dated[p] for p in chosen]


def shared_period(d: Draw, *series: tuple[Fact, ...]) -> Period:
    """A period that all series cover."""
    common = set.intersection(*(set(by_period(facts)) for facts in series))
    return Period(d.pick(sorted(common)))
