"""Ages and spans: years between two dates, of one life or of two things."""

from __future__ import annotations

from decimal import Decimal

from agent.curriculum.families.draw import (
    Draw,
    NotDrawnError,
    calculate,
    finish,
    lookup,
    search,
    set_gold,
)
from agent.curriculum.families.extremes import Rank, best_of, draw_candidates
from agent.curriculum.families.sets import draw_set
from agent.curriculum.tasks import Gold, GoldRow, Task
from agent.curriculum.world import year_of
from tools.types import Entity, Fact, Period

SPANS = (
    ("death", "laureate", "birth_date", "death_date"), ("prize", "laureate", "birth_date", "prize_year"),
    ("prize", "laureate", "birth_date", "prize_year"), ("selection", "astronaut", "birth_year", "selection_year"),
)  # fmt: skip
APART = (
    ("apart", "laureate", "birth_date"), ("apart", "astronaut", "birth_year"), ("founded", "company", "founded"),
    ("free", "country", "independence"),
)  # fmt: skip


def age(d: Draw) -> Task:
    """Years between two dates of one life."""
    frame, type_, first, last = d.rng.choice(SPANS)
    entity = d.subject(last, type_)
    begun, ended = _only(d, first, entity), _only(d, last, entity)
    rows = [lookup(entity, first), lookup(entity, last), calculate("years", "#1", "#2"), finish("#3")]  # fmt: skip
    return d.task(d.frame(f"age.{frame}", e=d.name(entity)), "chain", "age", rows, _years(begun, ended))  # fmt: skip


def age_at(d: Draw) -> Task:
    """How old somebody was in a year."""
    type_, field_id = d.rng.choice((("laureate", "birth_date"), ("astronaut", "birth_year")))
    entity = d.subject(field_id, type_)
    born = year_of(_only(d, field_id, entity))
    if born is None:
        raise NotDrawnError
    period = Period(str(born + d.rng.randint(15, 85)))
    rows = [lookup(entity, field_id), calculate("years", "#1", period), finish("#2")]
    n = int(period.text) - born
    question = d.frame("age.at", e=d.name(entity), p=d.bare(period))
    return d.task(question, "chain", "age_at", rows, Gold(str(n), (str(n - 1),), "years"))


def apart(d: Draw) -> Task:
    """Years between the same date of two things."""
    frame, type_, field_id = d.rng.choice(APART)
    left, right = draw_candidates(d, field_id, type_, 2)
    one, other = _only(d, field_id, left), _only(d, field_id, right)
    rows = [lookup(left, field_id), lookup(right, field_id), calculate("years", "#1", "#2"), finish("#3")]  # fmt: skip
    question = d.frame(f"age.{frame}", a=d.name(left), b=d.name(right))
    return d.task(question, "chain", "apart", rows, _years(one, other))


def _only(d: Draw, field_id: str, entity: Entity) -> Fact:
    facts = d.world.facts(field_id).get(entity.id, ())
    if len({f.value for f in facts}) != 1:
        raise NotDrawnError
    return facts[0]


def _years(one: Fact, other: Fact) -> Gold:
    """Full years between two dates; the calendar years are accepted where days decide."""
    first, last = sorted((one.value, other.value))
    n = int(last[:4]) - int(first[:4])
    is_short = len(first) == len(last) == 10 and last[4:] < first[4:]
    return Gold(str(n - is_short), (str(n), str(abs(n - 1))), "years")


def youngest(d: Draw) -> Task:
    """Which laureate of a set was youngest, or oldest, when the prize came."""
    drawn = draw_set(d, 1, rows_left=1) if d.chance(0.3) else None
    group = drawn.group if drawn else d.pick([c for c in d.world.classes if c.type == "laureate"])
    if group.type != "laureate":
        raise NotDrawnError
    head: list[GoldRow] = drawn.rows if drawn else [search(group)]
    ids = drawn.ids if drawn else [e.id for e in d.world.store.members(group)]
    said = drawn.whole if drawn else d.speech.group(d.rng, group, d.lang)
    frame, operation = d.rng.choice((("youngest", "argmin"), ("oldest", "argmax")))
    best = best_of(operation, [r for i in ids if (r := _age(d, i)) is not None])
    n = len(head)
    rows = [*head, lookup(f"#{n}", "birth_date"), lookup(f"#{n}", "prize_year"), calculate("years", f"#{n + 1}", f"#{n + 2}"),
            calculate(operation, f"#{n + 3}"), finish(f"#{n + 4}")]  # fmt: skip
    return d.task(d.frame(f"age.{frame}", s=said), "intersection", "youngest", rows, set_gold([best.name]))  # fmt: skip


def _age(d: Draw, entity_id: str) -> tuple[Rank, Entity] | None:
    born = d.world.facts("birth_date").get(entity_id)
    won = d.world.facts("prize_year").get(entity_id)
    if not born or not won or (year := year_of(born[0])) is None:
        return None
    return (Decimal((year_of(won[0]) or 0) - year), 0, 0), born[0].entity
