"""Reports: several figures of one thing side by side, or the same figures of several things."""

from __future__ import annotations

from collections.abc import Mapping

from agent.curriculum.families.draw import Draw, finish, gold_of, lookup, search, values_gold
from agent.curriculum.families.extremes import draw_candidates
from agent.curriculum.families.periods import chosen_period, shared_period
from agent.curriculum.tasks import Task
from tools.types import Entity, Period

FIELDS: Mapping[str, tuple[str, ...]] = {
    "company": ("revenue", "net_income", "gross_profit", "operating_income", "operating_cash_flow", "capex"),
    "country": ("population", "gdp", "area", "capital", "life_expectancy", "inflation"),
    "region": ("ev_sales", "ev_share", "bev_sales", "phev_sales", "bev_stock", "chargers_fast"),
    "laureate": ("prize_year", "birth_date", "birth_country", "prize", "death_date", "affiliation"),
    "astronaut": ("missions", "space_hours", "mission_count", "birth_year", "nationality"),
    "planet": ("moon_count", "mass", "diameter", "sun_distance", "mean_temperature", "orbital_period"),
    "element": ("atomic_number", "symbol", "category", "phase", "melting_point", "boiling_point"),
}  # fmt: skip
N_COMPARED = 5
_TYPES = ("company", "company", "company", "country", "country", "region", "region", "laureate", "astronaut", "planet", "element")  # fmt: skip


def report(d: Draw) -> Task:
    """A report on one thing: a company's period, a market, a country, a person."""
    type_ = d.rng.choice(_TYPES)
    fields = FIELDS[type_]
    entity = d.subject(fields[0], type_)
    series = d.world.facts(fields[0])[entity.id]
    period = chosen_period(d, series) if type_ in ("company", "region") else None
    slots = {"topic": _topic(d, entity)} | ({"p": d.bare(period)} if period else {})
    rows = [lookup(entity, f, period) for f in fields]
    references = [f"#{n}" for n in range(1, len(fields) + 1)]
    gold = gold_of(d.world.at(entity.id, fields[0], period))
    return d.task(d.frame("report", **slots), "report", "report", [*rows, finish(*references)], gold)  # fmt: skip


def _topic(d: Draw, entity: Entity) -> str:
    return d.frame("topic.region", e=d.name(entity)) if entity.type == "region" else d.name(entity)


def comparison(d: Draw) -> Task:
    """A report on two to four things of a sort, side by side."""
    type_ = d.rng.choice(_TYPES)
    fields = FIELDS[type_][:N_COMPARED]
    chosen = draw_candidates(d, fields[0], type_, d.rng.choice((2, 2, 2, 3, 4)))
    series = [d.world.facts(fields[0])[e.id] for e in chosen]
    period: Period | None = shared_period(d, *series) if type_ in ("company", "region") else None
    names = d.names(chosen)
    names = d.frame("topic.regions", names=names) if type_ == "region" else names
    slots = {"names": names} | ({"p": d.bare(period)} if period else {})
    rows = [search(*chosen), *[lookup("#1", f, period) for f in fields]]
    references = [f"#{n}" for n in range(2, len(fields) + 2)]
    gold = values_gold(d.world.at(e.id, fields[0], period) for e in chosen)
    return d.task(d.frame("report_several", **slots), "report", "report_several", [*rows, finish(*references)], gold)  # fmt: skip
