"""What a family draws from, and the rows and gold answers it builds."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import TypeVar

from agent.curriculum.noise import Surface
from agent.curriculum.phrasebook import Phrasebook
from agent.curriculum.speech import PERSONS, Speech
from agent.curriculum.tasks import Gold, GoldRow, HeldOut, Task, Topology
from agent.curriculum.world import World
from agent.types import Language
from tools.types import Entity, Fact, FieldRef, Period, Term

MAX_ANSWERS = 12
COMMON_SHARE = 0.6  # of the fields drawn, where a type has others that are asked for seldom
NAMED_AS_CLASSES = frozenset({"moons"})  # `the moons of Mars` links as a class
_T = TypeVar("_T")


class NotDrawnError(Exception):
    """What was drawn does not carry a task: draw again."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What a family draws from: chance, one split of the world, words, and a language."""

    rng: random.Random
    world: World
    speech: Speech
    surface: Surface
    lang: Language

    @property
    def book(self) -> Phrasebook:
        """The phrases of the task's language."""
        return self.speech.books[self.lang]

    def pick(self, options: Sequence[_T]) -> _T:
        """One of the options."""
        if not options:
            raise NotDrawnError
        return self.rng.choice(options)

    def chance(self, share: float) -> bool:
        """True in that share of the draws."""
        return self.rng.random() < share

    def frame(self, name: str, **slots: str) -> str:
        """A sentence of a frame."""
        said = self.book.frame(self.rng, name, **slots)
        if said is None:
            raise NotDrawnError
        return said

    def phrase(self, field_id: str, type_: str, role: str, **slots: str) -> str:
        """A phrase of a field in a role."""
        said = self.book.field(self.rng, field_id, type_, role, **slots)
        if said is None:
            raise NotDrawnError
        return said

    def first(self, *ways: Callable[[], str]) -> str:
        """The first of the ways, in random order, that has words."""
        for way in self.rng.sample(ways, len(ways)):
            try:
                return way()
            except NotDrawnError:
                continue
        raise NotDrawnError

    def np(self, field_id: str, type_: str) -> str:
        """A noun phrase for a field."""
        return self.phrase(field_id, type_, "np")

    def name(self, entity: Entity) -> str:
        """A name of an entity."""
        return self.speech.name(self.rng, entity, self.lang)

    def names(self, entities: Iterable[Entity], *, is_choice: bool = False) -> str:
        """Names as people list them."""
        return self.listed([self.name(e) for e in entities], is_choice=is_choice)

    def listed(self, names: Sequence[str], *, is_choice: bool = False) -> str:
        """Several things as people list them; `is_choice` where one of them is asked for."""
        if len(names) == 1:
            return names[0]
        if self.lang == "zh":
            last = self.rng.choice(("和", "和", "、", "与", "跟", "还是" if is_choice else "以及"))
            return "、".join(names[:-1]) + last + names[-1]
        last = self.rng.choice((" and ", ", and ", ", ", " or " if is_choice else " and "))
        return ", ".join(names[:-1]) + last + names[-1]

    def who(self, type_: str) -> str:
        """The word that asks for one of such things."""
        return self.frame("who.person" if type_ in PERSONS else "who.thing")

    def during(self, period: Period) -> str:
        """A period in its sentence."""
        return self.frame("during", v=self.bare(period))

    def bare(self, period: Period) -> str:
        """A period by itself."""
        return self.speech.period(self.rng, period, self.lang)

    def askable(self, type_: str, *kinds: str) -> list[str]:
        """Fields of a type, of those kinds, that the language can name; the common ones stand there more often."""
        named = [
            f.id for f in self.world.fields.values()
            if type_ in f.types and f.id not in NAMED_AS_CLASSES and f.kind.split(":")[0] in kinds and self.book.has(f.id, type_, "np")
        ]  # fmt: skip
        seldom = [f for f in named if self.book.is_seldom(f, type_)]
        common = [f for f in named if not self.book.is_seldom(f, type_)]
        times = ceil(len(seldom) * COMMON_SHARE / (1 - COMMON_SHARE) / max(1, len(common)))
        return [*common * max(1, times), *seldom]

    def subject(self, field_id: str, type_: str) -> Entity:
        """A random entity of this split that carries the field."""
        return self.pick(self.world.subjects(field_id, type_))

    def task(
        self, question: str, topology: Topology, family: str, rows: Sequence[GoldRow], gold: Gold | None,
        held_out: HeldOut = "",
    ) -> Task:  # fmt: skip
        """The task, its question as somebody typed it."""
        said = self.surface.typed(self.rng, question)
        return Task(said, self.lang, topology, family, tuple(rows), gold, held_out=held_out)


Family = Callable[[Draw], Task]


def ref(field_id: str) -> FieldRef:
    """The field as a term."""
    return FieldRef(field_id, field_id)


def search(*terms: Term | str) -> GoldRow:
    """A search row."""
    return GoldRow("search", terms)


def lookup(source: Term | str, field_id: str, period: Period | None = None) -> GoldRow:
    """A lookup row."""
    return GoldRow("lookup", (source, ref(field_id), period))


def finish(*references: str) -> GoldRow:
    """The last row."""
    return GoldRow("finish", references)


def calculate(operation: str, *operands: Term | str) -> GoldRow:
    """A calculate row."""
    return GoldRow("calculate", (operation, *operands))


def verify(subject: Term | str, field_id: str, comparator: str, target: Term | str) -> GoldRow:
    """A verify row; without a field it is about what the subject itself holds."""
    return GoldRow("verify", (subject, ref(field_id) if field_id else None, comparator, target))


def gold_of(facts: tuple[Fact, ...]) -> Gold:
    """The gold answer of a looked-up field: its preferred latest value, and every value of that period."""
    first = facts[0]
    same = [f for f in facts if f.period == first.period]
    if first.number is not None:
        accept = tuple(dict.fromkeys(f"{f.number:f}" for f in same if f.number is not None))
        return Gold(f"{first.number:f}", accept, first.unit, 0.005)
    values = tuple(dict.fromkeys(f.value for f in same))
    return Gold("; ".join(values), values if len(values) > 1 else ())


def number_gold(number: Decimal, unit: str = "") -> Gold:
    """The gold answer of a computed number."""
    return Gold(f"{number:f}", (), unit, 0.01)


def set_gold(names: Iterable[str]) -> Gold:
    """The gold answer of a set."""
    return Gold("; ".join(names))


def verdict_gold(holds: bool) -> Gold:
    """The gold answer of a claim."""
    return Gold("supported" if holds else "contradicted")


def values_gold(found: Iterable[tuple[Fact, ...]]) -> Gold:
    """The gold answer of a field of several things: the latest value, or all texts, of each."""
    values = [
        str(facts[0].number) if facts[0].number is not None else f.value
        for facts in found for f in facts
    ]  # fmt: skip
    return set_gold(dict.fromkeys(values))


def names_of(d: Draw, ids: Iterable[str]) -> list[str]:
    """The names of entities."""
    entities = [d.world.store.entity(i) for i in ids]
    return [e.name for e in entities if e is not None]


def number_of(fact: Fact) -> Decimal:
    """The number of a fact; zero where it has none."""
    return fact.number if fact.number is not None else Decimal(0)


def measured_values(d: Draw, field_id: str, ids: Iterable[str]) -> list[tuple[Decimal, Entity]]:
    """The latest number of a field for each of the entities that has one."""
    table = d.world.facts(field_id)
    firsts = [table[i][0] for i in ids if i in table]
    return [(f.number, f.entity) for f in firsts if f.number is not None]
