"""Nobel prizes and laureates: `nobel:26`, `nobel:Albert Einstein`, `nobel:physics/1921`.

Rules from the Nobel Prize API, version 2.1: what is not known of a date is written as zeros (`1943-00-00`); what a
laureate lacks is left out. Fields are paths in native.toml; what belongs to a prize carries its year as the period.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, TypeAdapter

from tools.facts.fields import sections
from tools.facts.names import slug
from tools.sources.answers import Service, Unanswered, finding, nothing, or_failed
from tools.sources.bundled import entity as bundled
from tools.sources.countries import named
from tools.sources.matching import Option, one_of, ranked
from tools.sources.types import Candidate, Finding, Found
from tools.sources.values import Reading, Teller, number_reading, of_period, relation, scalar
from tools.sources.vocabulary import Native, Vocabulary
from tools.types import Entity, Fact, FieldRef, Reason
from tools.values.units import YEAR
from tools.web.types import Page, Web

API = "https://api.nobelprize.org/2.1"
SITE = "https://www.nobelprize.org"
_ID = re.compile(r"(?:nobel/)?(\d{1,6})")
_PRIZE = re.compile(r"(?:prize/)?([a-z -]+)[/ -]+(\d{4})", re.IGNORECASE)
_CATEGORIES = {
    "physics": ("phy", "physics"),
    "chemistry": ("che", "chemistry"),
    "medicine": ("med", "medicine"),
    "physiology or medicine": ("med", "medicine"),
    "literature": ("lit", "literature"),
    "peace": ("pea", "peace"),
    "economics": ("eco", "economic-sciences"),
    "economic sciences": ("eco", "economic-sciences"),
}
_PER_PRIZE = "nobelPrizes.*"
_MOST = "25"
_UNKNOWN_PARTS = re.compile(r"(?:-00)+$")


class _Words(BaseModel):
    en: str


class _Winner(BaseModel):
    id: str
    knownName: _Words | None = None  # noqa: N815 - as the API spells it
    fullName: _Words | None = None  # noqa: N815
    orgName: _Words | None = None  # noqa: N815

    @property
    def names(self) -> tuple[str, ...]:
        """What the laureate is called, the usual name first."""
        given = (self.knownName, self.orgName, self.fullName)
        return tuple(dict.fromkeys(words.en for words in given if words)) or (self.id,)


class _Prize(BaseModel):
    awardYear: str  # noqa: N815 - as the API spells it
    category: _Words


class _Laureate(_Winner):
    nobelPrizes: list[_Prize]  # noqa: N815 - as the API spells it


def _listed(told: Any) -> Any:
    """One thing comes as a list of one, or alone."""
    return [told] if isinstance(told, dict) else told


class _Laureates(BaseModel):
    laureates: list[_Winner]


_RAW = TypeAdapter(Annotated[list[dict[str, Any]], BeforeValidator(_listed)])
_LAUREATE = TypeAdapter(_Laureate)
_PRIZE_SHAPE = TypeAdapter(_Prize)
_WINNER = TypeAdapter(_Winner)
_LAUREATES = TypeAdapter(_Laureates)


@dataclass(frozen=True, slots=True)
class _Told:
    """A laureate or a prize as it came, and where people read about it; `year` is that of a prize."""

    entity: Entity
    raw: Mapping[str, Any]
    page: Page
    url: str
    year: str = ""


class Nobel:
    """The Nobel prizes and their laureates."""

    id = "nobel"
    name = "Nobel Prize"
    licence = "CC0 1.0"
    homepage = SITE

    def __init__(self, web: Web) -> None:
        self._service = Service(web, self.name)
        self._fields = Vocabulary(self.id)

    def fields(self, entity: str = "") -> tuple[FieldRef, ...]:
        """The fields of laureates and of prizes."""
        return self._fields.fields

    @or_failed
    def resolve(self, text: str, lang: str) -> tuple[Candidate, ...]:
        """The laureates whose name has these words in it."""
        return self._search(text)

    @or_failed
    def get(self, entity: str, field: str, period: str | None = None) -> Found:
        """A field of a laureate or of a prize; countries, prizes and laureates are a set again."""
        native = self._fields.meant(field)
        told = self._told(entity.strip())
        about = f"{native.label} of {told.entity.name}"
        facts = of_period(self._facts(told, native), period, about)
        if all(fact.value_id for fact in facts):
            return relation(facts, str(facts[0].value_id).partition("/")[0])
        return scalar(facts, is_joint=True)

    def check(self) -> Finding:
        """One prize."""
        return finding(self.id, self._look)

    def _look(self) -> str:
        raw, _ = self._one("nobelPrize/phy/1921", "physics/1921", is_fresh=True)
        prize = self._service.shaped(raw, _PRIZE_SHAPE)
        return f"answers: {prize.category.en} {prize.awardYear}"

    def _told(self, text: str) -> _Told:
        if number := _ID.fullmatch(text):
            return self._laureate(number[1])
        if prize := _PRIZE.fullmatch(text):
            return self._prize(_category(prize[1]), prize[2])
        chosen = one_of(text, self._search(text), self.name)
        return self._laureate(chosen.id.removeprefix(f"{self.id}:"))

    def _laureate(self, number: str) -> _Told:
        raw, page = self._one(f"laureate/{number}", number)
        laureate = self._service.shaped(raw, _LAUREATE)
        return _Told(self._subject(laureate), raw, page, f"{SITE}/laureate/{laureate.id}")

    def _prize(self, category: str, year: str) -> _Told:
        if category not in _CATEGORIES:
            known = ", ".join(_CATEGORIES)
            detail = f"there is no Nobel Prize in {category!r}; known: {known}"
            raise nothing(Reason.UNKNOWN_ENTITY, detail)
        short, folder = _CATEGORIES[category]
        raw, page = self._one(f"nobelPrize/{short}/{year}", f"{category}/{year}")
        prize = self._service.shaped(raw, _PRIZE_SHAPE)
        url = f"{SITE}/prizes/{folder}/{year}/summary/"
        return _Told(_prize_entity(prize), raw, page, url, prize.awardYear)

    def _one(
        self, path: str, name: str, *, is_fresh: bool = False
    ) -> tuple[Mapping[str, Any], Page]:
        try:
            told, page = self._service.json(f"{API}/{path}", {}, _RAW, is_fresh=is_fresh)
        except Unanswered as end:
            detail = f"the {self.name} API knows no {name!r}"
            raise self._service.missing(end.failed, Reason.UNKNOWN_ENTITY, detail) from end
        if not told:
            raise nothing(Reason.UNKNOWN_ENTITY, f"the {self.name} API knows no {name!r}")
        return told[0], page

    def _search(self, text: str) -> tuple[Candidate, ...]:
        params = {"name": text, "limit": _MOST}
        told, _ = self._service.json(f"{API}/laureates", params, _LAUREATES)
        return ranked(
            text,
            (Option(f"{self.id}:{winner.id}", winner.names) for winner in told.laureates),
            least=0.0,
        )

    def _subject(self, winner: _Winner) -> Entity:
        own = Entity(f"{self.id}:{winner.id}", winner.names[0], "laureate")
        return bundled(f"nobel/{winner.id}", "laureate") or own

    def _facts(self, told: _Told, native: Native) -> Iterator[Fact]:
        teller = Teller(self.name, self.licence, told.page)
        for path in native.names:
            for year, value in _values(told, path):
                reading = self._reading(native, value, year)
                origin = teller.source(told.url, native=path)
                yield teller.fact(told.entity, native.id, reading, origin)

    def _reading(self, native: Native, value: Any, year: str) -> Reading:
        if isinstance(value, dict):
            return self._pointing(value, year)
        kind = str(sections().get(native.id, {}).get("kind", "text"))
        text = str(value)
        if kind == "number" and isinstance(value, int | Decimal):
            return number_reading(Decimal(value), native.unit, year)
        if kind == "year" and text.isdigit():
            return Reading(text, Decimal(text), YEAR, year)
        if kind == "date":
            return Reading(_UNKNOWN_PARTS.sub("", text), period=year)
        country = named(text) if kind == "entity:country" else None
        return Reading(text, period=year, value_id=country.id if country else None)

    def _pointing(self, value: Mapping[str, Any], year: str) -> Reading:
        """A prize or a laureate that a field points to."""
        if "awardYear" in value:
            prize = _prize_entity(self._service.shaped(value, _PRIZE_SHAPE))
            return Reading(prize.name, period=year, value_id=prize.id)
        winner = self._subject(self._service.shaped(value, _WINNER))
        return Reading(winner.name, period=year, value_id=winner.id)


def _category(text: str) -> str:
    """The category in `physics`, `prize/physiology-or-medicine-` and `Nobel Prize in Physics`."""
    words = " ".join(text.lower().replace("-", " ").replace("/", " ").split())
    return (
        words.removeprefix("nobel ")
        .removeprefix("prize ")
        .removeprefix("in ")
        .removesuffix(" prize")
    )


def _prize_entity(prize: _Prize) -> Entity:
    category = prize.category.en
    entity_id = f"prize/{slug(category)}-{prize.awardYear}"
    own = Entity(entity_id, f"Nobel Prize in {category} {prize.awardYear}", "prize")
    return bundled(entity_id, "prize") or own


def _values(told: _Told, path: str) -> Iterator[tuple[str, Any]]:
    """Every value at a path with the year of the prize that it belongs to, empty for none."""
    if not path.startswith(_PER_PRIZE):
        yield from ((told.year, value) for value in _at(told.raw, path.split(".")))
        return
    rest = path.removeprefix(_PER_PRIZE).lstrip(".")
    for prize in told.raw.get("nobelPrizes", ()):
        year = str(prize["awardYear"])
        yield from ((year, value) for value in _at(prize, rest.split(".") if rest else []))


def _at(raw: Any, keys: list[str]) -> Iterator[Any]:
    """What stands at a path; nothing where the way ends before."""
    if not keys:
        if raw not in (None, ""):
            yield raw
    elif keys[0] == "*" and isinstance(raw, list):
        for part in raw:
            yield from _at(part, keys[1:])
    elif isinstance(raw, dict) and keys[0] in raw:
        yield from _at(raw[keys[0]], keys[1:])
