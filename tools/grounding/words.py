"""Comparing words with a source: what is quoted, what is cited, and how much two sentences share."""

from __future__ import annotations

import re
import unicodedata

from tools.documents.terms import indexed, terms

_QUOTED = re.compile(r"“([^“”]{3,600})”|「([^「」]{2,600})」|\"([^\"]{3,600})\"")
_CITED = re.compile(r"\[(p[0-9a-f]{10})\]")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("‘’‚`´", "'"))
_ALIKE = str.maketrans(dict.fromkeys("“”„«»「」『』", '"'))


def quotations(text: str) -> tuple[str, ...]:
    """What stands in quotation marks."""
    return tuple(next(filter(None, found.groups())) for found in _QUOTED.finditer(text))


def citations(text: str) -> tuple[str, ...]:
    """The passages that a text names by their ids, `[p0123456789]`."""
    return tuple(_CITED.findall(text))


def without(text: str) -> str:
    """The text without quotations and citations."""
    return " ".join(_CITED.sub(" ", _QUOTED.sub(" ", text)).split()).strip(" .,;:，。；：")


def stands_in(words: str, text: str) -> bool:
    """Whether the words stand in the text but for case, white space and the form of its signs."""
    return _plain(words).strip(" .,;:，。") in _plain(text)


def overlap(claim: str, sentence: str) -> float:
    """How many of the claim's telling words the sentence has, from 0 to 1."""
    wanted = [term for term in terms(claim) if not term.isdecimal()]
    held = f" {indexed(sentence)} "
    return sum(f" {term} " in held for term in wanted) / len(wanted) if wanted else 0.0


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_DASHES).translate(_ALIKE)
    return " ".join("".join(c for c in folded if unicodedata.category(c) != "Cf").split())
