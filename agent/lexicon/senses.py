"""Which of the things that share a name is meant, and whether a word is a name here at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from agent.lexicon.plain import GRAMMAR, is_plain
from agent.lexicon.spans import Reading
from agent.mentions import Mention
from tools.types import Entity

WELL_KNOWN = 6.0
FILMS = ("film", "film_person")
_STAR, _LONG_TITLE = 1.0, 5
_STOPS = (".", "?", "!", ":", ";")
_SHORT_FOR = frozenset({"pt", "mt", "no", "co", "la"})  # boiling pt, mt everest
PERSONS = ("laureate", "astronaut", "film_person")
NEVER = float("-inf")
_CJK = re.compile(r"[一-鿿𠀀-𮯯]")
_PRIOR = {"country": 15.0, "planet": 3.0, "element": 2.0, "region": -2.0, "organization": -1.0}
# Types whose names may be everyday words in lower case (gold, earth, target), where the text speaks of them.
_WORDLIKE = frozenset({"element", "planet", "company", "moon", "region"})
_NATURAL = frozenset({"river", "lake", "mountain", "sea", "desert"})
_PARTED = re.compile(r"[a-z]-$")
_AWARDS = ("oscar", "the oscar", "oscars", "the oscars")  # a film of 1966 is called so
_CLOSED_TYPES = frozenset({"country", "element", "planet", "region"})
_VOTE_WEIGHT, _ADJACENT = 10.0, 12.0
_SOME, _TELLING_VOTE = 0.5, 1.0
_COMMON_NOUN = -4.0  # mercury beside gold, in a text that writes names with capitals
_TELLING_CHARS = 4
# Characters that make another word of an element's: 金融, 基金, 铁路, 锡兰.
_WORDS_WITH_ELEMENTS = {
    "金": ("小基资现奖黄白佣租罚押合五税美本赏定奠薪千募", "融属额字钱币牌黄星球色砖价门庸卡奖店刚沙斯边马国人"),
    "银": ("水白", "行河牌幕"), "铜": ("", "牌"), "铁": ("地钢高", "路道轨人塔幕皮"), "锡": ("无", "兰伯林金"), "铅": ("", "笔球"),
    "碳": ("低", "排中足水酸化积交税汇达信"), "硫": ("", "酸化"), "氧": ("", "化气"), "氢": ("", "气化能燃动车"), "氮": ("", "气"), "硅": ("", "谷"),
    "磷": ("", "酸"), "铝": ("", "合"), "钙": ("", "片"), "汞": ("", ""), "钠": ("", ""), "氯": ("", "气化"), "氦": ("", "气"), "锂": ("", "电"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing that a phrase may mean; `weight` is how likely that is by itself.

    A name that is `written` one way only means nothing where it is written otherwise: Fe, WHO.
    """

    entity: Entity
    weight: float
    is_demonym: bool = False
    written: str = ""


def of_that_kind(senses: tuple[Sense, ...], reading: Reading) -> list[Sense]:
    """Of a country and its market or island the one that has what is asked; beside a country no surname."""
    names = [sense for sense in senses if not sense.is_demonym]
    types = {sense.entity.type for sense in names or senses}
    is_island = "island" in reading.carriers and "country" not in reading.carriers
    if {"country", "island"} <= types and is_island:
        return [s for s in senses if s.entity.type not in ("country", "region")]
    if "country" in types and (asked := asked_places(types, reading)):
        return [s for s in senses if s.entity.type in asked]
    if "country" not in types:
        return _body_asked(senses, types, reading)
    is_market = reading.vote("region") > max(_SOME, reading.vote("country"))
    wrong = "country" if is_market and "region" in types else "region"
    return [s for s in senses if s.entity.type not in (wrong, *PERSONS)]


def _body_asked(senses: tuple[Sense, ...], types: set[str], reading: Reading) -> list[Sense]:
    """Of an organization that won a Nobel Prize the laureate, where the text speaks of prizes more than of members."""
    if not {"laureate", "organization"} <= types:
        return list(senses)
    for_prizes = reading.vote("laureate") + reading.vote("prize")
    is_laureate = for_prizes > _SOME + reading.vote("organization") + reading.vote("country")
    wrong = "organization" if is_laureate else "laureate"
    return [sense for sense in senses if sense.entity.type != wrong]


def asked_places(types: Iterable[str], reading: Reading) -> frozenset[str]:
    """Of these types the kinds of places that alone have what is asked: how long the Niger is, how deep Victoria."""
    if reading.classes or "country" in reading.carriers:
        return frozenset()
    told = (t for t in types if t in reading.carriers or reading.vote(t) >= _SOME)
    asked = frozenset(told) & _NATURAL
    others = max((reading.vote(t) for t in ("country", "city")), default=0.0)
    return frozenset(t for t in asked if reading.vote(t) > 2 * others)


def score_of(
    sense: Sense, mention: Mention[Sense], reading: Reading, kinds_beside: frozenset[str]
) -> float:
    """How likely the sense is meant here; -inf where it cannot be."""
    entity_type = sense.entity.type
    is_named = entity_type in kinds_beside
    if not (is_named and not sense.written) and not _is_plausible(sense, mention, reading):
        return NEVER
    votes = _VOTE_WEIGHT * reading.vote(entity_type) + _ADJACENT * is_named
    said = reading.text[mention.start : mention.end]
    is_common = entity_type == "planet" and said.islower() and not reading.is_lower
    return sense.weight + votes + _PRIOR.get(entity_type, 0.0) + _COMMON_NOUN * is_common


def _is_plausible(sense: Sense, mention: Mention[Sense], reading: Reading) -> bool:
    said = reading.text[mention.start : mention.end]
    entity_type = sense.entity.type
    if sense.written:
        return _is_as_written(sense, mention, reading)
    if entity_type in FILMS and not _may_be_film(sense, mention, reading):
        return False
    if _CJK.search(said):
        is_element = entity_type == "element" and reading.vote("element") > 0
        return mention.n_tokens > 1 or (is_element and _stands_alone(mention, reading.text))
    if mention.n_tokens > 1:
        is_everyday = all(is_plain(word) for word in mention.phrase.split())
        return not is_everyday or _is_capitalised(said) or reading.vote(entity_type) > 0
    return _is_plausible_word(sense, mention, reading, said)


def _is_as_written(sense: Sense, mention: Mention[Sense], reading: Reading) -> bool:
    """Whether a symbol is written as it should be where such things are spoken of, or a text without capitals asks for them."""
    said, word = reading.text[mention.start : mention.end], mention.phrase
    vote = reading.vote(sense.entity.type)
    if reading.is_lower:
        return vote >= _TELLING_VOTE and word not in GRAMMAR | _SHORT_FOR and not is_plain(word)
    is_opening = is_plain(word) and _is_opening(mention, reading)
    return said == sense.written and vote > 0 and not is_opening


def _is_plausible_word(sense: Sense, mention: Mention[Sense], reading: Reading, said: str) -> bool:
    """One Latin word: capitals, an uncommon word, or a text that speaks of such things."""
    word, entity_type = mention.phrase, sense.entity.type
    if word in GRAMMAR:
        return word == "us" and (said == "US" or _is_country_us(mention, reading))
    is_open = entity_type not in _CLOSED_TYPES
    if len(word) < 2 or (is_open and said.islower() and _is_tail(mention, reading)):
        return False
    if entity_type == "element" and said.islower() and _is_fuel(reading):
        return False
    is_wordlike = is_plain(word)
    if is_wordlike and entity_type in FILMS:
        return said[0].isupper() and mention.first > 0
    is_opening = _is_opening(mention, reading)
    if said[0].isupper() and not (is_opening and is_wordlike):
        is_io = entity_type == "moon" and reading.vote("moon") > 0
        return len(said) > 2 or said.isupper() or is_io
    if is_wordlike:
        return entity_type in _WORDLIKE and reading.vote(entity_type) > 0
    if sense.weight < WELL_KNOWN and not (reading.is_lower or reading.vote(entity_type) > 0):
        return False
    return (
        len(said) > 3
        or (entity_type in _CLOSED_TYPES and reading.is_lower)
        or reading.vote(entity_type) > 0
    )


def _is_opening(mention: Mention[Sense], reading: Reading) -> bool:
    """Whether a sentence begins here, which a capital may only tell."""
    before = mention.start - 1
    return mention.first == 0 or reading.text[:before].rstrip()[-1:] in _STOPS


def _is_fuel(reading: Reading) -> bool:
    """Whether the text speaks of countries, markets or companies alone: hydrogen cars, carbon credits."""
    others = max(reading.vote(t) for t in ("country", "region", "company"))
    return "element" not in reading.classes and reading.vote("element") <= _SOME < others


def _is_tail(mention: Mention[Sense], reading: Reading) -> bool:
    """Whether the word ends one that is written with a hyphen: grown-ups are no parcels."""
    return bool(_PARTED.search(reading.text[: mention.start]))


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
        return mention.phrase not in _AWARDS
    if _CJK.match(mention.phrase) and mention.n_tokens >= _TELLING_CHARS:
        return reading.vote("film") > 0
    around = reading.text[max(0, mention.start - 1) : mention.end + 1]
    if around[:1] in '《"“‘「' and around[-1:] in '》"”’」':
        return sense.entity.type == "film"
    is_whole = mention.n_tokens > 1 and mention.phrase.count(" ") == sense.entity.name.count(" ")
    is_long = sense.entity.type == "film" and mention.n_tokens >= _LONG_TITLE
    is_telling = is_long or not all(is_plain(word) for word in mention.phrase.split())
    if sense.entity.type == "film_person" and not is_whole:
        return is_telling and reading.vote("film_person") >= _SOME and sense.weight >= _STAR
    said = reading.text[mention.start : mention.end]
    return is_whole and is_telling and (sense.entity.type == "film_person" or _is_capitalised(said))


def _is_capitalised(said: str) -> bool:
    words = re.findall(r"[^\W\d_]+", said)
    telling = [w for w in words if w.lower() not in GRAMMAR] or words
    return all(w[0].isupper() for w in telling)
