"""verify(claim): whether the facts bear a claim out.

Over a set or table it keeps the members for which the claim holds; over one entity or a single value it
gives a verdict. A verdict is UNKNOWN where the facts are there but do not decide (sources that differ
about the claim, a date known too coarsely); where there are no facts at all the call fails as `lookup` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tools.calculation.memberwise import truth_of
from tools.catalogue import Catalogue
from tools.evidence import distinct, facts_about
from tools.facts.fields import Field
from tools.failures import CallFailed
from tools.lookup import field_name
from tools.subjects import Subject, facts_for, subject_of
from tools.types import (
    Binding,
    Call,
    Entities,
    EntityClass,
    Reason,
    Scalar,
    Table,
    Truth,
    Value,
    Verdict,
)
from tools.verification.claims import Claim, read_claim
from tools.verification.held import by_identity, by_value
from tools.verification.judging import Outcome, Target, judge, target_of


def verify(catalogue: Catalogue, call: Call) -> Value:
    """Run a verify call."""
    claim = read_claim(catalogue, call.args["claim"], call.bindings)
    if claim.field is not None:
        return _by_field(catalogue, claim, claim.field)
    if isinstance(claim.subject, Table | Scalar):
        return by_value(catalogue, claim, claim.subject)
    return by_identity(catalogue, claim)


def _by_field(catalogue: Catalogue, claim: Claim, named: Binding) -> Value:
    name = field_name(named)
    subject = subject_of(catalogue, claim.subject, catalogue.carriers(name))
    field = catalogue.field(name, subject.types)
    outcomes = _outcomes(catalogue, claim, subject, field)
    is_set = isinstance(claim.subject, Entities | EntityClass | Table) or not subject.is_single
    kept = {key: outcome for key, outcome in outcomes.items() if outcome.holds}
    if is_set and kept:
        return _kept(claim.subject, subject, kept)
    period = f" in {claim.period}" if claim.period else ""
    said = f"{field.en} {claim.comparator} {target_of(catalogue, claim.target).said}{period}"
    if is_set:
        raise _nobody(said, len(subject.members), len(outcomes))
    return _verdict(next(iter(outcomes.values())), f"{subject.said} {said}")


def _outcomes(
    catalogue: Catalogue, claim: Claim, subject: Subject, field: Field
) -> dict[str, Outcome]:
    """What the facts say of each member that has any."""
    facts = facts_for(catalogue, subject, field, claim.period)
    targets = _targets(catalogue, claim.target, subject)
    return {
        entity.id: judge(field, entity, facts[entity.id], claim.comparator, targets[entity.id])
        for entity in subject.members
        if entity.id in facts and entity.id in targets
    }


def _targets(catalogue: Catalogue, target: Binding, subject: Subject) -> Mapping[str, Target]:
    """What each member is compared with: its own row of a table about them, else the same for all."""
    if isinstance(target, Table) and len(target.measures) > 1:
        rows = {
            m.entity.id: target_of(catalogue, Table(target.field, (m,))) for m in target.measures
        }
        if any(entity.id in rows for entity in subject.members):
            return rows
    same = target_of(catalogue, target)
    return {entity.id: same for entity in subject.members}


def _kept(source: Binding, subject: Subject, kept: Mapping[str, Outcome]) -> Value:
    """The members that are kept, as a set or a table like the subject, with what decides it."""
    if isinstance(source, Table) and any(found.entity.id in kept for found in source.measures):
        rows = [found for found in source.measures if found.entity.id in kept]
        return Table(
            source.field,
            tuple(
                replace(found, facts=distinct((*found.facts, *kept[found.entity.id].facts)))
                for found in rows
            ),
        )
    members = tuple(entity for entity in subject.members if entity.id in kept)
    before = facts_about(source.facts, members) if isinstance(source, Entities) else ()
    deciding = (fact for entity in members for fact in kept[entity.id].facts)
    return Entities(members, distinct((*before, *deciding)))


def _nobody(said: str, n_members: int, n_tested: int) -> CallFailed:
    n_silent = n_members - n_tested
    return CallFailed(
        Reason.EMPTY, f"none of {n_members} members has {said}; {n_silent} of them have no value"
    )


def _verdict(outcome: Outcome, claim: str) -> Verdict:
    truth = Truth.UNKNOWN if outcome.is_disputed else truth_of(outcome.holds)
    return Verdict(truth, claim, outcome.facts)
