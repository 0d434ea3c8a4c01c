"""Entities by name: aliases, their usual short forms, demonyms, and Chinese names with one wrong character.

Where several things share a name, what the rest of the text speaks of decides, then how well known each is.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.lexicon.plain import GRAMMAR, is_plain
from agent.lexicon.spans import Found, Reading
from agent.mentions import Mention, PhraseIndex, Token, fold, stem
from tools.facts.store import FactStore
from tools.types import Entity

DEMONYMS_FILE = Path(__file__).with_name("demonyms.tsv")
WELL_KNOWN = 6.0
_CJK = re.compile(r"[一-鿿𠀀-𮯯]")
_FILMS = ("film", "film_person")
_PERSONS = ("laureate", "astronaut", "film_person")
_PRIOR = {"country": 15.0, "planet": 3.0, "element": 2.0, "region": -2.0, "organization": -1.0}
# Types whose names may be everyday words in lower case (gold, earth, target), where the text speaks of them.
_WORDLIKE = frozenset({"element", "planet", "company", "moon", "region"})
_CLOSED_TYPES = frozenset({"country", "element", "planet", "region"})
_GENERIC = {
    "river": ("river", "stream"),
    "lake": ("lake",),
    "mountain": ("mount", "mt", "mountain", "peak", "volcano"),
    "sea": ("sea", "ocean"),
    "desert": ("desert",),
    "island": ("island", "isle"),
    "city": ("city", "town"),
    "planet": ("planet",),
    "moon": ("moon",),
    "element": ("element", "metal"),
    "film": ("film", "movie", "picture"),
    "company": ("company", "corporation", "corp", "inc"),
    "film_person": ("actor", "actress"),
    "astronaut": ("astronaut", "cosmonaut"),
}
_PLACES = ("river", "lake", "mountain", "sea", "desert", "island")
_PLACE_WORDS = frozenset(word for place in _PLACES for word in _GENERIC[place])
_GENERIC_ZH = {
    "company": ("公司", "集团"),
    "element": ("元素",),
    "planet": ("行星",),
    "film": ("电影", "影片"),
    "city": ("市",),
    "river": ("河", "江"),
    "lake": ("湖",),
    "island": ("岛",),
    "mountain": ("山", "峰"),
    "desert": ("沙漠",),
}
_SHORTEST_SLIP, _LONGEST_SLIP = 4, 8
_SHORT_FORM = -1.0
_SURNAME = -3.0
_DEMONYM = -4.0
_VOTE_WEIGHT = 10.0
_ADJACENT = 12.0
_SOME = 0.5
_NEVER = float("-inf")
# Characters that make another word of an element's: 金融, 基金, 铁路, 锡兰.
_WORDS_WITH_ELEMENTS = {
    "金": ("基资现奖黄白佣租罚押合五税美本赏定奠薪千募", "融属额字钱币牌黄星球色砖价门庸卡奖店刚沙斯边马国"),
    "银": ("水白", "行河牌幕"), "铜": ("", "牌"), "铁": ("地钢高", "路道轨人塔幕"), "锡": ("无", "兰伯林金"), "铅": ("", "笔球"),
    "碳": ("低", "排中足水酸化"), "硫": ("", "酸化"), "氧": ("", "化气"), "氢": ("", "气化能"), "氮": ("", "气"), "硅": ("", "谷"),
    "磷": ("", "酸"), "铝": ("", "合"), "钙": ("", "片"), "汞": ("", ""), "钠": ("", ""), "氯": ("", "气化"), "氦": ("", "气"),
}  # fmt: skip
_AFTER_WORD = "和与跟及或比是的在有、呢吗熔沸密原电常由被谁多更最"


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing that a phrase may mean; `weight` is how likely that is by itself."""

    entity: Entity
    weight: float
    is_demonym: bool = False


class NameIndex:
    """Finds entities in tokens; built once from the store's aliases."""

    def __init__(self, store: FactStore) -> None:
        self._index: PhraseIndex[Sense] = PhraseIndex()
        self._slips: dict[str, str] = {}
        entities = {e.id: e for e in store.entities()}
        chinese = []
        for alias, entity_id, lang, weight in store.aliases():
            if len(alias) > 1 or _CJK.match(alias):
                self._index.add(alias, _sense(alias, entities[entity_id], weight))
                chinese += [alias] if lang == "zh" else []
        taken = {phrase for phrase, _ in self._index.phrases()}
        for entity in entities.values():
            for form in _short_forms(entity):
                if entity.type in _FILMS or fold(form) not in taken:
                    self._index.add(form, Sense(entity, store.weight(entity.id) + _SHORT_FORM))
        self._add_demonyms(store)
        self._add_slips(chinese)

    def _add_demonyms(self, store: FactStore) -> None:
        with DEMONYMS_FILE.open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                if country := store.entity(row["country"]):
                    sense = Sense(country, store.weight(country.id) + _DEMONYM, is_demonym=True)
                    for word in row["words"].split("|"):
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
            kept = [s for s in senses if s.entity.type not in _FILMS]
            weight = max((2.0 if s.weight >= WELL_KNOWN else 0.5 for s in kept), default=0.0)
            for word in phrase.split():
                weights[word] = max(weights[word], weight)
        return weights

    def find(self, reading: Reading) -> Iterator[Found]:
        """Every name in the text with the entity it most likely means."""
        words = list(reading.words)
        exact = [m for m in self._index.find(words) if m.n_tokens > 1]
        slips = (
            slip
            for slip in self._misspelt(words)
            if all(slip.end <= m.start or m.end <= slip.start for m in exact)
        )
        for mention in (*self._index.find(words), *slips):
            if found := self._chosen(mention, reading):
                yield found

    def clear_types(self, words: list[Token]) -> set[str]:
        """The types of names that can mean things of one type only."""
        found = (
            {sense.entity.type for sense in mention.meanings}
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
        holes = (f"{said[:i]}?{said[i + 1 :]}" for i in range(1, len(said) - 1))
        return next((self._slips[hole] for hole in holes if hole in self._slips), None)

    def _chosen(self, mention: Mention[Sense], reading: Reading) -> Found | None:
        generic = _neighbouring(mention, reading)
        senses = _of_that_kind(mention.meanings, reading)
        scored = [(_score(sense, mention, reading, generic), sense) for sense in senses]
        score, sense = max(scored, key=lambda pair: pair[0], default=(_NEVER, None))
        if sense is None or score == _NEVER:
            return None
        start, end = generic.get(sense.entity.type, (mention.start, mention.end))
        entity = sense.entity
        return Found(start, end, entity.type.replace("_", " "), entity.name, entity)


def _of_that_kind(senses: tuple[Sense, ...], reading: Reading) -> list[Sense]:
    """Of a country and its market the one that the text speaks of; beside a country no surname."""
    types = {sense.entity.type for sense in senses if not sense.is_demonym}
    if "country" not in types:
        return list(senses)
    is_market = reading.vote("region") > max(_SOME, reading.vote("country"))
    wrong = "country" if is_market and "region" in types else "region"
    return [s for s in senses if s.entity.type not in (wrong, *_PERSONS)]


def _sense(alias: str, entity: Entity, weight: float) -> Sense:
    is_part = " " not in alias.strip() and " " in entity.name
    is_surname = is_part and entity.type in _PERSONS and not _CJK.search(alias)
    return Sense(entity, weight + _SURNAME * is_surname)


def _short_forms(entity: Entity) -> Iterator[str]:
    """What people leave off: `the`, `Mount`, a film's series, an actor's first name."""
    name = entity.name
    bare = re.sub(r"^(?:The|A|An) ", "", name)
    if bare != name:
        yield bare
    if entity.type == "film" and ": " in name:
        yield from (part for part in name.split(": ") if len(part) > 9)
    if entity.type == "film_person" and " " in name:
        yield name.rpartition(" ")[2]
    if (
        entity.type == "company"
        and len(first := name.split()[0]) > 4
        and not is_plain(first.lower())
    ):
        yield first
    if entity.type in _PLACES:
        yield from (form for form in _bare_places(name.split()) if not is_plain(form.lower()))


def _bare_places(words: list[str]) -> Iterator[str]:
    """A place's name without the word for its kind."""
    if len(words) > 1 and stem(words[-1].lower()) in _PLACE_WORDS:
        yield " ".join(words[:-1])
    if len(words) > 1 and words[0].lower().rstrip(".") in _PLACE_WORDS and words[1] != "of":
        yield " ".join(words[1:])


def _neighbouring(mention: Mention[Sense], reading: Reading) -> dict[str, tuple[int, int]]:
    """Types that the word just before or after names (`the Danube river`), with the span that takes it in."""
    words, last = reading.words, mention.first + mention.n_tokens
    spans: dict[str, tuple[int, int]] = {}
    before = stem(words[mention.first - 1].text) if mention.first else ""
    after = stem(words[last].text) if last < len(words) else ""
    for entity_type, generic in _GENERIC.items():
        if before in generic and before != "picture":
            spans[entity_type] = (words[mention.first - 1].start, mention.end)
        if after in generic and words[last].text == after:
            spans[entity_type] = (mention.start, words[last].end)
    for entity_type, endings in _GENERIC_ZH.items():
        for ending in endings:
            if reading.text.startswith(ending, mention.end):
                spans[entity_type] = (mention.start, mention.end + len(ending))
    return spans


def _score(
    sense: Sense, mention: Mention[Sense], reading: Reading, generic: dict[str, tuple[int, int]]
) -> float:
    """How likely the sense is meant here; -inf where it cannot be."""
    entity_type = sense.entity.type
    is_named = entity_type in generic
    if not is_named and not _is_plausible(sense, mention, reading):
        return _NEVER
    votes = _VOTE_WEIGHT * reading.vote(entity_type) + _ADJACENT * is_named
    return sense.weight + votes + _PRIOR.get(entity_type, 0.0)


def _is_plausible(sense: Sense, mention: Mention[Sense], reading: Reading) -> bool:
    said = reading.text[mention.start : mention.end]
    entity_type = sense.entity.type
    if entity_type in _FILMS and not _may_be_film(sense, mention, reading):
        return False
    if _CJK.search(said):
        is_element = entity_type == "element" and reading.vote("element") > 0
        return mention.n_tokens > 1 or (is_element and _stands_alone(mention, reading.text))
    if mention.n_tokens > 1:
        is_everyday = all(is_plain(word) for word in mention.phrase.split())
        return not is_everyday or _is_capitalised(said) or reading.vote(entity_type) > 0
    return _is_plausible_word(sense, mention, reading, said)


def _is_plausible_word(sense: Sense, mention: Mention[Sense], reading: Reading, said: str) -> bool:
    """One Latin word: capitals, an uncommon word, or a text that speaks of such things."""
    word, entity_type = mention.phrase, sense.entity.type
    if word in GRAMMAR:
        return word == "us" and (said == "US" or _is_country_us(mention, reading))
    if len(word) < 2:
        return False
    is_wordlike = is_plain(word)
    if is_wordlike and entity_type in _FILMS:
        return said[0].isupper() and mention.first > 0
    is_opening = mention.first == 0 or reading.words[mention.first - 1].text in (".", "?", "!")
    if said[0].isupper() and not (is_opening and is_wordlike):
        return len(said) > 2 or said.isupper()
    if is_wordlike:
        return entity_type in _WORDLIKE and reading.vote(entity_type) > 0
    if sense.weight < WELL_KNOWN and not (reading.is_lower or reading.vote(entity_type) > 0):
        return False
    return (
        len(said) > 3
        or (entity_type in _CLOSED_TYPES and reading.is_lower)
        or reading.vote(entity_type) > 0
    )


def _stands_alone(mention: Mention[Sense], text: str) -> bool:
    """Whether a single character is a word of its own: 金的熔点, 铁和铜, not 金融, 基金 or 锡兰."""
    before, after = text[: mention.start][-1:], text[mention.end :][:1]
    led, followed = _WORDS_WITH_ELEMENTS.get(mention.phrase, ("", ""))
    return not (before and before in led) and not (after and after in followed)


def _is_country_us(mention: Mention[Sense], reading: Reading) -> bool:
    """`the us`, `us inflation`: a country only where an article or the opening says so."""
    before = reading.words[mention.first - 1].text if mention.first else "the"
    return reading.is_lower and before == "the"


def _may_be_film(sense: Sense, mention: Mention[Sense], reading: Reading) -> bool:
    """Films and their people need a text about films, a title in quotes, or a full and telling name."""
    if reading.about_films:
        return True
    around = reading.text[max(0, mention.start - 1) : mention.end + 1]
    if around[:1] in '《"“‘「' and around[-1:] in '》"”’」':
        return sense.entity.type == "film"
    is_whole = mention.n_tokens > 1 and mention.phrase.count(" ") == sense.entity.name.count(" ")
    is_telling = not all(is_plain(word) for word in mention.phrase.split())
    said = reading.text[mention.start : mention.end]
    return is_whole and is_telling and (sense.entity.type == "film_person" or _is_capitalised(said))


def _is_capitalised(said: str) -> bool:
    words = re.findall(r"[^\W\d_]+", said)
    telling = [w for w in words if w.lower() not in GRAMMAR] or words
    return all(w[0].isupper() for w in telling)
