"""Narrowing a set by a term of a query. Which facts count is decided by the kind of the term.

The rules are tried in this order, and the first that keeps anybody decides: a relation with the entity
in either direction; the text in a text field; the year of what put a member into the set (physics
laureates + 1903), then in a field of years, then in one of dates; the number in a number field; the
entity itself. Several alternatives keep whom any of them keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from tools.catalogue import Catalogue
from tools.evidence import distinct, facts_about
from tools.facts.fields import Field
from tools.facts.names import fold
from tools.failures import CallFailed
from tools.types import (
    Entities,
    Entity,
    EntityClass,
    Fact,
    FieldRef,
    Period,
    Quantity,
    Reason,
    Term,
    Text,
)
from tools.values.periods import read_moment
from tools.values.texts import says
from tools.values.units import read_quantity

_YEARS = range(1000, 2200)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A term's alternatives, sorted by what they can be compared with."""

    said: str
    entities: tuple[Entity, ...]
    texts: tuple[str, ...]
    years: frozenset[int]
    numbers: frozenset[Decimal]


_Found = Iterator[tuple[str, Fact]]  # (member id, the fact that keeps it)
_Rule = Callable[[Catalogue, Entities, Wanted], _Found]


def wanted_of(catalogue: Catalogue, alternatives: tuple[Term, ...]) -> Wanted:
    """What any of the terms may be compared with."""
    texts = [each.text for each in alternatives if isinstance(each, Text)]
    entities = [each for each in alternatives if isinstance(each, Entity)]
    named = [entity for text in texts if (entity := catalogue.names(text))]
    numbers = [each.number for each in alternatives if isinstance(each, Quantity)]
    numbers += [quantity.number for text in texts if (quantity := read_quantity(text))]
    dated = [each.text for each in alternatives if isinstance(each, Period)] + texts
    years = [moment.year for text in dated if (moment := read_moment(text))]
    return Wanted(
        said=", ".join(_said(each) for each in alternatives[:3]),
        entities=(*entities, *named),
        texts=(*texts, *(entity.name for entity in entities)),
        years=frozenset([*years, *(int(n) for n in numbers if n in _YEARS)]),
        numbers=frozenset(numbers),
    )


def _said(term: Term) -> str:
    match term:
        case Entity():
            return term.name
        case EntityClass() | FieldRef():
            return term.label
        case Quantity():
            return str(term.number)
        case Period() | Text():
            return term.text


def narrowed(catalogue: Catalogue, base: Entities, alternatives: tuple[Term, ...]) -> Entities:
    """The members of a set that any of the terms fits, with the facts that say so."""
    wanted = wanted_of(catalogue, alternatives)
    for rule in _RULES:
        if keeping := _grouped(rule(catalogue, base, wanted)):
            return _kept(base, keeping)
    same = frozenset(entity.id for entity in wanted.entities)
    if kept := tuple(entity for entity in base.members if entity.id in same):
        return Entities(kept, facts_about(base.facts, kept))
    raise CallFailed(
        Reason.EMPTY, f"none of the {len(base.members)} members has {wanted.said!r} in any field"
    )


def class_facts(
    catalogue: Catalogue, entity_class: EntityClass, kept: tuple[Entity, ...]
) -> tuple[Fact, ...]:
    """The facts that put entities into a class; none for a class that is a whole type."""
    field = catalogue.facts.field(entity_class.field) if entity_class.field else None
    if field is None or entity_class.value is None:
        return ()
    facts = catalogue.facts_by(kept, field)
    return tuple(f for group in facts.values() for f in group if says(f.value, entity_class.value))


def _grouped(found: _Found) -> dict[str, list[Fact]]:
    grouped: dict[str, list[Fact]] = {}
    for member_id, fact in found:
        grouped.setdefault(member_id, []).append(fact)
    return grouped


def _kept(base: Entities, keeping: dict[str, list[Fact]]) -> Entities:
    kept = tuple(entity for entity in base.members if entity.id in keeping)
    new = (fact for entity in kept for fact in keeping[entity.id])
    return Entities(kept, distinct((*facts_about(base.facts, kept), *new)))


def _types(entities: Iterable[Entity]) -> frozenset[str]:
    return frozenset(entity.type for entity in entities)


def _related(catalogue: Catalogue, base: Entities, wanted: Wanted) -> _Found:
    yield from _pointing(catalogue, base.members, wanted.entities)
    yield from (
        (fact.value_id or "", fact)
        for _, fact in _pointing(catalogue, wanted.entities, base.members)
    )


def _pointing(
    catalogue: Catalogue, sources: tuple[Entity, ...], targets: tuple[Entity, ...]
) -> _Found:
    """The relation facts that lead from one of the sources to one of the targets."""
    ids = frozenset(entity.id for entity in targets)
    for to in sorted(_types(targets)):
        fields = catalogue.relations(_types(sources), to)
        yield from _matching(catalogue, sources, fields, lambda fact: fact.value_id in ids)


def _with_text(catalogue: Catalogue, base: Entities, wanted: Wanted) -> _Found:
    fields = catalogue.fields_of(_types(base.members), "text", "relation") if wanted.texts else ()
    folded = tuple(fold(text) for text in wanted.texts)
    yield from _matching(
        catalogue, base.members, fields, lambda fact: any(says(fact.value, text) for text in folded)
    )


def _then(_: Catalogue, base: Entities, wanted: Wanted) -> _Found:
    """Who is in the set because of something that happened in the year."""
    for fact in base.facts:
        moment = read_moment(fact.period) if fact.number is None else None
        if moment and moment.year in wanted.years:
            yield fact.entity.id, fact


def _with_year(catalogue: Catalogue, base: Entities, wanted: Wanted) -> _Found:
    fields = catalogue.fields_of(_types(base.members), "year") if wanted.years else ()
    yield from _matching(catalogue, base.members, fields, lambda fact: _year(fact) in wanted.years)


def _with_date(catalogue: Catalogue, base: Entities, wanted: Wanted) -> _Found:
    fields = catalogue.fields_of(_types(base.members), "date") if wanted.years else ()
    yield from _matching(catalogue, base.members, fields, lambda fact: _year(fact) in wanted.years)


def _with_number(catalogue: Catalogue, base: Entities, wanted: Wanted) -> _Found:
    fields = catalogue.fields_of(_types(base.members), "number") if wanted.numbers else ()
    yield from _matching(
        catalogue, base.members, fields, lambda fact: fact.number in wanted.numbers
    )


def _year(fact: Fact) -> int | None:
    moment = read_moment(fact.value)
    return moment.year if moment else None


def _matching(
    catalogue: Catalogue,
    members: tuple[Entity, ...],
    fields: tuple[Field, ...],
    is_wanted: Callable[[Fact], bool],
) -> _Found:
    for field in fields:
        for member_id, facts in catalogue.facts_by(members, field).items():
            yield from ((member_id, fact) for fact in facts if is_wanted(fact))


_RULES: tuple[_Rule, ...] = (_related, _with_text, _then, _with_year, _with_date, _with_number)
