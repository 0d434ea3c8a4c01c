"""Chains: each answer feeds the next call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.curriculum.families.draw import Draw, NotDrawnError, finish, gold_of, lookup, set_gold
from agent.curriculum.families.extremes import (
    best_of,
    carried_by_most,
    draw_subset,
    drawn_operation,
    extreme_rows,
    ordered_fields,
    ranks,
    superlative,
)
from agent.curriculum.families.periods import by_period, chosen_period
from agent.curriculum.tasks import Gold, GoldRow, HeldOut, Task
from agent.curriculum.world import is_rare
from tools.types import Entity, Fact, Period

RELATIONS: Mapping[str, tuple[str, ...]] = {
    "laureate": ("birth_country", "birth_country", "death_country", "affiliation_country", "prize", "birth_country_now"),
    "prize": ("laureates",), "country": ("capital",), "moon": ("planet",),
    **dict.fromkeys(("city", "mountain", "river", "lake", "island", "desert"), ("country",)),
}  # fmt: skip
STARTS = ("laureate", "laureate", "laureate", "prize", "prize", "city", "mountain", "river", "lake", "island", "country", "moon")  # fmt: skip
ASKED_TYPES: Mapping[str, int] = {
    "laureate": 4, "prize": 2, "country": 6, "city": 2, "mountain": 2, "river": 2, "lake": 2, "island": 2, "organization": 2,
    "film": 2, "film_person": 1, "region": 4, "company": 6, "astronaut": 3, "moon": 2, "planet": 2, "element": 3, "desert": 1,
    "sea": 1,
}  # fmt: skip
ASKED_KINDS = ("number", "text", "date", "year", "entity")
DEEP = 3
RARE_PARTS = 4


@dataclass(frozen=True, slots=True)
class Referent:
    """One thing as said, the rows that find it, and the path of relations that leads to it."""

    entity: Entity
    said: str
    rows: tuple[GoldRow, ...]
    path: tuple[str, ...] = ()
    held_out: HeldOut = ""
    seen: frozenset[str] = frozenset()

    @property
    def source(self) -> Entity | str:
        """What the next row starts from."""
        return f"#{len(self.rows)}" if self.rows else self.entity


def attribute(d: Draw) -> Task:
    """One field of one entity, sometimes at a period."""
    type_ = d.rng.choices(list(ASKED_TYPES), list(ASKED_TYPES.values()))[0]
    field_id = d.pick(d.askable(type_, *ASKED_KINDS))
    entity = d.subject(field_id, type_)
    return _asked(d, Referent(entity, d.name(entity), ()), field_id, "attribute")


def chain(d: Draw) -> Task:
    """A field of the thing that one to three relations lead to."""
    start = _start(d) if d.chance(0.72) else first_of_set(d)
    most = d.rng.choice((1, 1, 1, 2, 2, 2, 3, 3))
    reached = _walked(d, start, most - len(start.path))
    fields = [f for f in d.askable(reached.entity.type, *ASKED_KINDS) if _is_new(d, reached, f)]
    return _asked(d, reached, d.pick(fields), "chain")


def _is_new(d: Draw, referent: Referent, field_id: str) -> bool:
    """Whether the field is known and does not lead back to where the chain has been."""
    if referent.entity.id not in d.world.facts(field_id):
        return False
    return not any(t.id in referent.seen for t in d.world.targets(referent.entity.id, field_id))


def _asked(d: Draw, referent: Referent, field_id: str, family: str) -> Task:
    facts = d.world.facts(field_id)[referent.entity.id]
    period = chosen_period(d, facts) if _is_dated(facts) and d.chance(0.6) else None
    kept = d.world.at(referent.entity.id, field_id, period)
    question = ask(d, field_id, referent.entity.type, referent.said, _when(d, facts, period))
    rows = [*referent.rows, lookup(referent.source, field_id, period)]
    rows.append(finish(f"#{len(rows)}"))
    gold = gold_for(d, referent.entity, field_id, kept)
    return d.task(question, "chain", family, rows, gold, referent.held_out)


def _when(d: Draw, facts: tuple[Fact, ...], period: Period | None) -> str:
    """The period in the question's words; without one, now and then that the newest is meant."""
    if period is not None:
        return d.during(period)
    return d.frame("latest") if _is_dated(facts) and d.chance(0.25) else ""


def _is_dated(facts: tuple[Fact, ...]) -> bool:
    return len(by_period(facts)) > 1


def ask(d: Draw, field_id: str, type_: str, said: str, when: str = "") -> str:
    """A question for one field of something said, `when` if that is said."""
    slots = {"e": said, "p": when} if when else {"e": said}
    roles = ("then", "then", "terse") if when else ("ask", "ask", "terse")
    own = [lambda r=r: d.phrase(field_id, type_, r, **slots) for r in roles]
    if d.chance(0.6):
        try:
            return d.first(*own)
        except NotDrawnError:
            pass
    return d.frame("attribute", np=d.np(field_id, type_), **slots)


def gold_for(d: Draw, entity: Entity, field_id: str, facts: tuple[Fact, ...]) -> Gold:
    """The gold answer: the things that a relation leads to, or the field's value."""
    targets = d.world.targets(entity.id, field_id)
    return set_gold(t.name for t in targets) if targets else gold_of(facts)


def _start(d: Draw) -> Referent:
    type_ = d.rng.choice(STARTS)
    relation = _relation(d, type_)
    entity = d.subject(relation, type_)
    return _step(d, Referent(entity, d.name(entity), ()), relation)


def first_of_set(d: Draw) -> Referent:
    """The first of a class or narrowed class, as a thing to ask about."""
    subset = draw_subset(d, rows_left=3)
    field_id = carried_by_most(d, ordered_fields(d, subset.type), subset.ids)
    operation = drawn_operation(d)
    best = best_of(operation, ranks(d, field_id, subset.ids))
    words = superlative(d, field_id, subset.type, operation)
    said = d.frame("first", s=subset.said, **words)
    if subset.one and d.chance(0.7):
        said = d.frame("first_one", one=subset.one, **words)
    rows = (*subset.rows, *extreme_rows(field_id, operation, len(subset.rows)))
    return Referent(best, said, rows, (f"first {subset.type}",), subset.held_out)


def _walked(d: Draw, referent: Referent, n_more: int) -> Referent:
    """Up to n more relations, as long as each leads to one thing."""
    for _ in range(n_more):
        relations = RELATIONS.get(referent.entity.type, ())
        if not relations or len(referent.rows) > 4:
            break
        referent = _step(d, referent, _relation(d, referent.entity.type))
    return _allowed(d, referent)


def _allowed(d: Draw, referent: Referent) -> Referent:
    """The referent, marked where its path is one that is never trained on."""
    if len(referent.path) < DEEP or not is_rare(" ".join(referent.path), RARE_PARTS):
        return referent
    if not d.world.held_out:
        raise NotDrawnError
    return replace(referent, held_out="deep")


def _relation(d: Draw, type_: str) -> str:
    return d.pick([r for r in RELATIONS.get(type_, ()) if d.book.has(r, type_, "rel")])


def _step(d: Draw, referent: Referent, relation: str) -> Referent:
    targets = d.world.targets(referent.entity.id, relation)
    if len(targets) != 1 or targets[0].id in referent.seen:
        raise NotDrawnError
    said = d.phrase(relation, referent.entity.type, "rel", e=referent.said)
    rows = (*referent.rows, lookup(referent.source, relation))
    seen = referent.seen | {referent.entity.id}
    return Referent(targets[0], said, rows, (*referent.path, relation), referent.held_out, seen)
