"""Names and their variants: without diacritics, without initials, surname last, company suffix off.

Guarantees: pure functions; variants never contain the name itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

EVERYDAY_WORDS_FILE = Path(__file__).with_name("everyday_words.tsv")
SHORTEST_NAME = 3
_TITLE = re.compile(r"^(?:Sir|Dame|Lord|Lady|The) ")
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ł": "l",
        "Ł": "L",
        "ß": "ss",
        "æ": "ae",
        "Æ": "Ae",
        "ı": "i",
        "œ": "oe",
        "ð": "d",
        "þ": "th",
        "’": "'",
        "‘": "'",
        "–": "-",
    }
)
_INITIAL = re.compile(r"(?<= )[A-Z]\.(?:[ -]?[A-Z]\.)* ")
_SUFFIX = re.compile(
    r",? (?:Inc\.?|Incorporated|Corp\.?|Corporation|Company|Co\.|& Co\.|plc|PLC|Ltd\.?|Limited|N\.V\.|S\.A\.|Holdings?|Group|Companies)$"
)
_GENERATION = re.compile(r",? (?:Jr\.?|Sr\.?|II|III|IV)$")


@lru_cache(maxsize=65536)
def ascii_only(text: str) -> str:
    """The text without diacritics."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def fold(text: str) -> str:
    """A comparison key: no diacritics, no case, one space."""
    return " ".join(
        ascii_only(text.casefold()).casefold().replace("-", " ").replace(".", "").split()
    )


def slug(text: str) -> str:
    """An id part: `Öland` -> `oland`."""
    return re.sub(r"[^a-z0-9]+", "-", ascii_only(text).lower()).strip("-")


def straight(name: str) -> str:
    """`Gagarin, Yuri` -> `Yuri Gagarin`; `Carter, Manley Lanier, Jr.` -> `Manley Lanier Carter Jr.`."""
    parts = [part.strip() for part in name.split(",")]
    if len(parts) < 2:
        return name
    surname, given, *rest = parts
    return " ".join([given, surname, *rest])


def is_everyday(name: str) -> bool:
    """Whether a short name is an everyday word, or so short that it stands in any text."""
    return len(name) < SHORTEST_NAME or fold(name) in _everyday_words()


@cache
def _everyday_words() -> frozenset[str]:
    return frozenset(EVERYDAY_WORDS_FILE.read_text(encoding="utf-8").split())


def surname(name: str) -> str:
    """The last name, generation suffix off."""
    return _GENERATION.sub("", name).rpartition(" ")[2]


def person_variants(name: str) -> Iterator[str]:
    """A person's name without initials and without diacritics."""
    bare = _INITIAL.sub("", _GENERATION.sub("", name))
    first, _, rest = bare.partition(" ")
    dropped = rest if re.fullmatch(r"(?:[A-Z]\.-?)+", first) else bare
    yield from variants(name, bare, dropped, _TITLE.sub("", bare))


def company_variants(name: str) -> Iterator[str]:
    """A company's name without `Inc.`, `Corporation`, `Holdings` and the like."""
    bare = name.removeprefix("The ")
    while _SUFFIX.search(bare):
        bare = _SUFFIX.sub("", bare).rstrip(",& ")
    yield from variants(name, bare)


def variants(name: str, *others: str) -> Iterator[str]:
    """`others` and the accent-free spelling of all, each once, never `name` itself."""
    candidates = [*others, *(ascii_only(text) for text in (name, *others))]
    yield from (text for text in dict.fromkeys(candidates) if text and text != name)
