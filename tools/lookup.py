"""lookup(source, field, period?, origin?): what the facts say of an entity, or of each member of a set.

One entity gives a scalar, a set a table, a relation the entities it points to. Without a period the
newest value is taken; a scalar then brings the rest of the series behind its own facts.
"""

from __future__ import annotations

from collections.abc import Mapping

from tools.catalogue import Catalogue
from tools.evidence import by_age, distinct, is_relation, measure, scalar_of, with_facts
from tools.facts.fields import Field
from tools.failures import CallFailed
from tools.references import term, words_of
from tools.subjects import Subject, facts_for, period_of, subject_of
from tools.types import Binding, Call, Entities, Fact, FieldRef, Reason, Scalar, Table, Text, Value


def lookup(catalogue: Catalogue, call: Call) -> Value:
    """Run a lookup call."""
    name = field_name(term(call.args["field"], call.bindings, "field"))
    source = term(call.args["source"], call.bindings, "source")
    subject = subject_of(catalogue, source, catalogue.carriers(name))
    field = catalogue.field(name, subject.types)
    said_period, said_origin = _optional(call, "period"), _optional(call, "origin")
    period = None if said_period is None else period_of(said_period)
    origin = "" if said_origin is None else words_of(said_origin)
    facts = facts_for(catalogue, subject, field, period, origin)
    if is_relation(field) and (targets := _targets(catalogue, facts)):
        return targets
    if subject.is_single:
        return _scalar(field, subject, facts, whole_series=period is None)
    return _table(field, subject, facts)


def field_name(named: Binding) -> str:
    """The id or the words by which a term names a field."""
    match named:
        case FieldRef():
            return named.id
        case Text():
            return named.text
    raise CallFailed(Reason.UNKNOWN_FIELD, f"{words_of(named)!r} is no field")


def _optional(call: Call, name: str) -> Binding | None:
    text = call.args.get(name, "").strip()
    return term(text, call.bindings, name) if text else None


def _targets(catalogue: Catalogue, facts: Mapping[str, tuple[Fact, ...]]) -> Entities | None:
    """The entities that the relation facts point to, as far as the store knows them."""
    pointing = [fact for group in facts.values() for fact in by_age(group) if fact.value_id]
    found = {fact.value_id: catalogue.facts.entity(fact.value_id or "") for fact in pointing}
    members = {entity.id: entity for entity in found.values() if entity}
    kept = distinct(fact for fact in pointing if fact.value_id in members)
    return Entities(tuple(members.values()), kept) if members else None


def _scalar(
    field: Field, subject: Subject, facts: Mapping[str, tuple[Fact, ...]], *, whole_series: bool
) -> Scalar:
    entity = subject.members[0]
    value = scalar_of(measure(field, entity, facts[entity.id]))
    return with_facts(value, by_age(facts[entity.id])) if whole_series else value


def _table(field: Field, subject: Subject, facts: Mapping[str, tuple[Fact, ...]]) -> Table:
    known = (entity for entity in subject.members if entity.id in facts)
    return Table(field.id, tuple(measure(field, entity, facts[entity.id]) for entity in known))
