"""Words for tasks: frames per field, names of entities and classes, numbers as people say them."""

from __future__ import annotations

import random
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from agent.types import Language
from tools.facts.store import FactStore
from tools.types import Entity, EntityClass, Period, Quantity, Text

_EN_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))
_ZH_SCALES = ((10**12, "万亿"), (10**8, "亿"), (10**4, "万"))
_EN_UNITS = {"km2": (" km2", " square kilometres"), "km": (" km", " kilometres"), "m": (" m", " metres"),
             "%": ("%", " percent"), "K": (" K",), "h": (" hours",), "USD": (" dollars", " USD")}  # fmt: skip
_ZH_UNITS = {"km2": ("平方公里",), "km": ("公里",), "m": ("米",), "%": ("%",), "K": ("K",), "h": ("小时",),
             "USD": ("美元",)}  # fmt: skip
_SWAPS = (("what is", "what's"), ("which ", "what "), ("name ", "list "))


@dataclass(frozen=True, slots=True)
class Frames:
    """The phrases of one field, by role and language (`np_en`, `more_zh`, …)."""

    phrases: dict[str, tuple[str, ...]]

    def get(self, role: str, lang: Language) -> tuple[str, ...]:
        """The variants of a role; empty where the language has none."""
        return self.phrases.get(f"{role}_{lang}", ())


class Speech:
    """Says things in one of several ways; every choice comes from the caller's `random.Random`."""

    def __init__(self, store: FactStore) -> None:
        table = tomllib.loads(Path(__file__).with_name("frames.toml").read_text("utf-8"))
        self.frames = {
            field_id: Frames({role: tuple(said.split("|")) for role, said in roles.items()})
            for field_id, roles in table.items()
        }
        self._names: dict[tuple[str, str], list[str]] = defaultdict(list)
        for alias, entity_id, lang, _weight in store.aliases():
            self._names[entity_id, lang].append(alias)
        self._classes: dict[tuple[str, str], list[str]] = defaultdict(list)
        for phrase, class_id, lang in store.class_aliases():
            self._classes[class_id, lang].append(phrase)
        self._values = _value_words()

    def has(self, role: str, field_id: str, lang: Language) -> bool:
        """Whether the field can be said in that role and language."""
        return field_id in self.frames and bool(self.frames[field_id].get(role, lang))

    def phrase(self, rng: random.Random, role: str, field_id: str, lang: Language) -> str:
        """One phrase of a field."""
        return rng.choice(self.frames[field_id].get(role, lang))

    def name(self, rng: random.Random, entity: Entity, lang: Language) -> str:
        """A name of an entity; Chinese questions keep the English name where no Chinese one is known."""
        if lang == "zh" and (names := self._names.get((entity.id, "zh"))):
            return rng.choice(names)
        names = [n for n in self._names.get((entity.id, "en"), ()) if len(n) > 3]
        return rng.choice(names) if names and rng.random() < 0.2 else entity.name

    def group(self, rng: random.Random, group: EntityClass, lang: Language) -> str:
        """A plural name of a class."""
        phrases = self._classes[group.id, lang]
        plural = [
            p
            for p in phrases
            if lang == "zh" or p.split(" of ")[0].split(" in ")[0].split(" who ")[0].endswith("s")
        ]
        return rng.choice(plural or phrases or [group.label])

    def value(self, rng: random.Random, text: Text, field_id: str, lang: Language) -> str | None:
        """A category value in words; None where the language has no word for it."""
        words = self._values.get((field_id, text.text.lower()), {}).get(lang, ())
        return rng.choice(words) if words else None

    def period(self, rng: random.Random, period: Period, lang: Language) -> str:
        """A period in words."""
        text = period.text
        if "Q" in text:
            year, quarter = text.split("Q")
            ordinal = ("first", "second", "third", "fourth")[int(quarter) - 1]
            numeral = "一二三四"[int(quarter) - 1]
            ways = {
                "en": [
                    f"Q{quarter} {year}",
                    f"{year}Q{quarter}",
                    f"the {ordinal} quarter of {year}",
                ],
                "zh": [f"{year}年第{numeral}季度", f"{year}年{numeral}季度", f"{year}Q{quarter}"],
            }
            return rng.choice(ways[lang])
        if text.startswith("FY"):
            year = text[2:]
            ways = {
                "en": [f"FY{year}", f"fiscal {year}", f"fiscal year {year}"],
                "zh": [f"{year}财年"],
            }
            return rng.choice(ways[lang])
        return text if lang == "en" else f"{text}年"

    def quantity(self, rng: random.Random, quantity: Quantity, lang: Language) -> str:
        """A number in words, with its unit."""
        units = (_EN_UNITS if lang == "en" else _ZH_UNITS).get(quantity.unit, ("",))
        return _magnitude(rng, quantity.number, lang) + rng.choice(units)

    def styled(self, rng: random.Random, question: str, lang: Language) -> str:
        """The question as typed: sometimes lower case, without the mark, politely, or tersely."""
        if lang == "zh":
            lead = rng.choice(("", "", "", "", "请问", "我想知道", "帮我查一下", "请告诉我"))
            return lead + (question if rng.random() < 0.8 else question.rstrip("？。"))
        if rng.random() < 0.15:
            for old, new in _SWAPS:
                question = question.replace(old, new).replace(old.capitalize(), new.capitalize())
        if rng.random() < 0.2:
            question = (
                rng.choice(
                    ("Please tell me: ", "I would like to know: ", "Quick question - ", "Hi! ")
                )
                + question
            )
        if rng.random() < 0.15:
            question = question.rstrip("?.")
        return question.lower() if rng.random() < 0.12 else question


def _magnitude(rng: random.Random, number: Decimal, lang: Language) -> str:
    scales = _EN_SCALES if lang == "en" else _ZH_SCALES
    for scale, word in scales:
        scaled = number / scale
        if abs(scaled) >= 1 and scaled == round(scaled, 2) and (lang == "zh" or rng.random() < 0.7):
            return f"{_plain(scaled)}{' ' if lang == 'en' else ''}{word}"
    return (
        f"{_plain(number)}"
        if rng.random() < 0.3
        else f"{number:,f}".rstrip("0").rstrip(".")
        if number % 1
        else f"{int(number):,}"
    )


def _plain(number: Decimal) -> str:
    return str(int(number)) if number == int(number) else f"{number.normalize():f}"


def _value_words() -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    path = Path(__file__).parents[1] / "values.toml"
    words: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    for field_id, values in tomllib.loads(path.read_text("utf-8")).items():
        for value, said in values.items():
            phrases = said.split("|")
            words[field_id, value.lower()] = {
                "en": tuple(p for p in phrases if p.isascii()),
                "zh": tuple(p for p in phrases if not p.isascii()),
            }
    return words
