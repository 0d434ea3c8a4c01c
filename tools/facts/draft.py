"""The table while it is being built: entities, aliases and facts as the readers add them.

Guarantees: ids are unique, a fact's entity exists, facts of one key stand in order of preference.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from tools.facts.names import is_everyday, person_variants, surname
from tools.facts.periods import newest_first
from tools.facts.quantity import plain

SOURCES_FILE = Path(__file__).with_name("sources.toml")
TIERS = ("filing", "official", "database", "press")


@dataclass(frozen=True, slots=True)
class Thing:
    """One entity; `member` says whether its type's class counts it (territories are no countries)."""

    id: str
    type: str
    name: str
    weight: float
    member: bool = True


@dataclass(frozen=True, slots=True)
class Statement:
    """One fact before it has a number of its own; `rank` is the preference among equal tiers."""

    entity_id: str
    field: str
    value: str
    number: Decimal | None = None
    unit: str = ""
    period: str = ""
    source: str = ""
    value_id: str = ""
    rank: int = 0


def tiers() -> dict[str, int]:
    """Source id -> place of its tier, best first."""
    sources = tomllib.loads(SOURCES_FILE.read_text(encoding="utf-8"))
    return {key: TIERS.index(entry["tier"]) for key, entry in sources.items()}


@dataclass
class Draft:
    """What the readers fill; the builder writes it out."""

    things: dict[str, Thing] = field(default_factory=dict)
    aliases: set[tuple[str, str, str]] = field(default_factory=set)
    statements: list[Statement] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    dropped_examples: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)

    def thing(self, thing: Thing) -> str:
        """Add an entity (the first of an id stands) and its name as an alias; give back the id."""
        if thing.id not in self.things:
            self.things[thing.id] = thing
            self.alias(thing.name, thing.id)
        return thing.id

    def rename(self, entity_id: str, name: str) -> None:
        """Give an entity another display name; the old one stays an alias."""
        self.renamed[self.things[entity_id].name] = name
        self.things[entity_id] = replace(self.things[entity_id], name=name)
        self.alias(name, entity_id)

    def weigh(self, entity_id: str, weight: float) -> None:
        """Set how likely an entity is meant where others share its name."""
        self.things[entity_id] = replace(self.things[entity_id], weight=round(weight, 3))

    def alias(self, alias: str, entity_id: str, lang: str = "en") -> None:
        """Add another name for an entity."""
        if alias.strip():
            self.aliases.add((alias.strip(), entity_id, lang))

    def name_people(self, people: Sequence[Thing], n_sharing: int) -> None:
        """Add what people are called: variants of the name, and a surname that at most so many share."""
        surnames = Counter(surname(person.name) for person in people)
        for person in people:
            for variant in person_variants(person.name):
                self.alias(variant, person.id)
            last = surname(person.name)
            if not is_everyday(last) and surnames[last] <= n_sharing:
                self.alias(last, person.id)

    def say(self, statement: Statement) -> None:
        """Add a fact about a known entity."""
        self.statements.append(statement)

    def measure(self, statement: Statement, number: Decimal | None) -> None:
        """Add a fact that holds a number, or count it as dropped where none could be read."""
        if number is None:
            self.dropped[statement.field] += 1
            self.dropped_examples.setdefault(
                statement.field, f"{statement.entity_id}: {statement.value[:60]!r}"
            )
            return
        self.say(replace(statement, number=number, value=plain(number)))

    def ordered(self) -> list[Statement]:
        """Every distinct fact, by entity and field, newest and most trusted first."""
        tier = tiers()
        unique: dict[tuple[str, ...], Statement] = {}
        for s in self.statements:
            unique.setdefault((s.entity_id, s.field, s.value, s.unit, s.period, s.source), s)

        def key(s: Statement) -> tuple[object, ...]:
            trust = tier[s.source.partition(":")[0]]
            return (s.entity_id, s.field, newest_first(s.period), s.period, trust, s.rank, s.source)

        return sorted(unique.values(), key=key)
