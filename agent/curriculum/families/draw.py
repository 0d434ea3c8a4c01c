"""What a family draws from, and the rows and gold answers it builds."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from agent.curriculum.speech import Speech
from agent.curriculum.tasks import Gold, GoldRow, Task, Topology
from agent.curriculum.world import World
from agent.types import Language
from tools.types import Entity, Fact, FieldRef, Period, Term

MAX_ANSWERS = 12


@dataclass(frozen=True, slots=True)
class Draw:
    """What a family draws from: chance, one split of the world, words, and a language."""

    rng: random.Random
    world: World
    speech: Speech
    lang: Language

    def say(self, english: tuple[str, ...], chinese: tuple[str, ...]) -> str:
        """One of the frames in the task's language."""
        return self.rng.choice(english if self.lang == "en" else chinese)

    def np(self, field_id: str) -> str:
        """A noun phrase for a field."""
        return self.speech.phrase(self.rng, "np", field_id, self.lang)

    def name(self, entity: Entity) -> str:
        """A name of an entity."""
        return self.speech.name(self.rng, entity, self.lang)

    def ref(self, field_id: str) -> FieldRef:
        """The field as a term."""
        return FieldRef(field_id, field_id)

    def askable(self, type_: str, *kinds: str) -> list[str]:
        """Fields of a type, of those kinds, that the language can name."""
        return [
            f.id for f in self.world.fields.values()
            if type_ in f.types and f.kind.split(":")[0] in kinds and self.speech.has("np", f.id, self.lang)
        ]  # fmt: skip

    def subject(self, field_id: str, type_: str) -> Entity | None:
        """A random entity of this split that carries the field."""
        subjects = self.world.subjects(field_id, type_)
        return self.rng.choice(subjects) if subjects else None

    def task(
        self, question: str, topology: Topology, family: str, rows: list[GoldRow], gold: Gold | None
    ) -> Task:
        """The task, its question styled as typed."""
        said = self.speech.styled(self.rng, question, self.lang)
        return Task(said, self.lang, topology, family, tuple(rows), gold)


Family = Callable[[Draw], Task | None]


def lookup(source: Term | str, field: FieldRef, period: Period | None = None) -> GoldRow:
    """A lookup row."""
    return GoldRow("lookup", (source, field, period))


def finish(*references: str) -> GoldRow:
    """The last row."""
    return GoldRow("finish", references)


def calculate(operation: str, *operands: Term | str) -> GoldRow:
    """A calculate row."""
    return GoldRow("calculate", (operation, *operands))


def verify(
    subject: Term | str, field: FieldRef | None, comparator: str, target: Term | str
) -> GoldRow:
    """A verify row."""
    return GoldRow("verify", (subject, field, comparator, target))


def gold_of(facts: tuple[Fact, ...]) -> Gold:
    """The gold answer of a looked-up field: its preferred latest value, and every value of that period."""
    first = facts[0]
    same = [f for f in facts if f.period == first.period]
    if first.number is not None:
        accept = tuple(f"{f.number:f}" for f in same if f.number is not None)
        return Gold(f"{first.number:f}", accept, first.unit, 0.005)
    values = tuple(dict.fromkeys(f.value for f in same))
    return Gold("; ".join(values), values if len(values) > 1 else ())


def number_gold(number: Decimal, unit: str = "") -> Gold:
    """The gold answer of a computed number."""
    return Gold(f"{number:f}", (), unit, 0.01)


def set_gold(names: list[str]) -> Gold:
    """The gold answer of a set."""
    return Gold("; ".join(names))


def names_of(d: Draw, ids: list[str]) -> list[str]:
    """The names of entities."""
    entities = [d.world.store.entity(i) for i in ids]
    return [e.name for e in entities if e is not None]


def number_of(fact: Fact) -> Decimal:
    """The number of a fact; zero where it has none."""
    return fact.number if fact.number is not None else Decimal(0)


def measured_values(d: Draw, field_id: str, ids: list[str]) -> list[tuple[Decimal, Entity]]:
    """The latest number of a field for each of the entities that has one."""
    table = d.world.facts(field_id)
    firsts = [table[i][0] for i in ids if i in table]
    return [(f.number, f.entity) for f in firsts if f.number is not None]


def best_of(operation: str, measured: list[tuple[Decimal, Entity]]) -> Entity:
    """The entity with the extreme number."""
    pick = max if operation == "argmax" else min
    return pick(measured, key=lambda pair: pair[0])[1]
