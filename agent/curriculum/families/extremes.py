"""The first or last of a set, or a sum, mean or extreme value over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agent.curriculum.families.draw import (
    Draw,
    NotDrawnError,
    calculate,
    finish,
    lookup,
    measured_values,
    number_gold,
    search,
    set_gold,
    values_gold,
)
from agent.curriculum.families.intersections import held_out
from agent.curriculum.families.sets import draw_group, draw_set
from agent.curriculum.tasks import GoldRow, HeldOut, Task, Topology
from agent.curriculum.world import year_of
from tools.types import Entity, Fact

FOLDS = ("sum", "mean", "max", "min")
ADDITIVE = frozenset({
    "population", "gdp", "area", "land_area", "coastline", "land_border", "co2", "exports", "imports", "airports", "ev_sales",
    "bev_sales", "phev_sales", "bev_stock", "phev_stock", "chargers_fast", "chargers_slow", "market_cap", "ebitda", "revenue",
    "net_income", "total_assets", "moon_count", "mass", "space_hours", "eva_hours", "mission_count", "oscars_won",
    "oscar_nominations", "length", "basin_area", "battery_demand", "prize_amount",
})  # fmt: skip
CANDIDATE_TYPES = (
    "country", "country", "country", "city", "mountain", "river", "lake", "island", "company", "element", "planet", "region",
    "region", "moon", "laureate", "laureate", "astronaut", "film", "desert",
)  # fmt: skip
PER_SEARCH = 5
Rank = tuple[Decimal, int, int]


@dataclass(frozen=True, slots=True)
class Subset:
    """A set as said, the rows that find it, its type and members."""

    said: str
    rows: Sequence[GoldRow]
    type: str
    ids: Sequence[str]
    held_out: HeldOut = ""
    one: str = ""

    @property
    def topology(self) -> Topology:
        """What a question about it is: a class narrowed, or a relation followed."""
        return "intersection" if self.rows[0].tool == "search" else "chain"


def ranks(d: Draw, field_id: str, ids: Sequence[str]) -> list[tuple[Rank, Entity]]:
    """What orders things by a field (numbers or dates), for those that have it."""
    table = d.world.facts(field_id)
    kind = d.world.fields[field_id].kind
    found = [(_rank(table[i][0], kind), table[i][0].entity) for i in ids if i in table]
    return [(rank, entity) for rank, entity in found if rank is not None]


def _rank(fact: Fact, kind: str) -> Rank | None:
    if kind == "number":
        return None if fact.number is None else (fact.number, 0, 0)
    year = year_of(fact)
    parts = [int(p) for p in fact.value.split("-")[1:3] if p.isdigit()]
    month, day = (*parts, 0, 0)[:2]
    return None if year is None else (Decimal(year), month, day)


def best_of(operation: str, ranked: Sequence[tuple[Rank, Entity]]) -> Entity:
    """The one thing with the extreme value; nothing is drawn where several share it."""
    ordered = sorted(ranked, key=lambda pair: pair[0], reverse=operation == "argmax")
    if len(ordered) < 2 or ordered[0][0] == ordered[1][0]:
        raise NotDrawnError
    return ordered[0][1]


def superlative(d: Draw, field_id: str, type_: str, operation: str) -> dict[str, str]:
    """Words for being first in a field: `vp` (has the most people) or `sup` (most populous)."""
    adjective, verb, np_role = ("top", "most", "high") if operation == "argmax" else ("low", "least", "lows")  # fmt: skip

    def by_field() -> str:
        own = d.book.has(field_id, type_, np_role)
        high = d.phrase(field_id, type_, np_role) if own else d.frame(np_role)
        return d.frame("vp_np", np=d.np(field_id, type_), high=high)

    ways = [lambda: d.phrase(field_id, type_, verb), lambda: d.frame("vp", top=d.phrase(field_id, type_, adjective))]  # fmt: skip
    if d.world.fields[field_id].kind == "number":
        ways.append(by_field)
    if d.lang == "en" and d.book.has(field_id, type_, adjective) and d.chance(0.4):
        return {"sup": d.phrase(field_id, type_, adjective)}
    return {"vp": d.first(*ways)}


def drawn_operation(d: Draw) -> str:
    """Mostly the largest."""
    return d.rng.choice(("argmax", "argmax", "argmin"))


def ordered_fields(d: Draw, type_: str) -> list[str]:
    """Fields by which things of a type can be ordered in words."""
    dates = [f for f in d.askable(type_, "date", "year") if d.book.has(f, type_, "most")]
    return [*d.askable(type_, "number"), *dates * 2]


def carried_by_most(d: Draw, fields: Sequence[str], ids: Sequence[str]) -> str:
    """A field that at least two, and most, of the things carry."""
    least = max(2, len(ids) * 0.6)
    return d.pick([f for f in fields if sum(i in d.world.facts(f) for i in ids) >= least])


def draw_subset(d: Draw, rows_left: int) -> Subset:
    """A whole class, a narrowed one, or what a relation leads to."""
    shape = d.rng.random()
    if shape < 0.35:
        group = draw_group(d)
        ids = [e.id for e in d.world.store.members(group)]
        one = d.speech.one(d.rng, group) if d.lang == "en" else ""
        said = d.speech.group(d.rng, group, d.lang)
        return Subset(said, [search(group)], group.type, ids, one=one)
    if shape < 0.6:
        return related_set(d)
    drawn = draw_set(d, d.rng.choice((1, 1, 2, 2, 3)), rows_left=rows_left - 1)
    unseen = held_out(d, drawn.group, drawn.conditions)
    return Subset(drawn.whole, drawn.rows, drawn.group.type, drawn.ids, unseen, drawn.one)


def related_set(d: Draw) -> Subset:
    """The neighbours of a country, the laureates of a prize."""
    field_id, type_ = d.rng.choices((("neighbours", "country"), ("laureates", "prize")), (7, 3))[0]
    entity = d.subject(field_id, type_)
    targets = d.world.targets(entity.id, field_id)
    if len(targets) < 2:
        raise NotDrawnError
    name = d.name(entity)
    said = d.phrase(field_id, type_, "rel", e=name)
    one = d.phrase(field_id, type_, "one", e=name) if d.lang == "en" else ""
    return Subset(_bare(d, said), [lookup(entity, field_id)], targets[0].type, [t.id for t in targets], one=one)  # fmt: skip


def _bare(d: Draw, said: str) -> str:
    """Without the article, which the frames bring."""
    return said.removeprefix("the ") if d.lang == "en" else said


def extreme(d: Draw) -> Task:
    """Who of a set is first."""
    subset = draw_subset(d, rows_left=5)
    field_id = carried_by_most(d, ordered_fields(d, subset.type), subset.ids)
    operation = drawn_operation(d)
    best = best_of(operation, ranks(d, field_id, subset.ids))
    words = superlative(d, field_id, subset.type, operation)
    question = d.frame("extreme", s=subset.said, **words)
    if subset.one and d.chance(0.65):
        question = d.frame("extreme_one", one=subset.one, **words)
    rows = [*subset.rows, *extreme_rows(field_id, operation, len(subset.rows))]
    rows.append(finish(f"#{len(rows)}"))
    return d.task(question, subset.topology, "superlative", rows, set_gold([best.name]), subset.held_out)  # fmt: skip


def extreme_rows(field_id: str, operation: str, after: int) -> list[GoldRow]:
    """The rows that take the extreme member of the set in row `after`."""
    return [lookup(f"#{after}", field_id), calculate(operation, f"#{after + 1}")]


def fold(d: Draw) -> Task:
    """A sum, mean, maximum or minimum over a set."""
    subset = draw_subset(d, rows_left=5)
    field_id = carried_by_most(d, d.askable(subset.type, "number"), subset.ids)
    values = measured_values(d, field_id, subset.ids)
    unit = d.world.facts(field_id)[values[0][1].id][0].unit
    operation = d.pick([f for f in FOLDS if f != "sum" or field_id in ADDITIVE])
    question = d.frame(f"fold.{operation}", np=d.np(field_id, subset.type), s=subset.said)
    last = len(subset.rows)
    rows = [*subset.rows, lookup(f"#{last}", field_id), calculate(operation, f"#{last + 1}"), finish(f"#{last + 2}")]  # fmt: skip
    result = folded(operation, [v for v, _ in values])
    gold = number_gold(result, unit)
    return d.task(question, subset.topology, "fold", rows, gold, subset.held_out)


def folded(operation: str, values: Sequence[Decimal]) -> Decimal:
    """The result of a folding operation."""
    total = sum(values, Decimal(0))
    by_name: Mapping[str, Decimal] = {
        "sum": total, "mean": total / len(values), "max": max(values), "min": min(values),
    }  # fmt: skip
    return by_name[operation]


def size_of(d: Draw) -> Task:
    """How many things a relation leads to, or which they are."""
    subset = related_set(d)
    if d.chance(0.4):
        question = d.frame("list", s=subset.said)
        names = [e.name for i in subset.ids if (e := d.world.store.entity(i))]
        return d.task(question, "chain", "related", [*subset.rows, finish("#1")], set_gold(names))
    rows = [*subset.rows, calculate("count", "#1"), finish("#2")]
    gold = number_gold(Decimal(len(subset.ids)))
    return d.task(d.frame("count", s=subset.said), "chain", "count", rows, gold)


def candidates(d: Draw) -> Task:
    """Who of two to eight named things is first."""
    type_ = d.rng.choice(CANDIDATE_TYPES)
    field_id = d.pick(ordered_fields(d, type_))
    chosen = draw_candidates(d, field_id, type_, d.rng.choice((2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 8)))
    operation = drawn_operation(d)
    best = best_of(operation, ranks(d, field_id, [e.id for e in chosen]))
    words = {"vp": ""}
    while "vp" not in (words := superlative(d, field_id, type_, operation)):
        continue
    slots = {"names": d.names(chosen, is_choice=True), **words}
    question = d.first(lambda: d.frame("candidates", **slots), lambda: d.frame("candidates", who=d.who(type_), **slots))  # fmt: skip
    head = search_rows(chosen)
    rows = [*head, *extreme_rows(field_id, operation, len(head)), finish(f"#{len(head) + 2}")]
    return d.task(question, "intersection", "candidates", rows, set_gold([best.name]))


def draw_candidates(d: Draw, field_id: str, type_: str, n: int) -> list[Entity]:
    """n things of a type that carry the field."""
    subjects = d.world.subjects(field_id, type_)
    if len(subjects) < n:
        raise NotDrawnError
    return d.rng.sample(subjects, n)


def search_rows(chosen: Sequence[Entity]) -> list[GoldRow]:
    """The rows that gather named things: one search holds PER_SEARCH of them."""
    first, rest = chosen[:PER_SEARCH], chosen[PER_SEARCH:]
    if not rest:
        return [search(*first)]
    return [search(*first), search(*rest), calculate("union", "#1", "#2")]


def each(d: Draw) -> Task:
    """A field of each of a few things."""
    subset = related_set(d) if d.chance(0.4) else _named_few(d)
    fields = [f for f in d.askable(subset.type, "number", "entity", "text", "date", "year") if all(i in d.world.facts(f) for i in subset.ids)]  # fmt: skip
    field_id = d.pick(fields)
    facts = [d.world.facts(field_id)[i] for i in subset.ids]
    said = f"the {subset.said}" if d.lang == "en" and subset.rows[0].tool == "lookup" else subset.said  # fmt: skip
    question = d.frame("each", np=d.np(field_id, subset.type), s=said)
    rows = [*subset.rows, lookup(f"#{len(subset.rows)}", field_id), finish(f"#{len(subset.rows) + 1}")]  # fmt: skip
    if d.world.fields[field_id].kind.startswith("entity"):
        targets = [t.name for i in subset.ids for t in d.world.targets(i, field_id)]
        return d.task(question, "chain", "each", rows, set_gold(dict.fromkeys(targets)))
    return d.task(question, "chain", "each", rows, values_gold(facts))


def _named_few(d: Draw) -> Subset:
    type_ = d.rng.choice(CANDIDATE_TYPES)
    field_id = d.pick(d.askable(type_, "number", "entity", "text", "date", "year"))
    chosen = draw_candidates(d, field_id, type_, d.rng.choice((2, 2, 3, 3, 4, 5)))
    return Subset(d.names(chosen), [search(*chosen)], type_, [e.id for e in chosen])
