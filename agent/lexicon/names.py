"""Entities by name: aliases, their usual short forms, nicknames, demonyms, and Chinese names with one wrong character.

Where several things share a name, what the rest of the text speaks of decides, then how well known each is.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from agent.lexicon.forms import neighbouring, short_forms
from agent.lexicon.forms_zh import short_forms_zh
from agent.lexicon.listed import kinds_of_list
from agent.lexicon.plain import is_plain
from agent.lexicon.senses import (
    FILMS,
    NEVER,
    PERSONS,
    WELL_KNOWN,
    Sense,
    asked_places,
    of_that_kind,
    score_of,
)
from agent.lexicon.spans import Found, Reading
from agent.mentions import Mention, PhraseIndex, Token, fold
from tools.facts.store import FactStore
from tools.types import Entity

DEMONYMS_FILE = Path(__file__).with_name("demonyms.tsv")
NICKNAMES_FILE = Path(__file__).with_name("nicknames.tsv")
FURTHER_FILE = Path(__file__).with_name("further_names.tsv")
_CJK = re.compile(r"[一-鿿𠀀-𮯯]")
# 中美两国, 日韩之间: countries by one character each.
_TOGETHER = re.compile(r"[中美英法德日韩俄印意加澳]{2,5}(?=[两二三四五各]国|之间|两个国家|两地)")
_BY_CHARACTER = {
    "中": "CHN", "美": "USA", "英": "GBR", "法": "FRA", "德": "DEU", "日": "JPN", "韩": "KOR", "俄": "RUS",
    "印": "IND", "意": "ITA", "加": "CAN", "澳": "AUS",
}  # fmt: skip
_INSIDE = re.compile(r"\b(?:in|inside|within)\s+$", re.IGNORECASE)
_SHORTEST_SLIP, _LONGEST_SLIP = 4, 8
_NO_SLIPS = (
    "的了是在哪群"  # words of their own: 最大的沙漠 is no 大沙沙漠, 夏威夷群岛 no 夏威夷大岛
)
_NATIONS = {"country", "region"}
_SHORT_FORM = -1.0
_SURNAME = -3.0
_DEMONYM = -4.0


class NameIndex:
    """Finds entities in tokens; built once from the store's aliases."""

    def __init__(self, store: FactStore) -> None:
        self._store = store
        self._index: PhraseIndex[Sense] = PhraseIndex()
        self._slips: dict[str, str] = {}
        self._taken: dict[str, list[Sense]] = defaultdict(list)
        entities = {e.id: e for e in store.entities()}
        chinese: list[tuple[str, Entity]] = []
        for alias, entity_id, lang, weight in store.aliases():
            if len(alias) > 1 or _CJK.match(alias):
                self._index.add(alias, _sense(alias, entities[entity_id], weight))
                if entities[entity_id].type == "planet" and alias.isascii():
                    self._index.add(f"{alias}s", _sense(alias, entities[entity_id], weight))
                chinese += [(alias, entities[entity_id])] if lang == "zh" else []
        self._add_symbols(store)
        self._add_short_forms(store)
        chinese += self._add_nicknames(store)
        self._add_demonyms(store)
        self._add_short_forms_zh(store, chinese)
        self._add_slips(name for name, _ in chinese)

    def _add_short_forms(self, store: FactStore) -> None:
        """What people leave off names; where that is the name of something else, only a list tells what is meant."""
        names = {phrase for phrase, _ in self._index.phrases()}
        for entity in store.entities():
            for form in short_forms(entity):
                is_surname = entity.type in ("laureate", "astronaut") and " " not in form
                less = _SURNAME if is_surname else _SHORT_FORM
                sense = Sense(entity, store.weight(entity.id) + less)
                if entity.type in FILMS or fold(form) not in names:
                    self._index.add(form, sense)
                else:
                    self._taken[fold(form)].append(sense)

    def _add_symbols(self, store: FactStore) -> None:
        """What stands for elements in formulas, and the one organization that is called as one asks."""
        told = [(i, fact.value) for i, facts in store.index("symbol").items() for fact in facts]
        for entity_id, symbol in (*told, ("org/who", "WHO")):
            if (thing := store.entity(entity_id)) and len(symbol) > 1:
                self._index.add(symbol, Sense(thing, store.weight(thing.id), written=symbol))

    def _add_short_forms_zh(self, store: FactStore, chinese: list[tuple[str, Entity]]) -> None:
        """The same of Chinese names; an island may be called as its country is."""
        held: dict[str, set[str]] = defaultdict(set)
        for phrase, senses in self._index.phrases():
            held[phrase] = {sense.entity.type for sense in senses}
        for name, entity in chinese:
            for form in short_forms_zh(name, entity):
                others = held.get(" ".join(form), set())
                less = _SURNAME if entity.type in PERSONS else _SHORT_FORM
                sense = Sense(entity, store.weight(entity.id) + less)
                if not others or (entity.type == "island" and others <= _NATIONS):
                    self._index.add(form, sense)
                else:
                    self._taken[" ".join(form)].append(sense)

    def _add_nicknames(self, store: FactStore) -> Iterator[tuple[str, Entity]]:
        """What is said in place of a name: `the Land of the Rising Sun`, 枫叶之国; names the facts lack: 库马西.

        Gives the Chinese ones.
        """
        for file in (NICKNAMES_FILE, FURTHER_FILE):
            for thing, words in _told_of(store, file):
                for word in words:
                    self._index.add(word, Sense(thing, store.weight(thing.id)))
                    if _CJK.match(word):
                        yield word, thing

    def _add_demonyms(self, store: FactStore) -> None:
        """A people stands for its country, and for its country's market."""
        for place, words in _told_of(store, DEMONYMS_FILE):
            self._add_people(words, place, store.weight(place.id))

    def _add_people(self, words: Iterable[str], place: Entity, weight: float) -> None:
        sense = Sense(place, weight + _DEMONYM, is_demonym=True)
        for word in words:
            self._index.add(word, sense)
            self._index.add(f"{word}s", sense)

    def _add_slips(self, names: Iterable[str]) -> None:
        """Chinese names of four characters and more, with each inner character in turn left open."""
        for name in names:
            if len(name) >= _SHORTEST_SLIP and all(_CJK.match(c) for c in name):
                for i in range(1, len(name) - 1):
                    self._slips.setdefault(f"{name[:i]}?{name[i + 1 :]}", name)

    def words(self) -> dict[str, float]:
        """The words of the names, with 2 for those of well-known things, a half for others, 0 for films."""
        weights: dict[str, float] = defaultdict(float)
        for phrase, senses in self._index.phrases():
            kept = [s for s in senses if s.entity.type not in FILMS]
            weight = max((2.0 if s.weight >= WELL_KNOWN else 0.5 for s in kept), default=0.0)
            for word in phrase.split():
                weights[word] = max(weights[word], weight)
        return weights

    def find(self, reading: Reading) -> Iterator[Found]:
        """Every name in the text with the entity it most likely means."""
        words = list(reading.words)
        known = list(self._index.find(words))
        exact = [m for m in known if m.n_tokens > 1]
        listed = kinds_of_list(known, self._taken, reading)
        slips = (
            slip
            for slip in self._misspelt(words)
            if all(slip.end <= m.start or m.end <= slip.start for m in exact)
        )
        for mention in (*known, *slips):
            if found := self._chosen(mention, reading, listed.get(mention.first, frozenset())):
                yield found
        yield from self._by_character(reading.text)

    def _by_character(self, text: str) -> Iterator[Found]:
        for match in _TOGETHER.finditer(text):
            for at, character in enumerate(match[0], match.start()):
                if country := self._store.entity(f"country/{_BY_CHARACTER[character]}"):
                    yield Found(at, at + 1, "country", country.name, country)

    def clear_types(self, words: list[Token]) -> set[str]:
        """The types of names that can mean things of one type only."""
        found = (
            {sense.entity.type for sense in mention.meanings if not sense.written}
            for mention in self._index.find(words)
            if not all(is_plain(word) for word in mention.phrase.split())
        )
        return {next(iter(types)) for types in found if len(types) == 1}

    def _misspelt(self, words: list[Token]) -> Iterator[Mention[Sense]]:
        """Chinese names with one character wrong; the longest at each place."""
        is_chinese = [bool(_CJK.match(token.text)) for token in words]
        for i in range(len(words)):
            for n in range(_LONGEST_SLIP, _SHORTEST_SLIP - 1, -1):
                window = words[i : i + n]
                if len(window) < n or not all(is_chinese[i : i + n]):
                    continue
                if name := self._slip("".join(t.text for t in window)):
                    known = self._index.find([Token(c, 0, 0) for c in name])
                    senses = next((m.meanings for m in known if m.n_tokens == len(name)), ())
                    yield Mention(window[0].start, window[-1].end, n, name, senses, i)
                    break

    def _slip(self, said: str) -> str | None:
        inner = (i for i in range(1, len(said) - 1) if said[i] not in _NO_SLIPS)
        holes = (f"{said[:i]}?{said[i + 1 :]}" for i in inner)
        return next((self._slips[hole] for hole in holes if hole in self._slips), None)

    def _chosen(
        self, mention: Mention[Sense], reading: Reading, listed: frozenset[str]
    ) -> Found | None:
        beside = neighbouring(mention, reading)
        kinds = frozenset(beside) | listed
        known = (*mention.meanings, *self._shorter(mention, reading, is_listed=bool(listed)))
        senses = [s for s in known if s.entity.type in listed] or of_that_kind(known, reading)
        scored = [(score_of(sense, mention, reading, kinds), sense) for sense in senses]
        score, sense = max(scored, key=lambda pair: pair[0], default=(NEVER, None))
        if sense is None or score == NEVER:
            return None
        start, end = beside.get(sense.entity.type, (mention.start, mention.end))
        entity = sense.entity
        return Found(start, end, entity.type.replace("_", " "), entity.name, entity)

    def _shorter(
        self, mention: Mention[Sense], reading: Reading, *, is_listed: bool
    ) -> tuple[Sense, ...]:
        """What the phrase is short for though it is another's name: in a list, or where only such a thing is asked for."""
        shorter = tuple(self._taken.get(mention.phrase, ()))
        asked = asked_places({sense.entity.type for sense in shorter}, reading)
        is_inside = bool(_INSIDE.search(reading.text[: mention.start]))
        return shorter if is_listed or (asked and not is_inside) else ()


def _told_of(store: FactStore, path: Path) -> Iterator[tuple[Entity, list[str]]]:
    """The things of a table with the words for them; what is said of a country is said of its market too."""
    markets = {e.name: e for e in store.entities() if e.type == "region"}
    with path.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if thing := store.entity(row["entity"]):
                market = markets.get(thing.name) if thing.type == "country" else None
                yield from ((each, row["words"].split("|")) for each in (thing, market) if each)


def _sense(alias: str, entity: Entity, weight: float) -> Sense:
    is_part = " " not in alias.strip() and " " in entity.name
    is_surname = is_part and entity.type in PERSONS and not _CJK.search(alias)
    return Sense(entity, weight + _SURNAME * is_surname)
