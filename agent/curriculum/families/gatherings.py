"""Several named things or fields taken together, one left out, and two classes at once."""

from __future__ import annotations

from decimal import Decimal

from agent.curriculum.families.draw import (
    MAX_ANSWERS,
    Draw,
    NotDrawnError,
    calculate,
    finish,
    gold_of,
    lookup,
    measured_values,
    names_of,
    number_gold,
    search,
    set_gold,
    verify,
)
from agent.curriculum.families.extremes import (
    ADDITIVE,
    best_of,
    carried_by_most,
    draw_candidates,
    drawn_operation,
    extreme_rows,
    folded,
    ordered_fields,
    ranks,
    superlative,
)
from agent.curriculum.families.periods import chosen_period
from agent.curriculum.tasks import GoldRow, Task
from tools.types import EntityClass, Period

SUMMED = (
    "country", "country", "country", "city", "river", "river", "lake", "island", "company", "company", "film_person", "film_person",
    "region", "astronaut", "planet",
)  # fmt: skip
PROFILED = (
    "country", "country", "country", "company", "company", "company", "region", "region", "laureate", "astronaut", "planet",
    "moon", "element", "city", "mountain", "river", "lake", "island", "film", "film_person", "organization",
)  # fmt: skip
WITH_PERIODS = ("company", "region")
LEFT_OUT = (("laureates", "prize"), ("laureates", "prize"), ("neighbours", "country"))


def together(d: Draw) -> Task:
    """The sum, now and then the mean, of a field over two to five named things."""
    type_ = d.rng.choice(SUMMED)
    operation = d.rng.choices(("sum", "mean"), (5, 1))[0]
    named = [f for f in d.askable(type_, "number") if operation != "sum" or f in ADDITIVE]
    field_id = d.pick(named)
    chosen = draw_candidates(d, field_id, type_, d.rng.choice((2, 2, 3, 3, 3, 4, 5)))
    values = measured_values(d, field_id, [e.id for e in chosen])
    if len(values) < len(chosen):
        raise NotDrawnError
    unit = d.world.facts(field_id)[chosen[0].id][0].unit
    question = d.frame(f"together.{operation}", np=d.np(field_id, type_), names=d.names(chosen))
    rows = [search(*chosen), lookup("#1", field_id), calculate(operation, "#2"), finish("#3")]
    gold = number_gold(folded(operation, [v for v, _ in values]), unit)
    return d.task(question, "chain", "together", rows, gold)


def facets(d: Draw) -> Task:
    """Several named fields of one thing, asked for plainly or as a report."""
    type_ = d.rng.choice(PROFILED)
    kinds = ("number", "entity", "text", "date", "year")
    known = list(dict.fromkeys(d.askable(type_, *kinds)))
    entity = d.subject(d.pick(known), type_)
    carried = [f for f in known if entity.id in d.world.facts(f)]
    n = d.rng.choice((2, 2, 3, 3, 4, 5))
    if len(carried) < n:
        raise NotDrawnError
    fields = d.rng.sample(carried, n)
    period = _shared_period(d, entity.id, fields) if type_ in WITH_PERIODS else None
    slots = {"e": d.name(entity), "nps": d.listed([d.np(f, type_) for f in fields])}
    slots |= {"p": d.bare(period)} if period else {}
    question = d.frame(d.rng.choice(("facets", "facets_report")), **slots)
    rows = [lookup(entity, f, period) for f in fields]
    rows.append(finish(*(f"#{i}" for i in range(1, n + 1))))
    return d.task(question, "report", "facets", rows, gold_of(d.world.at(entity.id, fields[0], period)))  # fmt: skip


def _shared_period(d: Draw, entity_id: str, fields: list[str]) -> Period | None:
    """A period of the first field for which all have values, or none."""
    period = chosen_period(d, d.world.facts(fields[0])[entity_id])
    has_all = all(d.world.at(entity_id, f, period) for f in fields)
    return period if has_all else None


def but_for(d: Draw) -> Task:
    """What a relation leads to, without one of them; of a laureate, who else had the prize."""
    field_id, type_ = d.rng.choice(LEFT_OUT)
    entity = d.subject(field_id, type_)
    targets = d.world.targets(entity.id, field_id)
    if len(targets) < 2:
        raise NotDrawnError
    known = d.rng.choice(targets)
    said = d.phrase(field_id, type_, "rel", e=d.name(entity))
    said = said.removeprefix("the ") if d.lang == "en" else said
    question = d.frame("but_for", s=said, e=d.name(known))
    rows = [lookup(entity, field_id), verify("#1", "", "!=", known), finish("#2")]
    left = [t.name for t in targets if t.id != known.id]
    return d.task(question, "chain", "but_for", rows, set_gold(left))


def both_classes(d: Draw) -> Task:
    """The members of two classes at once: listed, counted, or the first of them."""
    one, other, ids = _two_classes(d)
    said = _said_of_both(d, one, other)
    rows = [search(one), search(other), calculate("intersect", "#1", "#2")]
    way = d.rng.random()
    if way < 0.4 and len(ids) > 1:
        return _first_of(d, said, one.type, rows, ids)
    if way < 0.7 and len(ids) <= MAX_ANSWERS:
        gold = set_gold(names_of(d, ids))
        return d.task(d.frame("list", s=said), "intersection", "both", [*rows, finish("#3")], gold)
    rows += [calculate("count", "#3"), finish("#4")]
    return d.task(d.frame("count", s=said), "intersection", "both", rows, number_gold(Decimal(len(ids))))  # fmt: skip


def _first_of(d: Draw, said: str, type_: str, rows: list[GoldRow], ids: list[str]) -> Task:
    field_id = carried_by_most(d, ordered_fields(d, type_), ids)
    operation = drawn_operation(d)
    best = best_of(operation, ranks(d, field_id, ids))
    question = d.frame("extreme", s=said, **superlative(d, field_id, type_, operation))
    rows = [*rows, *extreme_rows(field_id, operation, len(rows))]
    return d.task(question, "intersection", "both", [*rows, finish(f"#{len(rows)}")], set_gold([best.name]))  # fmt: skip


def _said_of_both(d: Draw, one: EntityClass, other: EntityClass) -> str:
    """`landlocked countries` and `countries in Africa` are `landlocked countries in Africa`; others get a frame."""
    a, b = (d.speech.group(d.rng, group, d.lang) for group in (one, other))
    noun = a.rpartition(" ")[2]
    if d.lang == "en" and b.startswith(f"{noun} "):
        return a + b.removeprefix(noun)
    if d.lang == "en" and b.endswith(f" {noun}"):
        return a.removesuffix(noun) + b
    return d.frame("both", a=a, b=b)


def _two_classes(d: Draw) -> tuple[EntityClass, EntityClass, list[str]]:
    """Two classes of one type by different fields that share some members, not all of either."""
    narrow = [c for c in d.world.classes if c.id != c.type]
    one = d.pick(narrow)
    other = d.pick([c for c in narrow if c.type == one.type and c.field != one.field])
    members = {e.id for e in d.world.store.members(other)}
    ids = [e.id for e in d.world.store.members(one)]
    both = [i for i in ids if i in members]
    if not both or len(both) in (len(ids), len(members)):
        raise NotDrawnError
    return one, other, both
