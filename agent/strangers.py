"""Names that the facts do not know: with the world open, the first of them becomes a pointer like any other.

The planner reads a kind behind each pointer; a stranger is given the kind of thing that the question's first field
belongs to, so that a plan which looks that field up can be drafted. Only questions in which nothing else was
recognised get such a pointer, and none does while runs work on the bundled facts alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from agent.plan import kind_group
from agent.state import Fields, Links
from agent.types import Brief, Pointer
from tools.types import FieldRef, Term, Text

_QUOTED = re.compile(r"“([^“”]{2,80})”|「([^「」]{2,80})」|《([^《》]{2,80})》|\"([^\"]{2,80})\"")
_ADDRESS = re.compile(r"https?://[^\s<>\"'“”，。；）]+|\b[a-z][a-z0-9_-]+:[A-Za-z0-9][\w./-]*")
_CAPITALISED = re.compile(
    r"\b[A-ZÀ-Þ][\w&.'’-]*(?:\s+(?:(?:of|the|de|la|von|van|der|and|&)\s+){0,2}[A-ZÀ-Þ0-9][\w&.'’-]*)*"
)
_OWNER = re.compile(r"^\s*([一-鿿·A-Za-z0-9]{2,12}?)的")
_OPENERS = frozenset((
    "a", "an", "and", "are", "at", "by", "can", "compare", "could", "did", "do", "does", "find", "for", "from", "give",
    "had", "has", "have", "how", "if", "in", "is", "list", "many", "much", "name", "of", "on", "please", "report",
    "show", "since", "so", "summarise", "summarize", "tell", "the", "to", "was", "were", "what", "when", "where",
    "which", "who", "whose", "why", "will", "write", "i",
))  # fmt: skip
_CHINESE = re.compile(r"[一-鿿]")
_POSSESSIVE = re.compile(r"['’]s$")
_LIKELY_TYPES = ("company", "country", "city", "laureate", "film")
_OTHERWISE = "company"
_THINGS = ("entity", "class")


class OpenLinker:
    """Another linker, which also offers a name that it does not know."""

    def __init__(self, linker: Links, fields: Fields) -> None:
        self._linker = linker
        self._fields = fields

    def link(self, question: str) -> Brief:
        """The brief of a question; where nothing in it was recognised, with the first stranger as a pointer."""
        brief = self._linker.link(question)
        if any(kind_group(p) in _THINGS and p.start < p.end for p in brief.pointers):
            return brief
        name = stranger(question)
        return _pointing(brief, name, self._kind(brief)) if name else brief

    def offer(
        self, brief: Brief, terms: Iterable[tuple[str, str, Term]]
    ) -> tuple[Brief, tuple[Pointer, ...]]:
        """The brief with further pointers."""
        return self._linker.offer(brief, terms)

    def _kind(self, brief: Brief) -> str:
        """The kind of thing that carries the field which the question means most likely."""
        ids = (p.target.id for p in brief.pointers if isinstance(p.target, FieldRef))
        field = next((found for field_id in ids if (found := self._fields.field(field_id))), None)
        if field is None or not field.types:
            return _OTHERWISE
        return next((kind for kind in _LIKELY_TYPES if kind in field.types), min(field.types))


def stranger(question: str) -> str:
    """The name that a question is about, by its form: an address, a quotation, words with capitals."""
    if address := _ADDRESS.search(question):
        return address[0].rstrip(".,;:!?)")
    if quoted := _QUOTED.search(question):
        return str(quoted[quoted.lastindex or 0]).strip()
    if owner := _OWNER.match(question):
        return owner[1]
    names = (_without_opener(found[0]) for found in _CAPITALISED.finditer(question))
    return next((name for name in names if name), "")


def _without_opener(words: str) -> str:
    """The capitalised words without those that only begin the sentence."""
    kept = words.split()
    while kept and kept[0].lower() in _OPENERS:
        kept.pop(0)
    return _POSSESSIVE.sub("", " ".join(kept)).strip(".,'’-")


def _pointing(brief: Brief, name: str, kind: str) -> Brief:
    """The brief in whose text the name is a pointer; as it was where the name does not stand there any more.

    A class that the linker only inferred (it stands for no words) makes room for it.
    """
    inferred = next((p for p in brief.pointers if kind_group(p) == "class"), None)
    bare = brief.text if inferred is None else _without(brief.text, inferred)
    words = r"(?:\s+[%<]\S+)*\s+".join(re.escape(word) for word in name.lower().split())
    whole = words if _CHINESE.search(name) else rf"(?<!\w){words}(?!\w)"
    at = re.search(whole, bare)
    if at is None:
        return brief
    n = sum(p.symbol.startswith("@") for p in brief.pointers) + 1
    symbol = inferred.symbol if inferred else f"@{n}"
    text = f"{bare[: at.start()]} {symbol} {kind} {bare[at.end() :]}"
    pointers = _with(brief.pointers, Pointer(symbol, kind, name, Text(name)))
    return replace(brief, text=" ".join(text.split()), pointers=pointers)


def _without(text: str, inferred: Pointer) -> str:
    return " ".join(text.replace(f"{inferred.symbol} {inferred.kind}", " ", 1).split())


def _with(pointers: tuple[Pointer, ...], pointer: Pointer) -> tuple[Pointer, ...]:
    """In the place of the one of that symbol; else behind the other values and before the fields."""
    if any(p.symbol == pointer.symbol for p in pointers):
        return tuple(pointer if p.symbol == pointer.symbol else p for p in pointers)
    values = [p for p in pointers if p.symbol.startswith("@")]
    return (*values, pointer, *(p for p in pointers if not p.symbol.startswith("@")))
