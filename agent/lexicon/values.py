"""The words for values of text fields: hand-written ones, and the values of the facts as they stand.

A value is a pointer of its own because a text field has no entity to point to: female, Andes, Apollo 11,
Harvard University, absolute monarchy, Portuguese.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.lexicon.fields import SURE
from agent.lexicon.plain import is_plain
from agent.lexicon.spans import Found, Reading
from agent.mentions import Mention, PhraseIndex, tokens
from tools.facts.store import FactStore, Field
from tools.types import Text

VALUES_FILE = Path(__file__).parents[1] / "values.toml"
STATES_FILE = Path(__file__).with_name("states.tsv")
# Text fields whose values people name as they stand in the facts.
_SPOKEN = (
    "affiliation", "range", "archipelago", "flows_into", "outflow", "oscar_categories", "occupation", "missions",
    "industry", "sector", "currency", "government", "languages", "former_ruler", "birth_country", "birth_city",
    "death_city", "headquarters", "highest_point", "discoverer", "internet_domain", "natural_hazards",
    "natural_resources", "crops", "export_goods", "import_goods", "industries", "national_symbols", "oscar_winners",
)  # fmt: skip
_ASIDE = re.compile(r"\s*\((?P<aside>[^()]*)\)")
_SHORTEST = 4
# Words that mean something else unless such things are what the text speaks of most.
_ONLY_AMONG = {"nationality": ("astronaut",), "laureate_type": ("laureate", "prize")}
_AMOUNT_BEFORE = re.compile(r"[\d万亿千百十几两]\s?$")
_DOMAIN = "internet_domain"
_OF_FILMS = ("oscar_categories", "oscar_winners")
_HEADQUARTERS = "headquarters"
# Words that mean a country, a people, a metal, a colour or a crop unless the field is asked about.
_ONLY_WHERE_ASKED = (
    "languages", "former_ruler", "natural_hazards", "natural_resources", "crops", "export_goods", "import_goods",
    "industries", "national_symbols", "national_colours", "electoral_system", "map_region", "location",
    "legislature_structure", "dual_citizenship", "citizenship_by_birth", "trafficking_tier", "terrain",
    "environmental_agreements", "environmental_issues", "main_ethnic_group",
)  # fmt: skip
_ALWAYS = ("gender", "prize_category")
# Gas, soldiers and railways are a country's where the text speaks more of countries.
_NOT_OF_COUNTRIES = ("phase", "military_civilian", "occupation", "industry", "sector")
# Where these are plausible at all, no name is meant.
_SETTLED = (
    "languages", "nationality", "gender", "phase", "military_civilian", "occupation", "laureate_type",
)  # fmt: skip
_SETTLED_WHERE_ASKED = (
    "flows_into", _HEADQUARTERS, "natural_hazards", "natural_resources", "crops", "export_goods", "industries",
    "national_symbols", "national_colours", "map_region", "location",
)  # fmt: skip
_SOME, _SAYS = 0.6, 2.0
# Who exports coffee is asked about export goods, who grows it about crops.
_AMOUNT_OF = {"export_goods": "exports", "import_goods": "imports"}
_LEAST = {"crops": 0.7}


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a text field; `is_said` where the word for it is hand-written."""

    field: str
    text: str
    is_said: bool


@dataclass(frozen=True, slots=True)
class FoundValue:
    """A value in a text, the field it belongs to, and whether it goes before names in the same place."""

    field: str
    found: Found
    is_settled: bool


class ValueIndex:
    """Finds values in tokens; built once from the store and the table of words."""

    def __init__(self, store: FactStore, fields: Mapping[str, Field]) -> None:
        self._fields = fields
        self._index: PhraseIndex[Value] = PhraseIndex(stemmed=True)
        self._words: set[str] = set()
        for field_id, values in tomllib.loads(VALUES_FILE.read_text("utf-8")).items():
            for value, said in values.items() if field_id in fields else ():
                for phrase in said.split("|"):
                    self._index.add(phrase, Value(field_id, value, is_said=True))
                    self._words.update(token.text for token in tokens(phrase))
        for field_id in _SPOKEN:
            facts = (fact for group in store.index(field_id).values() for fact in group)
            for text in {fact.value for fact in facts if fact.value_id is None}:
                for form in filter(_has_words, _forms(text)):
                    self._index.add(form, Value(field_id, text, is_said=False))
        self._add_states()

    def _add_states(self) -> None:
        """What stands behind a company's city: Texas in `Austin, Texas`; in English, Georgia is a country."""
        with STATES_FILE.open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                for word in row["words"].split("|"):
                    self._index.add(word, Value(_HEADQUARTERS, row["state"], is_said=True))

    def words(self) -> dict[str, float]:
        """The words of hand-written phrases, which may be meant where a text is misspelt."""
        return dict.fromkeys(self._words, 1.5)

    def find(self, reading: Reading, asked: Mapping[str, float]) -> Iterator[FoundValue]:
        """Every value in the text with its field; `asked` says how much speaks for each field."""
        for mention in self._index.find(list(reading.words)):
            fitting = [
                v
                for v in mention.meanings
                if _is_plausible(v, mention, reading, asked, self._fields[v.field].types)
            ]
            if fitting:
                best = max(fitting, key=lambda v: self._rank(v, reading, asked))
                kind = f"value {self._fields[best.field].en.lower()}"
                found = Found(mention.start, mention.end, kind, best.text, Text(best.text))
                is_asked = asked.get(best.field, 0) >= SURE or (
                    best.field == _HEADQUARTERS and reading.speaks_most_of("company")
                )
                is_settled = best.field in _SETTLED or (
                    best.field in _SETTLED_WHERE_ASKED and best.is_said and is_asked
                )
                yield FoundValue(best.field, found, is_settled)

    def _rank(
        self, value: Value, reading: Reading, asked: Mapping[str, float]
    ) -> tuple[float, bool]:
        types = self._fields[value.field].types
        vote = max((reading.vote(t) for t in types), default=0.0)
        return (asked.get(value.field, 0.0) + vote, value.is_said)


def _forms(text: str) -> Iterator[str]:
    """A value and its usual short forms: without what stands in brackets, and that alone; a city without its state."""
    if text[:1] == "." and text[1:].isalpha():
        yield text
    if len(text) < _SHORTEST or text[:1].isdigit():
        return
    yield text
    bare = _ASIDE.sub("", text)
    if bare != text and len(bare) >= _SHORTEST:
        yield bare
        yield from (
            aside for aside in _ASIDE.findall(text) if aside.isupper() or aside == "Caltech"
        )
    city, comma, _ = text.partition(", ")
    if comma and len(city) >= _SHORTEST:
        yield city


def _has_words(form: str) -> bool:
    """Whether more than digits is left of a form in the letters that we read: not of ЭП-1."""
    return not all(token.text.isdigit() for token in tokens(form)) or form[:1] == "."


def _is_plausible(
    value: Value,
    mention: Mention[Value],
    reading: Reading,
    asked: Mapping[str, float],
    types: Iterable[str],
) -> bool:
    """Whether the words can mean the value here."""
    is_asked = asked.get(value.field, 0.0)
    if value.field == "nationality" and "astronaut" in reading.classes:
        return True
    if value.field in _OF_FILMS and not reading.about_films and is_asked < SURE:
        return False
    if value.field == "oscar_winners" and (mention.n_tokens < 2 or not reading.about_films):
        return False
    if among := _ONLY_AMONG.get(value.field):
        others = max((v for t, v in reading.votes.items() if t not in among), default=0.0)
        by_itself = is_asked / _SAYS if "organization" in reading.classes else 0.0
        return max(reading.vote(t) for t in among) - by_itself > max(_SOME, others)
    if value.field in _ONLY_WHERE_ASKED:
        with_its_amount = asked.get(_AMOUNT_OF.get(value.field, ""), 0.0)
        return max(is_asked, with_its_amount) >= _LEAST.get(value.field, SURE)
    if value.field == "currency" and not _may_be_currency(mention, reading):
        return False
    own = max((reading.vote(t) for t in types), default=0.0)
    if value.field in _NOT_OF_COUNTRIES and reading.vote("country") > max(_SOME, own):
        return False
    if value.is_said:
        return is_asked > 0 or value.field in _ALWAYS or own > 0
    said = reading.text[mention.start : mention.end]
    if value.field == _DOMAIN:
        return said.lower() == value.text and not reading.text[: mention.start][-1:].isalnum()
    is_everyday = all(is_plain(word) for word in mention.phrase.split())
    return is_asked > 0 or not is_everyday or (said[:1].isupper() and mention.n_tokens > 1)


def _may_be_currency(mention: Mention[Value], reading: Reading) -> bool:
    """Whether countries are asked for by their money, and the money is no amount's unit."""
    is_unit = bool(_AMOUNT_BEFORE.search(reading.text[: mention.start]))
    return "country" in reading.classes and not is_unit
