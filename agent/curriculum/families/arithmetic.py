"""Arithmetic: differences, ratios, growth, means and sums over periods, two fields of one thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from agent.curriculum.families.asking import compared
from agent.curriculum.families.draw import (
    Draw,
    NotDrawnError,
    calculate,
    finish,
    lookup,
    number_gold,
    number_of,
    search,
    set_gold,
)
from agent.curriculum.families.extremes import (
    PER_SEARCH,
    Rank,
    best_of,
    draw_candidates,
    folded,
    search_rows,
)
from agent.curriculum.families.periods import by_period, chosen_periods, shared_period
from agent.curriculum.tasks import Gold, GoldRow, Task
from tools.types import Entity, Fact, Period

COMPARED_TYPES = (
    "country", "country", "city", "mountain", "river", "lake", "island", "company", "company", "element", "planet", "region",
    "region", "moon", "astronaut", "film", "prize", "desert",
)  # fmt: skip
DATED_TYPES = ("company", "company", "company", "country", "country", "region", "region")
TOGETHER: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "country": (("population", "area", "ratio"), ("gdp", "population", "ratio"), ("exports", "imports", "difference"),
                ("exports", "imports", "ratio"), ("birth_rate", "death_rate", "difference"), ("co2", "population", "ratio"),
                ("exports", "gdp", "ratio"), ("imports", "gdp", "ratio"), ("land_area", "area", "ratio"),
                ("area", "land_area", "difference"), ("exports", "imports", "sum"), ("inflation", "gdp_growth", "difference"),
                ("coastline", "land_border", "sum"), ("coastline", "land_border", "ratio")),
    "company": (("net_income", "revenue", "ratio"), ("revenue", "cost_of_revenue", "difference"), ("rnd", "revenue", "ratio"),
                ("total_assets", "total_liabilities", "difference"), ("production", "deliveries", "difference"),
                ("operating_cash_flow", "capex", "difference"), ("gross_profit", "operating_expenses", "difference"),
                ("automotive_revenue", "energy_revenue", "sum"), ("energy_revenue", "revenue", "ratio"),
                ("services_revenue", "energy_revenue", "difference"), ("operating_income", "net_income", "difference"),
                ("equity", "total_liabilities", "ratio"), ("market_cap", "ebitda", "ratio"), ("capex", "revenue", "ratio"),
                ("total_liabilities", "equity", "sum")),
    "region": (("bev_sales", "phev_sales", "difference"), ("bev_sales", "phev_sales", "sum"), ("bev_sales", "ev_sales", "ratio"),
               ("chargers_fast", "chargers_slow", "ratio"), ("chargers_fast", "chargers_slow", "sum"),
               ("bev_stock", "phev_stock", "difference"), ("bev_stock", "chargers_fast", "ratio"), ("bev_stock", "phev_stock", "sum"),
               ("chargers_slow", "chargers_fast", "difference")),
    "element": (("boiling_point", "melting_point", "difference"), ("atomic_mass", "atomic_number", "ratio")),
    "planet": (("mass", "diameter", "ratio"),),
    "river": (("basin_area", "length", "ratio"),),
    "film": (("oscar_nominations", "oscars_won", "difference"), ("oscars_won", "oscar_nominations", "ratio")),
    "film_person": (("oscar_nominations", "oscars_won", "difference"), ("oscars_won", "oscar_nominations", "ratio")),
    "astronaut": (("space_hours", "mission_count", "ratio"), ("eva_hours", "space_hours", "ratio")),
}  # fmt: skip
_TOGETHER_TYPES = ("country", "country", "company", "company", "region", "region", *TOGETHER)


def difference(d: Draw) -> Task:
    """Difference or ratio of a field between two things, sometimes at a period."""
    type_ = d.rng.choice(COMPARED_TYPES)
    field_id = d.pick(d.askable(type_, "number"))
    left, right = draw_candidates(d, field_id, type_, 2)
    series = [d.world.facts(field_id)[e.id] for e in (left, right)]
    period = shared_period(d, *series) if all(len(by_period(s)) > 1 for s in series) and d.chance(0.5) else None  # fmt: skip
    a, b = (_at(facts, period) for facts in series)
    operation = d.rng.choice(("difference", "ratio"))
    slots = {"np": d.np(field_id, type_), "a": d.name(left), "b": d.name(right)}
    question = _how_much(d, operation, field_id, type_, slots, period)
    rows, gold = _of_two(operation, [lookup(e, field_id, period) for e in (left, right)], a, b)
    return d.task(question, "chain", operation, rows, gold)


def _how_much(
    d: Draw, operation: str, field_id: str, type_: str, slots: Mapping[str, str], period: Period | None
) -> str:  # fmt: skip
    """A question how much or how many times more; by comparatives where the field has them."""
    said = {**slots, **({"p": d.during(period)} if period else {})}
    names = {"a": said["a"]} | ({"b": said["b"]} if d.lang == "en" else {})
    own: list[Callable[[], str]] = []
    if period is None:
        frame = "gap" if operation == "difference" else "times"
        own = [lambda: d.frame(frame, x=compared(d, field_id, type_, said["b"]), **names)]
    if operation == "difference":
        pair = {slot: said[slot] for slot in ("a", "b", "p") if slot in said}
        own.append(lambda: d.phrase(field_id, type_, "gap", **pair))
    try:
        return d.first(*own) if d.chance(0.4) else d.frame(operation, **said)
    except NotDrawnError:
        return d.frame(operation, **said)


def _at(facts: tuple[Fact, ...], period: Period | None) -> Fact:
    fact = by_period(facts)[period.text] if period else facts[0]
    if not fact.number:
        raise NotDrawnError
    return fact


def _of_two(operation: str, head: list[GoldRow], a: Fact, b: Fact) -> tuple[list[GoldRow], Gold]:
    """Two looked-up numbers put together, and the result."""
    left, right = number_of(a), number_of(b)
    unit = a.unit if operation != "ratio" else ""
    results = {"difference": left - right, "ratio": left / right, "sum": left + right}
    gold = number_gold(results[operation], unit)
    if operation == "difference":
        gold = replace(gold, accept=(f"{right - left:f}",))
    return [*head, calculate(operation, "#1", "#2"), finish("#3")], gold


def growth(d: Draw) -> Task:
    """Growth, or absolute change, of a field between two periods."""
    entity, field_id, said = _dated(d)
    periods, facts = chosen_periods(d, entity, field_id, 2)
    slots = {"p1": d.bare(periods[0]), "p2": d.bare(periods[1]), **said}
    head = [lookup(entity, field_id, p) for p in periods]
    old, new = (number_of(f) for f in facts)
    if d.chance(0.3):
        gold = replace(number_gold(new - old, facts[0].unit), accept=(f"{old - new:f}",))
        rows = [*head, calculate("difference", "#2", "#1"), finish("#3")]
        return d.task(d.frame("change", **slots), "chain", "change", rows, gold)
    if old <= 0:
        raise NotDrawnError
    rows = [*head, calculate("growth", "#2", "#1"), finish("#3")]
    gold = number_gold((new - old) / old * 100, "%")
    return d.task(d.frame("growth", **slots), "chain", "growth", rows, gold)


def _dated(d: Draw) -> tuple[Entity, str, dict[str, str]]:
    """Something with a series of numbers, the field, and both in words."""
    type_ = d.rng.choice(DATED_TYPES)
    field_id = d.pick(d.askable(type_, "number"))
    entity = d.subject(field_id, type_)
    if len(by_period(d.world.facts(field_id)[entity.id])) < 2:
        raise NotDrawnError
    return entity, field_id, {"e": d.name(entity), "np": d.np(field_id, type_)}


def over_periods(d: Draw) -> Task:
    """Mean, sum, highest or lowest of a field over two to five periods."""
    entity, field_id, said = _dated(d)
    periods, facts = chosen_periods(d, entity, field_id, d.rng.choice((2, 3, 3, 4, 4, 5)))
    operation = d.rng.choice(("mean", "mean", "sum", "sum", "max", "min"))
    question = d.frame(f"over.{operation}", ps=d.listed([d.bare(p) for p in periods]), **said)
    n = len(periods)
    rows = [lookup(entity, field_id, p) for p in periods]
    rows += [calculate(operation, *[f"#{i}" for i in range(1, n + 1)]), finish(f"#{n + 1}")]
    result = folded(operation, [number_of(f) for f in facts])
    return d.task(question, "chain", "periods", rows, number_gold(result, facts[0].unit))


def two_fields(d: Draw) -> Task:
    """Two fields of one thing put together: density, balance, margin."""
    type_ = d.rng.choice(_TOGETHER_TYPES)
    one, other, operation = d.pick(TOGETHER[type_])
    entity = d.subject(one, type_)
    series = [d.world.facts(f).get(entity.id, ()) for f in (one, other)]
    if not all(series):
        raise NotDrawnError
    both_dated = all(len(by_period(s)) > 1 for s in series)
    period = shared_period(d, *series) if both_dated and d.chance(0.7) else None
    slots = {"e": d.name(entity), "np": d.np(one, type_), "np2": d.np(other, type_)}
    question = d.frame(f"two.{operation}", **slots, **({"p": d.during(period)} if period else {}))
    a, b = (_at(s, period) for s in series)
    rows, gold = _of_two(operation, [lookup(entity, f, period) for f in (one, other)], a, b)
    return d.task(question, "chain", f"two_{operation}", rows, gold)


def densest(d: Draw) -> Task:
    """Who of a few, or of a class, has most of one field for another."""
    type_ = d.rng.choice(("country", "country", "region", "company", "film", "astronaut", "river"))
    one, other, _ = d.pick([t for t in TOGETHER[type_] if t[2] == "ratio"])
    head, said, ids = _compared(d, type_, one)
    values = [_ratio(d, one, other, i) for i in ids]
    ranked = [r for r in values if r is not None]
    if len(ranked) < 2 or (len(ids) <= PER_SEARCH and len(ranked) < len(ids)):
        raise NotDrawnError
    best = best_of("argmax", ranked)
    question = d.frame("densest", np=d.np(one, type_), np2=d.np(other, type_), s=said)
    n = len(head)
    rows = [*head, lookup(f"#{n}", one), lookup(f"#{n}", other), calculate("ratio", f"#{n + 1}", f"#{n + 2}"),
            calculate("argmax", f"#{n + 3}"), finish(f"#{n + 4}")]  # fmt: skip
    return d.task(question, "intersection", "densest", rows, set_gold([best.name]))


def _ratio(d: Draw, one: str, other: str, entity_id: str) -> tuple[Rank, Entity] | None:
    facts = [d.world.facts(f).get(entity_id) for f in (one, other)]
    if not facts[0] or not facts[1] or facts[0][0].number is None or not facts[1][0].number:
        return None
    return (facts[0][0].number / facts[1][0].number, 0, 0), facts[0][0].entity


def _compared(d: Draw, type_: str, field_id: str) -> tuple[list[GoldRow], str, list[str]]:
    """A class of the type, or a few named things of it: rows, words, ids."""
    if d.chance(0.5):
        group = d.pick([c for c in d.world.classes if c.type == type_ and len(d.world.store.members(c)) < 600])  # fmt: skip
        said = d.speech.group(d.rng, group, d.lang)
        said = f"{d.rng.choice(('the ', 'all ', 'all the '))}{said}" if d.lang == "en" else said
        return [search(group)], said, [e.id for e in d.world.store.members(group)]
    chosen = draw_candidates(d, field_id, type_, d.rng.choice((2, 3, 3, 4, 5)))
    return search_rows(chosen), d.names(chosen), [e.id for e in chosen]


def fastest(d: Draw) -> Task:
    """Whose field grew most between two periods."""
    type_ = d.rng.choice(("region", "region", "country", "country", "company"))
    field_id = d.pick(d.askable(type_, "number"))
    head, said, ids = _compared(d, type_, field_id)
    entity = d.world.store.entity(d.pick([i for i in ids if i in d.world.facts(field_id)]))
    if entity is None:
        raise NotDrawnError
    periods, _ = chosen_periods(d, entity, field_id, 2)
    ranked = [g for i in ids if (g := _growth(d, field_id, i, periods)) is not None]
    if len(ids) <= PER_SEARCH and len(ranked) < len(ids):
        raise NotDrawnError
    best = best_of("argmax", ranked)
    slots = {"np": d.np(field_id, type_), "p1": d.bare(periods[0]), "p2": d.bare(periods[1])}
    n = len(head)
    rows = [*head, *[lookup(f"#{n}", field_id, p) for p in periods], calculate("growth", f"#{n + 2}", f"#{n + 1}"),
            calculate("argmax", f"#{n + 3}"), finish(f"#{n + 4}")]  # fmt: skip
    return d.task(d.frame("fastest", s=said, **slots), "intersection", "fastest", rows, set_gold([best.name]))  # fmt: skip


def _growth(d: Draw, field_id: str, entity_id: str, periods: list[Period]) -> tuple[Rank, Entity] | None:  # fmt: skip
    facts = d.world.facts(field_id).get(entity_id, ())
    dated = by_period(facts)
    old, new = (dated.get(p.text) for p in periods)
    if old is None or new is None or number_of(old) <= 0:
        return None
    return (number_of(new) / number_of(old), 0, 0), old.entity
