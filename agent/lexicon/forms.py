"""What people leave off names, and the words for kinds that they put beside them (`the Danube river`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeVar

from agent.lexicon.plain import is_plain
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
_SHORTEST_PART = 10


def short_forms(entity: Entity) -> Iterator[str]:
    """A name without what people leave off: `the`, `Mount`, a film's series, an actor's first name."""
    name = entity.name
    bare = re.sub(r"^(?:The|A|An) ", "", name)
    if bare != name:
        yield bare
    if entity.type == "film" and ": " in name:
        yield from (part for part in name.split(": ") if len(part) >= _SHORTEST_PART)
    if entity.type == "film_person" and " " in name:
        yield name.rpartition(" ")[2]
    if entity.type in _PLACES:
        yield from (form for form in _bare_places(name.split()) if not is_plain(form.lower()))


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
