"""What people leave off names, and the words for kinds that they put beside them (`the Danube river`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeVar

from agent.lexicon.plain import is_plain
from agent.lexicon.senses import PERSONS
from agent.lexicon.spans import Reading
from agent.mentions import Mention, stem
from tools.types import Entity

T = TypeVar("T")
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
# The words for kinds in other tongues, which people leave off only before a name that tells enough: Rio | Putumayo.
_FOREIGN_PLACE_WORDS = re.compile(
    r"cerro|monte|mont|pic|pico|nevado|pik|peak|gora|puncak|gunung|bukit|jabal|jebel|djebel|volcan|r[ií]o|ozero|lago"
    r"|laguna|lac|loch|lough|danau|presa|represa|ilha|isla|île|ko|pulau"
)
_TELLING_NAME = 7
_SHORTEST_SURNAME = 4
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
_SHORTEST_PART = 9
_ARTICLE = re.compile("(?:The|A) ")
_NUMBERS = {"II": ("2", "Two"), "III": ("3", "Three"), "Two": ("2", "II"), "2": ("2", "Two")}
_NUMBERED = re.compile(r"(?:The )?(?P<title>.+?),?:? (?:Part )?(?P<number>II|III|Two|2)")
_SPELT = {"Organization": "Organisation", "Labor": "Labour", "Center": "Centre"}
_REACH = re.compile(r"^(?:International|World|United Nations) ")
_NO_NAME = re.compile(r"(?:[A-Z]\.-?)+|[A-Z]|Sir|Lord|Dame|Jr\.?|Sr\.?|I{2,3}|['(].*")
_PARTICLES = frozenset({"von", "van", "de", "der", "den", "del", "di", "da", "du", "la", "le", "y", "bin", "al", "of", "and", "for", "on", "the", "'t", "d'"})  # fmt: skip
_BODY = re.compile(
    r"\b(?:Agency|Bureau|Committee|Council|Organi[sz]ation|Programme|Quartet|Fund|Institute|Campaign|Bank|Cent(?:er|re)|Landmines)\b"
)
# What people called so are mostly called, and other ways to write it.
_CALLED = {
    "Aleksandr": "Alexander", "Aleksei": "Alexei", "Aleksey": "Alexei", "Alexander": "Alex", "Anatoli": "Anatoly", "Andrei": "Andrey", "Andrew": "Andy",
    "Anthony": "Tony", "Barbara": "Barb", "Benjamin": "Ben", "Catherine": "Cathy|Kate", "Charles": "Charlie|Chuck", "Christopher": "Chris",
    "Daniel": "Dan|Danny", "David": "Dave", "Dmitri": "Dmitry", "Donald": "Don", "Douglas": "Doug", "Edward": "Ed|Eddie|Ted", "Edwin": "Ed",
    "Elizabeth": "Liz|Beth", "Eugene": "Gene", "Francis": "Frank", "Franklin": "Frank", "Frederick": "Fred", "Gennadi": "Gennady", "Gerald": "Jerry",
    "Gordon": "Gordo", "Gregory": "Greg", "James": "Jim|Jimmy", "Jeffrey": "Jeff", "Jennifer": "Jen|Jenny", "John": "Jack|Johnny", "Joseph": "Joe",
    "Judith": "Judy", "Katherine": "Kathy|Kate", "Kathleen": "Kathy", "Kathryn": "Kathy|Kate", "Kenneth": "Ken", "Lawrence": "Larry",
    "Margaret": "Peggy|Maggie", "Matthew": "Matt", "Michael": "Mike", "Nicholas": "Nick", "Nikolai": "Nikolay", "Pamela": "Pam", "Patrick": "Pat",
    "Peter": "Pete", "Philip": "Phil", "Raymond": "Ray", "Richard": "Dick|Rick", "Robert": "Bob|Rob", "Ronald": "Ron", "Samuel": "Sam",
    "Sergei": "Sergey", "Stephen": "Steve", "Steven": "Steve", "Stuart": "Stu", "Susan": "Sue", "Terence": "Terry", "Thomas": "Tom", "Timothy": "Tim",
    "Valeri": "Valery", "Vasili": "Vasily", "Vincent": "Vince", "Vitali": "Vitaly", "Walter": "Walt|Wally", "William": "Bill|Will", "Yuri": "Yury",
}  # fmt: skip


def short_forms(entity: Entity) -> Iterator[str]:
    """A name without what people leave off: `the`, `Mount`, a film's series, an actor's first name."""
    name = entity.name
    bare = re.sub(r"^(?:The|A|An) ", "", name)
    if bare != name:
        yield bare
    if entity.type == "film":
        yield from _parts_of_title(name)
    if entity.type == "organization":
        yield from _other_spellings(name)
    if entity.type in PERSONS and " " in name and not _BODY.search(name):
        yield from _bare_persons(name)
    if entity.type == "film_person" and " " in name:
        yield name.rpartition(" ")[2]
    if entity.type in _PLACES:
        yield from (form for form in _bare_places(name.split()) if not is_plain(form.lower()))


def _parts_of_title(name: str) -> Iterator[str]:
    """What is before and behind a colon or comma, a title less its second (`Birdman or (...)`), a part by its number."""
    cut = next((mark for mark in (": ", ", ") if name.count(mark) == 1), "")
    parts = [part for part in name.split(cut) if len(part) >= _SHORTEST_PART] if cut else []
    yield from parts
    yield from (part[article.end() :] for part in parts if (article := _ARTICLE.match(part)))
    first, other, _ = re.sub(r" or(?::| (?=\())", " or:", name).partition(" or:")
    if other:
        yield first
    if numbered := _NUMBERED.fullmatch(name):
        said = _NUMBERS[numbered["number"]]
        yield from (f"{numbered['title']} {number}" for number in (said[0], numbered["number"]))
        yield from (f"{numbered['title']} Part {number}" for number in said)


def _other_spellings(name: str) -> Iterator[str]:
    """A name as others spell it, and an organization's less the word for its reach: the Labour Organisation."""
    for word, other in _SPELT.items():
        if re.search(rf"\b{word}\b", name):
            yield re.sub(rf"\b{word}\b", other, name)
            name = re.sub(rf"\b{word}\b", other, name)
    bare = _REACH.sub("", name)
    if bare != name and " " in bare:
        yield from (bare, bare.replace("Organisation", "Organization"))


def _bare_persons(name: str) -> Iterator[str]:
    """A name without initials, with one given name of several, with what its bearer is called, and the surname alone."""
    parts = [part for part in name.replace(",", "").split() if not _NO_NAME.fullmatch(part)]
    n_given = next((i for i, p in enumerate(parts) if p.lower() in _PARTICLES), len(parts) - 1)
    given, last = parts[:n_given], " ".join(parts[n_given:])
    if given and last:
        yield " ".join(parts)
        called = [given[0], given[-1], *_CALLED.get(given[0], "").split("|")]
        yield from (f"{each} {last}" for each in dict.fromkeys(called) if each)
    if given and len(last) >= _SHORTEST_SURNAME and not is_plain(last.lower()):
        yield last


def _bare_places(words: list[str]) -> Iterator[str]:
    """A place's name without the word for its kind."""
    if len(words) > 1 and stem(words[-1].lower()) in _PLACE_WORDS:
        yield " ".join(words[:-1])
    if len(words) > 1 and words[0].lower().rstrip(".") in _PLACE_WORDS and words[1] != "of":
        yield " ".join(words[1:])
    rest = " ".join(words[1:])
    if len(rest) >= _TELLING_NAME and _FOREIGN_PLACE_WORDS.fullmatch(words[0].lower()):
        yield re.sub(r"^(?:de la|de las|de los|del|de|da|das|di|do|la) ", "", rest)


def neighbouring(mention: Mention[T], reading: Reading) -> dict[str, tuple[int, int]]:
    """Types that the word just before or after names (`the Danube river`), with the span that takes it in."""
    words, last = reading.words, mention.first + mention.n_tokens
    spans: dict[str, tuple[int, int]] = {}
    is_led = mention.first > 0 and not _ends(reading, words[mention.first - 1].end, mention.start)
    before = stem(words[mention.first - 1].text) if is_led else ""
    is_followed = last < len(words) and not _ends(reading, mention.end, words[last].start)
    after = stem(words[last].text) if is_followed else ""
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


def _ends(reading: Reading, start: int, end: int) -> bool:
    """Whether a sentence ends between two words."""
    return bool(re.search(r"[.?!] ", reading.text[start : end + 1]))
