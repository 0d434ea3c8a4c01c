"""Says things in one of several ways: names, classes, values, periods, numbers, and the phrasebook's phrases.

What is said is marked (`spoken`), so that noise leaves names and numbers mostly alone.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Mapping

from agent.curriculum.numerals import han_year, written
from agent.curriculum.phrasebook import Phrasebook
from agent.types import Language
from tools.facts.store import FactStore
from tools.types import Entity, EntityClass, Period, Quantity, Text

OPEN, CLOSE = "\ue000", "\ue001"
PERSONS = frozenset({"laureate", "astronaut", "film_person"})
_ORDINALS = ("first", "second", "third", "fourth")
_UNIT_NAMES = {"%": "percent", "million km": "million_km", "10^24 kg": "kilogram"}
_SHORTENED = frozenset(map(str, range(2009, 2027)))  # years that people write with two digits
COUNTED = frozenset({"", "people", "vehicles", "charging points"})


def spoken(text: str) -> str:
    """The text, marked as a name or number."""
    return f"{OPEN}{text}{CLOSE}"


class Speech:
    """The words of both languages; every choice comes from the caller's `random.Random`."""

    def __init__(self, store: FactStore) -> None:
        self.books: Mapping[Language, Phrasebook] = {
            "en": Phrasebook("en"),
            "zh": Phrasebook("zh"),
        }
        self._names: dict[tuple[str, str], list[str]] = defaultdict(list)
        for alias, entity_id, lang, _weight in store.aliases():
            self._names[entity_id, lang].append(alias)
        self._groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        for phrase, class_id, lang in store.class_aliases():
            self._groups[class_id, lang].append(phrase)
        self._singles: dict[str, list[str]] = {}
        for key in [key for key in self._groups if key[1] == "en"]:
            self._singles[key[0]] = _singular(self._groups[key])
            self._groups[key] = _plural(self._groups[key])

    def name(self, rng: random.Random, entity: Entity, lang: Language) -> str:
        """A name of an entity; Chinese questions keep the English name where no Chinese one is known."""
        if lang == "zh" and (names := self._names.get((entity.id, "zh"))):
            return spoken(rng.choice(names))
        if rng.random() < 0.25:
            names = [n for n in self._names.get((entity.id, "en"), ()) if len(n) > 3]
            return spoken(rng.choice(names or [entity.name]))
        return spoken(entity.name)

    def group(self, rng: random.Random, group: EntityClass, lang: Language) -> str:
        """A plural name of a class; unmarked, for it is a common noun."""
        phrases = self._groups[group.id, lang] or [group.label]
        return rng.choice([p for p in phrases if not p[-1].isdigit()] or phrases)

    def one(self, rng: random.Random, group: EntityClass) -> str:
        """An English singular name of a class; empty where it has none."""
        singles = self._singles[group.id]
        return rng.choice(singles) if singles else ""

    def values(self, text: Text, field_id: str, lang: Language, kind: str = "value") -> list[str]:
        """The words for a category value (`kind` `adjective`: before a noun)."""
        phrases = self.books[lang].frames.get(f"{kind}.{field_id}.{text.text.lower()}", ())
        return [phrase.source for phrase in phrases]

    def period(self, rng: random.Random, period: Period, lang: Language) -> str:
        """A period in words, bare."""
        return spoken(rng.choice(list(_spellings(period.text, lang))))

    def knows_unit(self, unit: str, lang: Language) -> bool:
        """Whether the language files say how a unit is written."""
        return f"unit.{_UNIT_NAMES.get(unit, unit)}" in self.books[lang].frames

    def number(self, rng: random.Random, quantity: Quantity, lang: Language) -> str:
        """A number in words, with its unit."""
        name = _UNIT_NAMES.get(quantity.unit, quantity.unit)
        units = self.books[lang].frames.get(f"unit.{name}")
        unit = rng.choice(units).source.replace("_", " ") if units else ""
        said = written(rng, quantity.number, lang)
        gap = " " if lang == "en" and said[-1].isalpha() and unit[:1].isalpha() else ""
        return spoken(said + gap + unit)


def _singular(phrases: list[str]) -> list[str]:
    """The phrases of which another one is the plural."""
    return [p for p in phrases if {f"{p}s", f"{p[:-1]}ies"} & set(phrases) and len(p) > 3]


def _plural(phrases: list[str]) -> list[str]:
    """The phrases whose head noun looks like a plural, or all of them."""
    heads = {p: re.split(" of | in | who | that ", p)[0] for p in phrases}
    plural = [p for p, head in heads.items() if head.endswith(("s", "men")) and "'s" not in p]
    return [p for p in plural if not p.lower().startswith(("all ", "the "))] or phrases


def _spellings(text: str, lang: Language) -> tuple[str, ...]:
    if "Q" in text:
        year, _, quarter = text.partition("Q")
        return _quarters(year, int(quarter), lang)
    if text.startswith("FY"):
        return _fiscal(text[2:], lang)
    if text.isdigit() and lang == "zh":
        return (*[f"{text}年"] * 8, f"{han_year(text)}年")
    return (text,)


def _fiscal(year: str, lang: Language) -> tuple[str, ...]:
    if lang == "zh":
        return (f"{year}财年", f"{year}财年", f"{year}财政年度", f"FY{year}")
    short = (f"FY{year[2:]}",) if year in _SHORTENED else ()
    return (f"FY{year}", f"fiscal {year}", f"fiscal year {year}", f"FY {year}", *short)


def _quarters(year: str, n: int, lang: Language) -> tuple[str, ...]:
    if lang == "zh":
        han = "一二三四"[n - 1]
        return (
            f"{year}年第{han}季度", f"{year}年{han}季度", f"{year}Q{n}", f"{year}年第{n}季度", f"{year}年Q{n}",
        )  # fmt: skip
    ordinal = _ORDINALS[n - 1]
    short = (f"Q{n} '{year[2:]}",) if year in _SHORTENED else ()
    return (
        f"Q{n} {year}", f"Q{n} {year}", f"{year}Q{n}", f"the {ordinal} quarter of {year}", f"{year} Q{n}", f"Q{n}/{year}",
        f"{ordinal} quarter {year}", *short,
    )  # fmt: skip
