"""Which fields a question may mean, the likeliest first.

What was said for a field counts most; then whether the things in question carry it, whether the question word asks
for its kind, and whether a number of the question is of its unit. What shares words with the question fills up, and
what people mostly ask of such things.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice

from agent.lexicon.fields import SURE, Cue, Strength, strengths
from agent.lexicon.overlap import WordOverlap
from agent.lexicon.spans import Found
from agent.mentions import tokens
from tools.facts.store import Field
from tools.types import Entity, EntityClass, Period, Quantity

REPORT_WORDS = re.compile(
    r"report|overview|summar|profile|brief\b|briefing|dossier|memo|write[- ]?up|fact ?(?:sheet|file)|one[- ]?pager|run-?down|recap\b|at a glance"
    r"|报告|概况|总结|财报|简介|概述|综述|简报|国情|介绍一下|情况|要点|资料|一页纸",
    re.I,
)
_KEY_FIELDS: dict[str, tuple[str, ...]] = {
    "laureate": ("prize_year", "birth_date", "birth_country", "prize", "death_date", "affiliation"),
    "prize": ("laureates", "prize_year", "prize_amount"),
    "country": ("population", "gdp", "area", "capital", "life_expectancy", "inflation"),
    "company": (
        "revenue", "net_income", "gross_profit", "operating_income", "operating_cash_flow", "capex",
    ),
    "region": ("ev_sales", "ev_share", "bev_sales", "phev_sales", "bev_stock", "chargers_fast"),
    "astronaut": ("missions", "space_hours", "mission_count", "birth_year", "nationality"),
    "film": ("oscars_won", "oscar_nominations", "oscar_year", "oscar_categories"),
    "film_person": ("oscars_won", "oscar_nominations", "oscar_year", "oscar_categories"),
    "planet": (
        "moon_count", "mass", "diameter", "sun_distance", "mean_temperature", "orbital_period",
    ),
    "element": ("atomic_number", "symbol", "category", "phase", "melting_point", "boiling_point"),
}  # fmt: skip
_LEADS_TO: dict[str, tuple[str, ...]] = {
    "laureate": ("prize",), "prize": ("laureates",), "film_person": ("winning_films",), "country": ("capital",),
    "organization": ("memberships", "country"),
    **dict.fromkeys(("city", "mountain", "river", "lake", "island", "desert"), ("country",)),
}  # fmt: skip
# What years are of among things whose figures have no years of their own.
_DATED: dict[str, tuple[str, ...]] = {
    "laureate": ("prize_year", "birth_date"), "prize": ("prize_year",), "organization": ("established",),
    "film": ("oscar_year",), "film_person": ("oscar_year",), "astronaut": ("flight_year", "selection_year"),
}  # fmt: skip
_ASKING = (
    (re.compile(r"\bwhen\b|\b(?:what|which) (?:year|date|day)\b|何时|什么时候|哪年|哪一年|哪天|几几年", re.I), ("date", "year")),
    (re.compile(r"\bhow (?:much|many|high|tall|long|deep|big|large|far|heavy|hot|cold|old|dense)\b|多少|多大|多高|多长|多深|几", re.I), ("number",)),
    (re.compile(r"\b(?:what|which) (?:country|countries|nations?)\b|哪个国家|哪国|哪些国家", re.I), ("entity:country",)),
)  # fmt: skip
# What the texts of these fields name: a seat is a city, and a city has a country.
NAMED_BY: dict[str, tuple[str, ...]] = {
    "headquarters": ("city",), "largest_city": ("city",), "birth_city": ("city",), "death_city": ("city",),
    "flows_into": ("river", "lake", "sea"), "outflow": ("river",), "highest_point": ("mountain",),
    "discoverer": ("laureate",), "memberships": ("organization",), "oscar_winners": ("film_person",),
}  # fmt: skip
_NAME_BEFORE = re.compile(r"[\w,] (?P<name>[A-ZÀ-Þ][\w'’-]+) (?:of (?:the )?)?$")
_NAME_BEHIND = re.compile(r" [A-ZÀ-Þ][a-zà-þ]")
_HOW_BIG = re.compile(r"\bhow (?:big|large)$|多大$", re.I)
_PARTED = re.compile(r"[,.;:?!，。；？！、]|\b(?:and|or|but)\b")
_FITS, _REACHABLE, _DOES_NOT_FIT = 2.0, 0.7, -3.0
_LACKS = -1.5
_PLAINLY = 2.5
_ASKED_KIND, _SAME_UNIT, _NEAR = 0.5, 1.0, 0.7
_KEY, _KEY_OF_REPORT, _SHARES_WORDS = 0.5, 3.0, 0.65
_PROJECTION, _FORECAST = "_projection", "ev_sales_projection"
_LAST_REPORTED = 2025
_JUST_BEFORE = 0.01
_MOST_SHARING = 6
_FURTHER = 0.1
_MOST_UNSAID = 4


@dataclass(frozen=True, slots=True)
class Ranked:
    """A field, how likely it is meant, and the end of its best cue (-1 where nothing was said for it).

    `is_certain` where it is plainly asked for and a thing named has it.
    """

    field: Field
    score: float
    end: int = -1
    is_certain: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """The things that a text names, those of them (by id) that are no part of a longer name, and the types of its classes."""

    named: tuple[Entity, ...]
    whole: frozenset[str]
    classes: frozenset[str]

    @classmethod
    def of(cls, found: list[Found], text: str) -> _Known:
        """What these mentions of a text are."""
        named = [(f, f.target) for f in found if isinstance(f.target, Entity)]
        ends = {f.end for f in found}
        whole = (thing.id for f, thing in named if not _is_part(f, text, ends))
        return cls(tuple(thing for _, thing in named), frozenset(whole), frozenset(_classes(found)))


class FieldRanking:
    """Ranks the fields of one store."""

    def __init__(
        self, fields: Mapping[str, Field], overlap: WordOverlap, has: Callable[[str, str], bool]
    ) -> None:
        """`has(entity_id, field_id)` tells whether anything is known."""
        self._fields = fields
        self._has = has
        self._overlap = overlap
        types = {t for field in fields.values() for t in field.types}
        self._by_type = {t: tuple(f.id for f in fields.values() if t in f.types) for t in types}

    def ranked(self, text: str, cues: Iterable[Cue], found: list[Found], most: int) -> list[Ranked]:
        """The likeliest fields, at most so many, each once."""
        is_report = is_report_request(text)
        types = _types_in_question(found, is_report=is_report)
        said = self._foreseen(self._with_units(strengths(cues), found, types), found)
        near = (self._fields[field_id].near for field_id in said)
        known = _Known.of(found, text)
        spoken = [
            self._held(r, said[r.field.id].score, known) for r in self._said(said, types, text)
        ]
        spoken = [r for r in spoken if not _is_size_of_another(r, spoken, text)]
        ranked = [
            *spoken,
            *(Ranked(self._fields[field_id], _NEAR) for field_id in near if field_id),
        ]
        if is_report or not any(r.end >= 0 and r.score >= SURE + _REACHABLE for r in spoken):
            ranked += self._sharing_words(text, types)
            ranked += self._key_fields(types, _KEY_OF_REPORT if is_report else _KEY)
        else:
            ranked += self._relations(types)
        if any(isinstance(f.target, Period) for f in found):
            ranked += self._dates(types, spoken)
        if not is_report:
            ranked += self._further(text, types, ranked)
        best: dict[str, Ranked] = {}
        for each in sorted(ranked, key=lambda r: (-r.score, r.field.id)):
            best.setdefault(each.field.id, each)
        return _marked_once([r for r in best.values() if r.score > 0][:most], said)

    def _with_units(
        self, said: Mapping[str, Strength], found: list[Found], types: Mapping[str, None]
    ) -> dict[str, Strength]:
        """What was said, and what the units of the question's numbers say besides.

        Where a class is asked for, its own fields are measured; of those that nobody spoke of, the main few.
        """
        units = {f.target.unit for f in found if isinstance(f.target, Quantity) and f.target.unit}
        measured = _classes(found) or types.keys()
        fields = [f for f in self._fields.values() if f.unit in units and f.types & measured]
        unsaid = [field for field in fields if field.id not in said][:_MOST_UNSAID]
        together = dict(said)
        for field in [*(f for f in fields if f.id in said), *unsaid]:
            before = together.get(field.id, Strength(0.0))
            together[field.id] = replace(before, score=before.score + _SAME_UNIT)
        return together

    def _foreseen(self, said: Mapping[str, Strength], found: list[Found]) -> dict[str, Strength]:
        """What was said, and where a forecast or a year to come is, each figure's projection just before the figure."""
        is_told = _FORECAST in said and said[_FORECAST].score >= SURE
        if not is_told and not any(_is_to_come(f) for f in found):
            return dict(said)
        projected = {f"{field_id}{_PROJECTION}": strength for field_id, strength in said.items()}
        likelier = {
            i: replace(strength, score=strength.score + _JUST_BEFORE)
            for i, strength in projected.items()
            if i in self._fields and (i not in said or said[i].score <= strength.score)
        }
        return {**said, **likelier}

    def _said(
        self, said: Mapping[str, Strength], types: Mapping[str, None], text: str
    ) -> Iterator[Ranked]:
        kinds = (self._fields[field_id].kind for field_id in said)
        reachable = set(types) | {k.split(":")[1] for k in kinds if k.startswith("entity:")}
        sure = (i for i, strength in said.items() if strength.score >= SURE)
        reachable |= {t for field_id in sure for t in NAMED_BY.get(field_id, ())}
        asked = {kind for pattern, kinds in _ASKING if pattern.search(text) for kind in kinds}
        for field_id, strength in said.items():
            field = self._fields[field_id]
            score = strength.score + _fit(field, types, reachable)
            yield Ranked(field, score + _ASKED_KIND * (field.kind in asked), strength.end)

    def _held(self, ranked: Ranked, strength: float, known: _Known) -> Ranked:
        """What is known of the things named: certain if one has the field, less likely if none of its kind does."""
        field = ranked.field
        carriers = [entity.id for entity in known.named if entity.type in field.types]
        holders = {i for i in carriers if self._has(i, field.id)}
        if holders:
            return replace(ranked, is_certain=strength >= _PLAINLY and bool(holders & known.whole))
        is_lacked = carriers and not field.types & known.classes
        return replace(ranked, score=ranked.score + _LACKS) if is_lacked else ranked

    def _sharing_words(self, text: str, types: Iterable[str]) -> Iterator[Ranked]:
        """What nobody says outright, but what has words of the text among its own."""
        for n, field_id in enumerate(self._overlap.fields(tokens(text), types)[:_MOST_SHARING]):
            yield Ranked(self._fields[field_id], _SHARES_WORDS - 0.01 * n)

    def _dates(self, types: Iterable[str], spoken: list[Ranked]) -> Iterator[Ranked]:
        """What a year may be of, where nobody says it: who won best director in 2010, who joined in 1978."""
        ids = dict.fromkeys(chain.from_iterable(_DATED.get(t, ()) for t in types))
        if not ids.keys() & {r.field.id for r in spoken if r.score > 0}:
            yield from (Ranked(self._fields[field_id], _KEY) for field_id in ids)

    def _further(
        self, text: str, types: Iterable[str], ranked: Iterable[Ranked]
    ) -> Iterator[Ranked]:
        """The nearest in words of what is not offered yet, last of all: the words may be an idiom that no cue knows."""
        offered = {each.field.id for each in ranked if each.score > 0}
        near = (i for i in self._overlap.fields(tokens(text), types) if i not in offered)
        yield from (Ranked(self._fields[field_id], _FURTHER) for field_id in islice(near, 1))

    def _relations(self, types: Iterable[str]) -> Iterator[Ranked]:
        """What leads from such things to others, which people leave unsaid."""
        for field_id in dict.fromkeys(chain.from_iterable(_LEADS_TO.get(t, ()) for t in types)):
            yield Ranked(self._fields[field_id], _KEY)

    def _key_fields(self, types: Mapping[str, None], base: float) -> Iterator[Ranked]:
        """What people mostly ask of such things, so that a report has its fields without naming them."""
        ids = chain.from_iterable(_KEY_FIELDS.get(t, self._by_type.get(t, ())) for t in types)
        for n, field_id in enumerate(dict.fromkeys(ids)):
            yield Ranked(self._fields[field_id], base - 0.01 * n)


def _is_size_of_another(size: Ranked, spoken: list[Ranked], text: str) -> bool:
    """Whether something else is asked to be big: how big is the GDP of Kenya asks for no area."""
    if size.end < 0 or not _HOW_BIG.search(text[: size.end]):
        return False
    measured = (r for r in spoken if r.field.kind == "number" and r.end > size.end)
    fitting = (r for r in measured if r.field.types & size.field.types and r.score >= SURE + _FITS)
    return any(not _PARTED.search(text[size.end : r.end]) for r in fitting)


def _is_to_come(found: Found) -> bool:
    """Whether it is a year that no figure of the facts can be of, only a projection."""
    if not isinstance(found.target, Period):
        return False
    year = found.target.text[:4]
    return year.isdigit() and int(year) > _LAST_REPORTED


def is_report_request(text: str) -> bool:
    """Whether a text asks for a report."""
    return bool(REPORT_WORDS.search(text))


def _types_in_question(found: list[Found], *, is_report: bool) -> dict[str, None]:
    """The types mentioned, classes first: a question about mountains in a country asks for mountains.

    A report is about what is named, whatever classes are mentioned on the way.
    """
    ordered = sorted(found, key=lambda f: isinstance(f.target, EntityClass) == is_report)
    targets = (f.target for f in ordered)
    return dict.fromkeys(t.type for t in targets if isinstance(t, Entity | EntityClass))


def _is_part(found: Found, text: str, ends: set[int]) -> bool:
    """Whether a name goes on with words that nobody knows: Hill | Valley, the Brandywine of the | Shire."""
    before = _NAME_BEFORE.search(text[: found.start])
    is_led = before is not None and before.end("name") not in ends
    return is_led or bool(_NAME_BEHIND.match(text[found.end :]))


def _classes(found: Iterable[Found]) -> set[str]:
    """The types of the classes mentioned."""
    return {f.target.type for f in found if isinstance(f.target, EntityClass)}


def _fit(field: Field, types: Mapping[str, None], reachable: set[str]) -> float:
    if not types:
        return 0.0
    if field.types & types.keys():
        return _FITS
    return _REACHABLE if field.types & reachable else _DOES_NOT_FIT


def _marked_once(ranked: list[Ranked], said: Mapping[str, Strength]) -> list[Ranked]:
    """The fields, those without a mark whose cue ends in the midst of a likelier one's (海 in 海拔)."""
    spans: list[tuple[int, int]] = []
    marked = []
    for each in ranked:
        is_inside = any(start < each.end < end for start, end in spans)
        marked.append(replace(each, end=-1) if is_inside else each)
        strength = said.get(each.field.id)
        if strength and each.end >= 0:
            spans.append((strength.start, strength.end))
    return marked
