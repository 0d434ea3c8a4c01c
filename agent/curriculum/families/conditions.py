"""Conditions on the members of a class: what they demand, and the words for it.

A condition has words in the role `that` (behind a noun), `does` (a verb phrase, English) or `pre` (before the
noun). Its bound may be the value of another thing (`higher than Mont Blanc`), which a row looks up first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from agent.curriculum.families.draw import Draw, NotDrawnError, lookup
from agent.curriculum.speech import COUNTED, spoken
from agent.curriculum.tasks import GoldRow
from agent.curriculum.world import Constraint, year_of
from tools.types import Entity, Fact, Period, Quantity, Text

AMOUNT_SENSES: Mapping[str, float] = {
    "more": 0.24, "less": 0.2, "at_least": 0.16, "at_most": 0.14, "between": 0.16, "inside": 0.05, "exactly": 0.05,
}  # fmt: skip
TIME_SENSES: Mapping[str, float] = {
    "after": 0.24, "before": 0.22, "since": 0.15, "until": 0.12, "between": 0.15, "inside": 0.04, "in": 0.08,
}  # fmt: skip
COMPARATORS: Mapping[str, tuple[str, ...]] = {
    "more": (">",), "less": ("<",), "at_least": (">=",), "at_most": ("<=",), "between": (">=", "<="),
    "inside": (">", "<"), "exactly": ("=",), "after": (">",), "before": ("<",), "since": (">=",), "until": ("<=",),
    "in": ("=",),
}  # fmt: skip
UNSCALED_UNITS = frozenset({
    "km2", "km", "m", "%", "K", "h", "USD", "SEK", "years", "u", "t", "GWh", "g/cm3", "ratio", "children per woman",
    "days", "% of GDP", "per 1,000 people", "per 1,000 live births", *COUNTED,
})  # fmt: skip
RELATIONS_TO: Mapping[str, tuple[tuple[str, str], ...]] = {
    "country": (("laureate", "birth_country"), ("laureate", "death_country"), ("mountain", "country"), ("city", "country"),
                ("river", "country"), ("lake", "country"), ("laureate", "affiliation_country")),
}  # fmt: skip
_SMALL = 30
ROLES = ("that", "does", "pre")
Way = Callable[[], str]
Slots = Mapping[str, Way]


@dataclass(frozen=True, slots=True)
class Words:
    """A condition as said: behind a noun, as a verb phrase, before a noun; empty where it cannot be."""

    that: str = ""
    does: str = ""
    pre: str = ""

    @property
    def any(self) -> bool:
        """Whether it can be said at all."""
        return bool(self.that or self.does or self.pre)


@dataclass(frozen=True, slots=True)
class Condition:
    """What is demanded and how it is said; `reference` finds the bound, where another thing has it."""

    constraints: tuple[Constraint, ...]
    words: Words
    reference: GoldRow | None = None


def condition_on(d: Draw, field_id: str, member: Entity) -> Condition:
    """A condition on one field that the member meets."""
    facts = d.world.facts(field_id).get(member.id)
    if not facts:
        raise NotDrawnError
    kind = d.world.fields[field_id].kind
    if kind.startswith("entity"):
        return _related(d, field_id, member, d.pick(facts))
    if kind == "text":
        return _called(d, field_id, member, d.pick(facts))
    if kind in ("date", "year"):
        return _timed(d, field_id, member, facts[0])
    if d.chance(0.16):
        return _beyond_another(d, field_id, member, facts[0])
    return _measured(d, field_id, member, facts[0])


def _worded(d: Draw, field_id: str, type_: str, slots: Slots, comparative: str = "") -> Words:
    """Words for every role in which the field can be said with one of the slots."""
    that, does, pre = (_attempt(d, _ways(d, field_id, type_, role, slots)) for role in ROLES)
    if comparative and (not that or d.chance(0.5)):
        that = _attempt(d, [lambda: d.phrase(field_id, type_, comparative, v=slots["v"]())]) or that
    words = Words(that, does, pre)
    if not words.any:
        raise NotDrawnError
    return words


def _ways(d: Draw, field_id: str, type_: str, role: str, slots: Slots) -> list[Way]:
    """The field's own phrases, and for amounts now and then those that fit any field."""
    own: list[Way] = [
        lambda n=n, s=s: d.phrase(field_id, type_, role, **{n: s()})  # type: ignore[misc]
        for n, s in slots.items()
    ]
    is_amount = "q" in slots and role != "pre"
    if not is_amount or (d.book.has(field_id, type_, role) and not d.chance(0.25)):
        return own
    general: list[Way] = [
        lambda n=n: d.frame(f"{role}_number", np=d.np(field_id, type_), **{n: slots[n]()})  # type: ignore[misc]
        for n in ("q", "r")
    ]
    return general if d.chance(0.5) else [*own, *general]


def _attempt(d: Draw, ways: Sequence[Way]) -> str:
    try:
        return d.first(*ways)
    except NotDrawnError:
        return ""


def _related(d: Draw, field_id: str, member: Entity, fact: Fact) -> Condition:
    target = d.world.store.entity(fact.value_id) if fact.value_id else None
    if target is None:
        raise NotDrawnError
    if d.chance(0.12) and field_id != "birth_country_now":
        return _same_as_another(d, field_id, member, target)
    words = _worded(d, field_id, member.type, {"v": lambda: d.name(target)})
    return Condition((Constraint(field_id, "=", target),), words)


def _same_as_another(d: Draw, field_id: str, member: Entity, target: Entity) -> Condition:
    """The target said by way of another thing: `born in the country where Einstein died`."""
    type_, relation = d.pick(RELATIONS_TO.get(target.type, ()))
    others = [
        e for e in d.world.subjects(relation, type_)
        if e.id != member.id and d.world.targets(e.id, relation) == (target,)
    ]  # fmt: skip
    other = d.pick(others)
    said = d.phrase(relation, type_, "rel", e=d.name(other))
    words = _worded(d, field_id, member.type, {"v": lambda: said})
    return Condition((Constraint(field_id, "=", target),), words, reference=lookup(other, relation))  # fmt: skip


def _called(d: Draw, field_id: str, member: Entity, fact: Fact) -> Condition:
    text = Text(fact.value)
    said = d.speech.values(text, field_id, d.lang)
    before = d.speech.values(text, field_id, d.lang, "adjective")
    ways = {
        "that": lambda: d.phrase(field_id, member.type, "that", v=spoken(d.pick(said))),
        "does": lambda: d.phrase(field_id, member.type, "does", v=spoken(d.pick(said))),
        "pre": lambda: d.phrase(field_id, member.type, "pre", v=spoken(d.pick(before))),
    }
    words = Words(**{role: _attempt(d, [way]) for role, way in ways.items()})
    if not words.any:
        raise NotDrawnError
    return Condition((Constraint(field_id, "=", text),), words)


def _timed(d: Draw, field_id: str, member: Entity, fact: Fact) -> Condition:
    year = year_of(fact)
    if year is None:
        raise NotDrawnError
    sense = sense_of(d, TIME_SENSES)
    bounds = [Period(str(b)) for b in _years(d, year, sense)]
    slots = time_slots(d, bounds)
    words = _worded(d, field_id, member.type, {"t": lambda: d.frame(f"time.{sense}", **slots)})
    return Condition(tuple(_constraints(field_id, sense, bounds)), words)


def time_slots(d: Draw, bounds: list[Period]) -> dict[str, str]:
    """The slots of a time frame."""
    said = [d.bare(bound) for bound in bounds]
    return {"v": said[0]} if len(said) == 1 else {"v1": said[0], "v2": said[1]}


def _years(d: Draw, year: int, sense: str) -> list[int]:
    gap = d.rng.choice((1, 2, 3, 5, 8, 10, 15, 20, 30))
    other = d.rng.choice((1, 2, 3, 5, 8, 10, 15, 20))
    low, high = (_rounded_year(d, year - gap), _rounded_year(d, year + other))
    match sense:
        case "after":
            return [min(low, year - 1)]
        case "before":
            return [max(high, year + 1)]
        case "since":
            return [min(low, year)]
        case "until":
            return [max(high, year)]
        case "in":
            return [year]
    return [min(low, year - 1), max(high, year + 1)]


def _rounded_year(d: Draw, year: int) -> int:
    return round(year, -1) if d.chance(0.35) else year


def _measured(d: Draw, field_id: str, member: Entity, fact: Fact) -> Condition:
    number = fact.number
    if number is None or number <= 0 or fact.unit not in UNSCALED_UNITS:
        raise NotDrawnError
    sense = sense_of(d, AMOUNT_SENSES)
    bounds = [Quantity(bound, fact.unit) for bound in _bounds(d, number, sense)]
    comparative = {"more": "more", "less": "less"}.get(sense, "")
    slots = amount_slots(d, sense, bounds)
    words = _worded(d, field_id, member.type, slots, comparative)
    return Condition(tuple(_constraints(field_id, sense, bounds)), words)


def amount_slots(d: Draw, sense: str, bounds: list[Quantity]) -> Slots:
    """The slots in which an amount can be said."""

    def compared(frame: str) -> str:
        said = [d.speech.number(d.rng, bound, d.lang) for bound in bounds]
        slots = {"v": said[0]} if len(said) == 1 else {"v1": said[0], "v2": said[1]}
        while "fewer" in (text := d.frame(f"{frame}.{sense}", **slots)) and bounds[0].unit not in COUNTED:  # fmt: skip
            continue
        return text

    slots = {"q": lambda: compared("quantity"), "r": lambda: compared("measure")}
    if sense in ("more", "less"):
        slots["v"] = lambda: d.speech.number(d.rng, bounds[0], d.lang)
    return slots


def _bounds(d: Draw, number: Decimal, sense: str) -> list[Decimal]:
    is_small = number == int(number) and number <= _SMALL
    if sense == "exactly":
        if not is_small:
            raise NotDrawnError
        return [number]
    low, high = (_near(d, number, is_small, up=up) for up in (False, True))
    if is_small and sense in ("at_least", "at_most", "between") and d.chance(0.3):
        low = high = number
    match sense:
        case "more" | "at_least":
            return [low]
        case "less" | "at_most":
            return [high]
    if low >= high:
        raise NotDrawnError
    return [low, high]


def _near(d: Draw, number: Decimal, is_small: bool, *, up: bool) -> Decimal:
    """A bound that people would say, strictly below or above a number."""
    if is_small:
        bound = number + d.rng.choice((1, 1, 2, 3)) * (1 if up else -1)
        if bound <= 0:
            raise NotDrawnError
        return bound
    factor = d.rng.uniform(1.03, 2.2) if up else d.rng.uniform(0.45, 0.97)
    bound = number * Decimal(str(round(factor, 3)))
    digits = Decimal(1).scaleb(bound.adjusted() - d.rng.choice((0, 0, 1)))
    rounded = bound.quantize(digits, ROUND_UP if up else ROUND_DOWN) or digits
    if not (rounded > number if up else rounded < number):
        raise NotDrawnError
    return Decimal(f"{rounded:f}")


def _constraints(
    field_id: str, sense: str, bounds: Sequence[Period | Quantity]
) -> Iterator[Constraint]:
    for comparator, bound in zip(COMPARATORS[sense], bounds, strict=True):
        yield Constraint(field_id, comparator, bound)


def _beyond_another(d: Draw, field_id: str, member: Entity, fact: Fact) -> Condition:
    """More or less than another thing of the sort has: `higher than Mont Blanc`."""
    if fact.number is None:
        raise NotDrawnError
    other = d.subject(field_id, member.type)
    bound = d.world.facts(field_id)[other.id][0]
    if bound.number is None or bound.number == fact.number or bound.unit != fact.unit:
        raise NotDrawnError
    is_above = fact.number > bound.number
    comparator, that, does = (">", "more", "surpass") if is_above else ("<", "less", "trail")
    words = Words(_compared(d, field_id, other, that), _compared(d, field_id, other, does))
    if d.lang == "zh":
        words = Words(words.does if d.chance(0.6) else words.that or words.does)
    if not words.any:
        raise NotDrawnError
    constraint = Constraint(field_id, comparator, Quantity(bound.number, bound.unit))
    return Condition((constraint,), words, reference=lookup(other, field_id))


def _compared(d: Draw, field_id: str, other: Entity, role: str) -> str:
    own: list[Way] = [lambda: d.phrase(field_id, other.type, role, v=d.name(other))]
    if role in ("surpass", "trail"):
        own.append(lambda: d.frame(role, np=d.np(field_id, other.type), v=d.name(other)))
    return _attempt(d, own)


def sense_of(d: Draw, senses: Mapping[str, float]) -> str:
    """A comparison's sense, by its share."""
    return d.rng.choices(list(senses), list(senses.values()))[0]
