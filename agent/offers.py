"""What may stand where a word was rejected: pointers to other periods, sources and fields.

Guarantees: a term that the brief points to already is offered under that pointer; no offer is ever made twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from agent.report.sources import rank, source
from agent.state import Fields, Links
from agent.types import Brief, Language, Pointer
from tools.facts.store import Field
from tools.types import Entity, FieldRef, Period, Quantity, Term, Text
from tools.values.units import convert

MAX_OFFERS = 4
_MULTIPLIES = re.compile(r"doubl|tripl|trebl|quadrupl|fold|halv|翻|倍", re.IGNORECASE)
_AS_MUCH = re.compile(
    r"\s*(?:倍|-?fold|times (?:as|that|the|more|higher|larger|bigger)\b)", re.IGNORECASE
)
Offer = tuple[str, str, Term]


@dataclass(slots=True)
class Offers:
    """Makes offers for one brief, which grows by what it did not point to yet."""

    brief: Brief
    lang: Language
    fields: Fields
    linker: Links

    def sources(self, names: Iterable[str]) -> tuple[Pointer, ...]:
        """One source of each closeness to the origin, the closest first: that is what the planner reads."""
        first = {source(name).tier: name for name in reversed(tuple(names))}
        return self._pointers(
            (f"source {source(name).tier}", source(name, self.lang).label, Text(name))
            for name in sorted(first.values(), key=rank)
        )

    def periods(self, spelled: Iterable[str]) -> tuple[Pointer, ...]:
        """Periods in the order given."""
        return self._pointers((f"period {_length(text)}", text, Period(text)) for text in spelled)

    def fields_called(self, ids: Iterable[str]) -> tuple[Pointer, ...]:
        """Fields by their ids; names of anything else are passed over."""
        found = [field for field_id in ids if (field := self.fields.field(field_id))]
        labels = [(field.id, field.zh if self.lang == "zh" else field.en) for field in found]
        return self._pointers(("field", label, FieldRef(key, label)) for key, label in labels)

    def fields_near(self, field: Field | None) -> tuple[Pointer, ...]:
        """The field that means nearly the same."""
        return self.fields_called([field.near] if field and field.near else [])

    def fields_where(self, suits: Callable[[Field], bool]) -> tuple[Pointer, ...]:
        """The fields that suit, of those that the question speaks of; where none does, of those it may mean."""
        asked = [p for p in self.brief.pointers if self._suits(p, suits)]
        return tuple([p for p in asked if is_spoken(p)] or asked)[:MAX_OFFERS]

    def _suits(self, pointer: Pointer, suits: Callable[[Field], bool]) -> bool:
        target = pointer.target
        field = self.fields.field(target.id) if isinstance(target, FieldRef) else None
        return field is not None and suits(field)

    def _pointers(self, offers: Iterable[Offer]) -> tuple[Pointer, ...]:
        wanted = list(offers)[:MAX_OFFERS]
        known = {_identity(pointer.target) for pointer in self.brief.pointers}
        missing = [offer for offer in wanted if _identity(offer[2]) not in known]
        self.brief, _ = self.linker.offer(self.brief, missing)
        by_target = {_identity(pointer.target): pointer for pointer in self.brief.pointers}
        found = [by_target.get(_identity(target)) for _, _, target in wanted]
        return tuple(pointer for pointer in found if pointer is not None)


def is_spoken(field: Pointer) -> bool:
    """Whether words of the question speak for a field."""
    return field.end >= 0


def is_multiple(value: Pointer, question: str) -> bool:
    """Whether a number says how many times as much: `doubled`, 翻倍, `3 times that of`; not how often (`won twice`)."""
    is_bare = isinstance(value.target, Quantity) and not value.target.unit
    if not is_bare or value.end < 0:
        return False
    return bool(_MULTIPLIES.search(value.label) or _AS_MUCH.match(question[value.end :]))


def can_hold(field: Field, value: Pointer) -> bool:
    """Whether a thing of that kind can be the field's value."""
    match value.target:
        case Entity(type=kind):
            return field.kind == f"entity:{kind}"
        case Quantity() as number:
            return can_measure(number, field)
        case Period():
            return field.kind in ("date", "year")
        case Text():
            return value.kind == f"value {field.en.lower()}"
    return True


def can_measure(number: Quantity, field: Field) -> bool:
    """Whether a number with its unit can be a value of the field: 300 hours are no number of missions."""
    if field.kind == "year":
        return not number.unit
    if field.kind != "number" or (number.unit and not field.unit):
        return False
    return convert(number.number, number.unit, field.unit) is not None


def is_measured(field: Field) -> bool:
    """Whether the field's values can be calculated with."""
    return field.kind in ("number", "year", "date")


def _identity(target: Term) -> Term | str:
    """A field is the same whatever its label says."""
    return target.id if isinstance(target, FieldRef) else target


def _length(period: str) -> str:
    if "Q" in period:
        return "quarter"
    return "fiscal" if period.startswith("FY") else "year"
