"""Claims without a field: about what a table or scalar itself holds, or about who is in a set."""

from __future__ import annotations

from dataclasses import replace

from tools.calculation.calculate import operand
from tools.calculation.memberwise import compared, truth_of
from tools.catalogue import Catalogue
from tools.evidence import behind, distinct, facts_about, number_of
from tools.failures import CallFailed
from tools.subjects import subject_of
from tools.types import (
    Binding,
    Entities,
    Entity,
    EntityClass,
    Fact,
    Reason,
    Scalar,
    Table,
    Text,
    Truth,
    Value,
    Verdict,
)
from tools.values.comparing import meets
from tools.values.periods import nearest
from tools.verification.claims import CONTAINS, Claim
from tools.verification.judging import Target, target_of


def by_value(catalogue: Catalogue, claim: Claim, subject: Table | Scalar) -> Value:
    """Compare the subject's own values: a table keeps rows, a scalar gives a verdict."""
    held = _of_period(subject, claim.period)
    if isinstance(claim.target, Entity | EntityClass | Entities):
        return _by_name(held, claim.comparator, target_of(catalogue, claim.target))
    right = operand(catalogue, claim.target)
    found = compared(operand(catalogue, held), claim.comparator, right)
    if isinstance(held, Scalar) and isinstance(right, Scalar) and isinstance(found, Verdict):
        return _unless_disputed(found, held, claim.comparator, right)
    return found


def _of_period(subject: Table | Scalar, period: str | None) -> Table | Scalar:
    """The rows of the period; a value without period holds at all times."""
    rows = subject.measures if isinstance(subject, Table) else (subject,)
    fitting = {id(row) for row in rows if period is None or row.period in ("", period)}
    if not fitting:
        said = f"the values are not of {period}; look them up for it"
        offers = nearest((row.period for row in rows), period or "")
        raise CallFailed(Reason.NO_VALUE_FOR_PERIOD, said, offers)
    if isinstance(subject, Scalar):
        return subject
    return replace(subject, measures=tuple(m for m in subject.measures if id(m) in fitting))


def _unless_disputed(found: Verdict, held: Scalar, comparator: str, right: Scalar) -> Verdict:
    """The verdict, or UNKNOWN where the sources behind the value answer differently."""
    if not held.disagrees or held.derivation:
        return found
    told = (Scalar(number_of(fact), fact.unit) for fact in behind(held))
    answers = {meets(left, comparator, right) for left in told}
    return replace(found, truth=Truth.UNKNOWN) if len(answers) > 1 else found


def by_identity(catalogue: Catalogue, claim: Claim) -> Value:
    """Compare who the subject is: a set keeps (or holds) the named entities, one entity is one of them."""
    target = target_of(catalogue, claim.target)
    subject = subject_of(catalogue, claim.subject)
    facts = claim.subject.facts if isinstance(claim.subject, Entities) else ()
    if claim.comparator == CONTAINS:
        missing = target.ids - {entity.id for entity in subject.members}
        holds = bool(target.ids) and not missing
        return Verdict(truth_of(holds), f"{subject.said} contain {target.said}", facts)
    is_wanted = _equality(claim.comparator, target)
    kept = tuple(e for e in subject.members if target.names(e.id, e.name) == is_wanted)
    is_named = isinstance(claim.subject, Entity | Text) and subject.is_single
    if is_named or _asks_whether_same(claim):
        said = f"{subject.said} {claim.comparator} {target.said}"
        return Verdict(truth_of(bool(kept)), said, distinct((*facts, *_facts_of(claim.target))))
    if not kept:
        raise _empty(len(subject.members), claim.comparator, target)
    return Entities(kept, facts_about(facts, kept))


def _facts_of(target: Binding) -> tuple[Fact, ...]:
    """What a target that was found rests on."""
    return target.facts if isinstance(target, Entities) else ()


def _asks_whether_same(claim: Claim) -> bool:
    """Whether one thing that was found is compared with what else was found: born in the same country?"""
    is_one = isinstance(claim.subject, Entities) and len(claim.subject.members) == 1
    return is_one and isinstance(claim.target, Entities) and claim.comparator == "="


def _by_name(held: Table | Scalar, comparator: str, target: Target) -> Value:
    """Compare with entities: the text of a scalar, the text or else the entity of a row."""
    is_wanted = _equality(comparator, target)
    if isinstance(held, Scalar):
        holds = target.names("", str(held.value)) == is_wanted
        return Verdict(truth_of(holds), f"{held.value} {comparator} {target.said}", behind(held))
    kept = tuple(m for m in held.measures if target.names(m.entity.id, str(m.value)) == is_wanted)
    if not kept:
        raise _empty(len(held.measures), comparator, target)
    return replace(held, measures=kept)


def _equality(comparator: str, target: Target) -> bool:
    """True for `=`, False for `!=`; nothing else compares identities."""
    if comparator not in ("=", "!="):
        raise CallFailed(
            Reason.TYPE_MISMATCH,
            f"{comparator!r} {target.said} needs a field to compare; name one or look it up first",
        )
    return comparator == "="


def _empty(n: int, comparator: str, target: Target) -> CallFailed:
    return CallFailed(Reason.EMPTY, f"none of {n} members is {comparator} {target.said}")
