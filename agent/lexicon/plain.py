"""Everyday English words, which are neither misspelt names nor, in lower case, names."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from agent.mentions import stem

_ENDINGS = ("ly", "ing", "ed", "d", "ful", "ness", "ment", "able", "ish")
_TABLE = tomllib.loads(Path(__file__).with_name("plain_words.toml").read_text("utf-8"))
GRAMMAR = frozenset(_TABLE["grammar"].split())


@cache
def plain_words() -> frozenset[str]:
    """The list, in base forms."""
    return frozenset(_TABLE["words"].split()) | GRAMMAR


@cache
def is_plain(word: str) -> bool:
    """Whether a folded word is an everyday word or a regular form of one."""
    known = plain_words()
    if word in known or stem(word) in known:
        return True
    for ending in _ENDINGS:
        base = word.removesuffix(ending)
        if base != word and len(base) > 2:
            forms = (
                base,
                f"{base}e",
                base[:-1] if base[-1] == base[-2] else base,
                re.sub("i$", "y", base),
            )
            if any(form in known for form in forms):
                return True
    return False
