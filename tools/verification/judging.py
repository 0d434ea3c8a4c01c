"""What the facts of one entity and field say of a comparison.

- A number counts in its newest period (or the one asked for). `=` holds if any source says so, an order
  if the most trusted one does; sources that disagree about a claim are a dispute.
- Texts, dates and relations may have several values: one that fits is enough, and `!=` wants none.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from tools.catalogue import Catalogue
from tools.evidence import behind, is_relation, measure, number_of
from tools.facts.fields import Field
from tools.failures import CallFailed
from tools.references import words_of
from tools.subjects import subject_of
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
from tools.values.comparing import meets
from tools.values.texts import mentions, says
from tools.values.units import YEAR
from tools.values.wording import in_full
from tools.verification.claims import CONTAINS

_MAX_SAID = 3


@dataclass(frozen=True, slots=True)
class Target:
    """What a field is compared with: entities, or values; several are alternatives."""

    entities: tuple[Entity, ...] = ()
    values: tuple[Scalar, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the entities."""
        return frozenset(entity.id for entity in self.entities)

    @property
    def said(self) -> str:
        """The target in a few words."""
        names = [entity.name for entity in self.entities] or [
            in_full(value) for value in self.values
        ]
        return ", ".join(names[:_MAX_SAID]) + (", …" if len(names) > _MAX_SAID else "")

    def names(self, entity_id: str, text: str) -> bool:
        """Whether the entity, or the text, is among the alternatives."""
        told = (
            *chain.from_iterable(map(_names_of, self.entities)),
            *(str(v.value) for v in self.values),
        )
        return entity_id in self.ids or any(says(text, name) for name in told)


def _names_of(entity: Entity) -> tuple[str, ...]:
    """The name, and of an organization its abbreviation, by which countries list their memberships."""
    is_body = entity.type == "organization"
    return (entity.name, entity.id.partition("/")[2]) if is_body else (entity.name,)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a comparison holds (None: cannot be told), and the facts that decide it."""

    holds: bool | None
    facts: tuple[Fact, ...]
    is_disputed: bool = False


def target_of(catalogue: Catalogue, binding: Binding) -> Target:
    """What a term is worth on the right side of a comparison."""
    match binding:
        case Entity() | EntityClass():
            return Target(subject_of(catalogue, binding).members)
        case Entities():
            return Target(binding.members)
        case Quantity():
            return Target(values=(Scalar(binding.number, binding.unit),))
        case Period() | Text():
            return Target(values=(Scalar(binding.text),))
        case Scalar():
            return Target(values=(Scalar(binding.value, binding.unit, facts=behind(binding)),))
        case Table():
            return Target(
                values=tuple(Scalar(m.value, m.unit, facts=m.facts) for m in binding.measures)
            )
    raise CallFailed(Reason.TYPE_MISMATCH, f"{words_of(binding)!r} is nothing to compare with")


def judge(
    field: Field, entity: Entity, facts: tuple[Fact, ...], comparator: str, target: Target
) -> Outcome:
    """What the facts (at least one) say of `entity.field comparator target`."""
    is_number = field.kind == "number"
    taken = measure(field, entity, facts)
    asked = taken.facts if is_number else facts
    told = [
        (fact, _fits(field, fact, "=" if comparator == "!=" else comparator, target))
        for fact in asked
    ]
    answers = [answer for _, answer in told]
    holds = answers[0] if is_number and comparator not in ("=", "!=") else _any(answers)
    is_disputed = is_number and taken.disagrees and len(set(answers)) > 1
    deciding = tuple(fact for fact, answer in told if is_disputed or answer == holds)
    return Outcome(_negated(holds) if comparator == "!=" else holds, deciding, is_disputed)


def _any(answers: list[bool | None]) -> bool | None:
    if True in answers:
        return True
    return None if None in answers else False


def _negated(holds: bool | None) -> bool | None:
    return None if holds is None else not holds


def _fits(field: Field, fact: Fact, comparator: str, target: Target) -> bool | None:
    if is_relation(field):
        return _points(fact, comparator, target)
    left = Scalar(number_of(fact), fact.unit)
    if field.kind == "year":
        left = Scalar(number_of(fact), YEAR)
    names = chain.from_iterable(map(_names_of, target.entities))
    rights = [*target.values, *map(Scalar, names)]
    return _any([meets(left, comparator, right) for right in rights])


def _points(fact: Fact, comparator: str, target: Target) -> bool:
    """Whether a relation points to one of the targets, by id or else by name."""
    if comparator == CONTAINS:
        return any(mentions(fact.value, str(value.value)) for value in target.values)
    if comparator != "=":
        raise CallFailed(Reason.TYPE_MISMATCH, f"{fact.value!r} has no order for {comparator!r}")
    if fact.value_id and target.entities:
        return fact.value_id in target.ids
    return target.names("", fact.value)
