"""From what a source states to facts and values: identities, order, disagreement.

Guarantees: a fact's id is the same whenever the same statement is read, and none of the bundled facts has it; values
that disagree are all kept, the preferred one first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal

from tools.evidence import DISAGREEMENT, JOINT, by_age, distinct
from tools.passages import fact_id
from tools.sources.answers import nothing
from tools.types import Entities, Entity, Fact, Measure, Reason, Scalar, Source, Table
from tools.values.periods import nearest
from tools.web.types import Page

_MAX_EXPONENT = 400


@dataclass(frozen=True, slots=True)
class Reading:
    """What a statement says: a text, its number where it is one, unit, period, what a relation points to."""

    value: str
    number: Decimal | None = None
    unit: str = ""
    period: str = ""
    value_id: str | None = None


@dataclass(frozen=True, slots=True)
class Teller:
    """Who states it: the source's name and its terms, on which page, what that was asked by."""

    name: str
    licence: str
    page: Page

    def source(self, url: str, revision: str = "", native: str = "", note: str = "") -> Source:
        """Where it was read; `url` is for people."""
        return Source(
            url=url,
            licence=self.licence,
            revision=revision,
            retrieved=self.page.retrieved_at.astimezone(UTC).isoformat(timespec="seconds"),
            native=native,
            note=note,
            asked=self.page.url,
            sha256=self.page.sha256,
        )

    def fact(self, entity: Entity, field: str, reading: Reading, origin: Source) -> Fact:
        """The statement as a fact."""
        said = (reading.value, reading.unit, reading.period, reading.value_id or "")
        about = (self.name, entity.id, field, origin.url, origin.native, origin.note)
        return Fact(
            fact_id(*about, *said),
            entity,
            field,
            reading.value,
            reading.number,
            reading.unit,
            reading.period,
            self.name,
            reading.value_id,
            origin,
        )


def number_reading(number: Decimal, unit: str, period: str = "") -> Reading:
    """A number as a reading; whole numbers are written without a fraction.

    Ends the question where it is none, or its digits would fill the memory.
    """
    if not number.is_finite() or (number and abs(number.adjusted()) > _MAX_EXPONENT):
        raise nothing(Reason.MALFORMED, f"{str(number)[:20]} is no value")
    plain = f"{number:f}"
    text = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return Reading(text or "0", number, unit, period)


def scalar(facts: Iterable[Fact], *, is_joint: bool = False) -> Scalar:
    """The newest value with the rest of the series behind it; texts are read together if `is_joint`.

    Facts (at least one) of the same period come in order of trust.
    """
    ranked = distinct(by_age(facts))
    first = ranked[0]
    same = [fact for fact in ranked if fact.period == first.period]
    if first.number is None and is_joint:
        texts = dict.fromkeys(fact.value for fact in ranked)
        return Scalar(JOINT.join(texts), first.unit, first.period, ranked)
    value = first.value if first.number is None else first.number
    return Scalar(value, first.unit, first.period, ranked, disagrees=_disagree(same))


def table(field: str, facts: Iterable[Fact]) -> Table:
    """One field over the entities that facts are about, in the order in which those come."""
    groups: dict[Entity, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(fact.entity, []).append(fact)
    values = ((entity, scalar(about)) for entity, about in groups.items())
    return Table(
        field,
        tuple(
            Measure(entity, v.value, v.unit, v.period, _of_one_period(v), v.disagrees)
            for entity, v in values
        ),
    )


def relation(facts: Iterable[Fact], kind: str) -> Entities:
    """What the facts point to."""
    kept = distinct(facts)
    members = {
        fact.value_id: Entity(fact.value_id, fact.value, kind) for fact in kept if fact.value_id
    }
    return Entities(tuple(members.values()), kept)


def of_period(facts: Iterable[Fact], period: str | None, about: str) -> tuple[Fact, ...]:
    """The facts of a period, all without one; ends the question with the nearest periods where there is none."""
    given = tuple(facts)
    kept = tuple(fact for fact in given if period in (None, fact.period))
    if kept:
        return kept
    if not given:
        raise nothing(Reason.NO_VALUE, f"there is no value of {about}")
    near = nearest((fact.period for fact in given), period or "")
    offered = f"; nearest: {', '.join(near)}" if near else "; its values carry no period"
    raise nothing(Reason.NO_VALUE_FOR_PERIOD, f"no value of {about} for {period}{offered}", near)


def check_timeless(period: str | None, about: str) -> None:
    """End the question where a period is named of what has none."""
    if period is not None:
        detail = f"{about} has no values by period; leave {period} out"
        raise nothing(Reason.NO_VALUE_FOR_PERIOD, detail)


def _of_one_period(value: Scalar) -> tuple[Fact, ...]:
    return tuple(fact for fact in value.facts if fact.period == value.period)


def _disagree(facts: list[Fact]) -> bool:
    first = facts[0]
    if first.number is None:
        return len({fact.value for fact in facts}) > 1
    numbers = [fact.number for fact in facts if fact.unit == first.unit and fact.number is not None]
    high, low = max(numbers), min(numbers)
    return high - low > DISAGREEMENT * max(abs(high), abs(low))
