"""What a call is about: the entities behind a term, and the readings of one field for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tools.catalogue import Catalogue
from tools.evidence import members
from tools.facts.fields import Field
from tools.failures import CallFailed
from tools.origins import family, is_from
from tools.references import words_of
from tools.types import (
    Binding,
    Entities,
    Entity,
    EntityClass,
    Fact,
    Period,
    Quantity,
    Reason,
    Scalar,
    Table,
    Text,
)
from tools.values.periods import nearest, read_period


@dataclass(frozen=True, slots=True)
class Subject:
    """One entity, or a set that is treated member by member."""

    members: tuple[Entity, ...]
    is_single: bool

    @property
    def types(self) -> frozenset[str]:
        """The types among the members."""
        return frozenset(entity.type for entity in self.members)

    @property
    def said(self) -> str:
        """The subject in a few words."""
        return self.members[0].name if self.is_single else f"the {len(self.members)} members"


def subject_of(
    catalogue: Catalogue, source: Binding, types: frozenset[str] = frozenset()
) -> Subject:
    """The entities that a term stands for; `types` tells names that several types share apart."""
    match source:
        case Entity():
            return Subject((source,), is_single=True)
        case EntityClass():
            return _class_members(catalogue, source)
        case Entities():
            return Subject(source.members, is_single=len(source.members) == 1)
        case Table():
            return _of_table(catalogue, source, types)
        case Text():
            return _named(catalogue, source.text, types)
        case Scalar(value=str() as name):
            return Subject((catalogue.entity(name, types),), is_single=True)
    raise CallFailed(
        Reason.TYPE_MISMATCH, f"{words_of(source)!r} is no entity or set; search for one first"
    )


def _class_members(catalogue: Catalogue, entity_class: EntityClass) -> Subject:
    found = catalogue.facts.members(entity_class)
    if not found:
        raise CallFailed(Reason.EMPTY, f"the class {entity_class.label!r} has no members")
    return Subject(found, is_single=False)


def _named(catalogue: Catalogue, name: str, types: frozenset[str]) -> Subject:
    if entity_class := catalogue.entity_class(name):
        return _class_members(catalogue, entity_class)
    return Subject((catalogue.entity(name, types),), is_single=True)


def _of_table(catalogue: Catalogue, table: Table, types: frozenset[str]) -> Subject:
    """The entities that the table's texts name, where any carries the field; else the table's own."""
    texts = dict.fromkeys(m.value for m in table.measures if not isinstance(m.value, Decimal))
    named = dict.fromkeys(e for text in texts if (e := catalogue.names(text, types)))
    found = tuple(named) or members(table)
    return Subject(found, is_single=len(found) == 1)


def period_of(binding: Binding) -> str:
    """The period that a term names, in the table's spelling."""
    match binding:
        case Period() | Text():
            said = binding.text
        case Quantity():
            said = str(binding.number)
        case Scalar():
            said = str(binding.value)
        case _:
            said = words_of(binding)
    if (period := read_period(said)) is None:
        raise CallFailed(
            Reason.BAD_EXPRESSION, f"{said!r} is no period; write 2024, FY2025, 2026Q2 or 2024-11"
        )
    return period


def facts_for(
    catalogue: Catalogue, subject: Subject, field: Field, period: str | None, origin: str = ""
) -> dict[str, tuple[Fact, ...]]:
    """The facts of a field by entity id, narrowed to a period and an origin; fails if there are none."""
    known = catalogue.facts_by(subject.members, field)
    if not known:
        raise CallFailed(
            Reason.NO_VALUE,
            f"no {field.en} is known for {subject.said}",
            _near(catalogue, subject, field),
        )
    told = _kept(known, lambda fact: is_from(fact, origin)) if origin else known
    if not told:
        detail = f"no {field.en} of {subject.said} comes from {origin!r}"
        raise CallFailed(Reason.NO_VALUE, detail, _families(known))
    dated = told if period is None else _at(told, field, period)
    if not dated:
        detail = f"no {field.en} of {subject.said} is known for {period}"
        offers = nearest((fact.period for facts in told.values() for fact in facts), period or "")
        raise CallFailed(Reason.NO_VALUE_FOR_PERIOD, detail, offers)
    return dated


def _kept(
    known: Mapping[str, tuple[Fact, ...]], is_wanted: Callable[[Fact], bool]
) -> dict[str, tuple[Fact, ...]]:
    kept = {key: tuple(fact for fact in facts if is_wanted(fact)) for key, facts in known.items()}
    return {key: facts for key, facts in kept.items() if facts}


def _at(
    known: Mapping[str, tuple[Fact, ...]], field: Field, period: str
) -> dict[str, tuple[Fact, ...]]:
    """The facts of the period; a date, a year and facts without any period hold at all times."""
    timeless = field.kind in ("date", "year")
    lasting = {
        key: facts
        for key, facts in known.items()
        if timeless or not any(fact.period for fact in facts)
    }
    return lasting | _kept(known, lambda fact: fact.period == period)


def _near(catalogue: Catalogue, subject: Subject, field: Field) -> tuple[str, ...]:
    """The field that means nearly the same, where it has a value."""
    near = catalogue.facts.field(field.near) if field.near else None
    return (near.id,) if near and catalogue.facts_by(subject.members, near) else ()


def _families(known: Mapping[str, tuple[Fact, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(family(fact.source) for facts in known.values() for fact in facts))
