"""Sayings as tasks: holes filled from one split of the facts, the plan run, the question typed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import exp, log
from typing import TypeVar

from agent.curriculum.check import run
from agent.curriculum.families.draw import NotDrawnError
from agent.curriculum.families.unanswerable import KNOWN_BY
from agent.curriculum.noise import Surface
from agent.curriculum.numerals import written
from agent.curriculum.sayings.reading import (
    HOLE,
    ClassHole,
    EntityHole,
    Hole,
    NumberHole,
    PeriodHole,
    Saying,
    ValueHole,
    sayings,
)
from agent.curriculum.speech import COUNTED, Speech, spoken
from agent.curriculum.tasks import Gold, GoldRow, Task, Topology
from agent.curriculum.terms import written_word
from agent.curriculum.world import World
from agent.types import Language
from agent.wording import plain_value
from tools.toolbox import Toolbox
from tools.types import Period, Quantity, Scalar, Term, Text, Value

SURROUNDED = 0.2  # most lines already say what people say around a question
FAMILY = "said"
_TOLERANCE = 0.01
_WIDE = 20  # a range that spans more than this is drawn by its order of magnitude
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Filled:
    """What fills a hole, and how it is said."""

    term: Term
    said: str


class Sayings:
    """All sayings, drawn with the things of one split of the facts."""

    def __init__(self, world: World, speech: Speech) -> None:
        self._world, self._speech = world, speech
        self._toolbox = Toolbox(world.store)
        self._surfaces = {lang: Surface(book) for lang, book in speech.books.items()}

    @cached_property
    def _lines(self) -> Mapping[Language, Sequence[tuple[Saying, str]]]:
        return {
            lang: [(saying, line) for saying in sayings(lang) for line in saying.lines]
            for lang in self._speech.books
        }

    def task(self, rng: random.Random, lang: Language) -> Task:
        """The task of a random line; NotDrawnError where the drawn things do not carry it."""
        return self.of_line(rng, *rng.choice(self._lines[lang]))

    def of_line(self, rng: random.Random, saying: Saying, line: str) -> Task:
        """A task of one line."""
        filled = self.filled(rng, saying)
        question = HOLE.sub(lambda hole: filled[hole[1]].said, line)
        rows = tuple(self._rows(saying, filled))
        value = run(self._toolbox, rows) if saying.is_answerable else None
        if saying.is_answerable and value is None:
            raise NotDrawnError
        is_alone = rng.random() >= SURROUNDED
        typed = self._surfaces[saying.lang].typed(rng, question, is_alone=is_alone)
        return Task(
            typed, saying.lang, _topology(rows), FAMILY, rows, _gold(value) if value else None
        )

    def filled(self, rng: random.Random, saying: Saying) -> dict[str, Filled]:
        """What fills each hole of a saying."""
        filled: dict[str, Filled] = {}
        fixed = self._fixed(saying)
        for name, hole in saying.holes.items():
            if not isinstance(hole, PeriodHole):
                taken = [*fixed, *(f.term for f in filled.values())]
                filled[name] = self._filling(rng, saying, name, hole, taken)
        return filled | self._periods(rng, saying, filled)

    def _fixed(self, saying: Saying) -> list[Term]:
        """The things that a plan names itself."""
        ids = (word for row in saying.rows for word in row if "/" in word)
        return [entity for i in ids if (entity := self._world.store.entity(i)) is not None]

    def _filling(
        self, rng: random.Random, saying: Saying, name: str, hole: Hole, taken: Sequence[Term]
    ) -> Filled:
        match hole:
            case EntityHole(type_, field_id):
                carried = field_id or _first_field(saying, name) or KNOWN_BY.get(type_, "")
                things = [e for e in self._world.subjects(carried, type_) if e not in taken]
                entity = _one(rng, things)
                return Filled(entity, self._speech.name(rng, entity, saying.lang))
            case ClassHole(type_):
                groups = [c for c in self._world.classes if c.type == type_ and c not in taken]
                group = _one(rng, groups)
                return Filled(group, self._speech.group(rng, group, saying.lang))
            case ValueHole(type_, field_id):
                return self._value(rng, saying.lang, type_, field_id)
            case NumberHole(least, most, unit):
                quantity = Quantity(_round_number(rng, least, most), unit)
                return Filled(quantity, self._number(rng, quantity, saying.lang))
        raise TypeError(f"{hole!r} is filled elsewhere")

    def _value(self, rng: random.Random, lang: Language, type_: str, field_id: str) -> Filled:
        entity = _one(rng, self._world.subjects(field_id, type_))
        text = Text(rng.choice(self._world.facts(field_id)[entity.id]).value)
        words = self._speech.values(text, field_id, lang) or [text.text]
        return Filled(text, rng.choice(words))

    def _number(self, rng: random.Random, quantity: Quantity, lang: Language) -> str:
        """The number as people write it; a unit that the language files do not know is said as it is."""
        if self._speech.knows_unit(quantity.unit, lang) or quantity.unit in COUNTED:
            return self._speech.number(rng, quantity, lang)
        return spoken(f"{written(rng, quantity.number, lang)} {quantity.unit}")

    def _periods(
        self, rng: random.Random, saying: Saying, filled: Mapping[str, Filled]
    ) -> dict[str, Filled]:
        """Different periods in ascending order, of those that the facts know where a row asks for them."""
        holes = {n: h for n, h in sorted(saying.holes.items()) if isinstance(h, PeriodHole)}
        if not holes:
            return {}
        spans = [self._known(saying, name, hole, filled) for name, hole in holes.items()]
        shared = [p for p in spans[0] if all(p in span for span in spans[1:])]
        if len(shared) < len(holes):
            raise NotDrawnError
        chosen = sorted(rng.sample(shared, len(holes)))
        return {
            name: Filled(Period(text), self._speech.period(rng, Period(text), saying.lang))
            for name, text in zip(holes, chosen, strict=True)
        }

    def _known(
        self, saying: Saying, name: str, hole: PeriodHole, filled: Mapping[str, Filled]
    ) -> Sequence[str]:
        """The periods of a hole for which the looked-up thing has a value; all of them where no row tells."""
        for tool, *words in saying.rows:
            if tool == "lookup" and words[2:3] == [f"{{{name}}}"] and words[0][1:2] in filled:
                thing = filled[words[0][1]].term
                facts = self._world.facts(words[1][1:])
                known = {f.period for f in facts.get(getattr(thing, "id", ""), ())}
                return [p for p in hole.periods if p in known]
        return hole.periods

    def _rows(self, saying: Saying, filled: Mapping[str, Filled]) -> Iterator[GoldRow]:
        for tool, *words in saying.rows:
            yield GoldRow(tool, tuple(self._word(word, filled) for word in words))

    def _word(self, word: str, filled: Mapping[str, Filled]) -> Term | str | None:
        hole = HOLE.fullmatch(word)
        return filled[hole[1]].term if hole else written_word(self._world.store, word)


def _one(rng: random.Random, options: Sequence[_T]) -> _T:
    if not options:
        raise NotDrawnError
    return rng.choice(options)


def _first_field(saying: Saying, name: str) -> str:
    """The field that the first row asks of a hole's thing; empty where none does."""
    for _, *words in saying.rows:
        if words and words[0] == f"{{{name}}}" and words[1:2] and words[1].startswith("%"):
            return words[1][1:]
    return ""


def _round_number(rng: random.Random, least: Decimal, most: Decimal) -> Decimal:
    """A number with one or two digits that count, by its order of magnitude where the range is wide."""
    low, high = float(least), float(most)
    is_wide = low > 0 and high / low > _WIDE
    drawn = exp(rng.uniform(log(low), log(high))) if is_wide else rng.uniform(low, high)
    number = Decimal(f"{drawn:.{rng.choice((0, 0, 1))}e}")
    kept = min(max(number, least), most)
    is_whole = least == int(least) and most == int(most)
    return Decimal(f"{round(kept) if is_whole else kept.normalize():f}")


def _topology(rows: Sequence[GoldRow]) -> Topology:
    """What sort of question a plan answers."""
    head, last = rows[0], rows[-1]
    if head.tool == "finish":
        return "unanswerable"
    if len(last.words) > 1:
        return "report"
    if len(rows) > 1 and rows[-2].tool == "verify" and head.tool != "search":
        return "reconciliation"
    return "intersection" if head.tool == "search" else "chain"


def _gold(value: Value) -> Gold:
    text, unit = plain_value(value)
    return Gold(text, (), unit or "", _TOLERANCE if isinstance(value, Scalar) else 0.0)
