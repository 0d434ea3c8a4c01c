"""Plans written down: the words of a gold plan in hand-written tasks and sayings.

A word is one of the canvas, `-` for an unused cell, or a term: a field (`%area`), an entity's id (`country/NOR`), `class:ID`, `text:…`, `number:N[:UNIT]` or `period:…`.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from agent.plan import CANVAS_WORDS
from tools.facts.store import FactStore
from tools.types import FieldRef, Period, Quantity, Term, Text


def written_word(store: FactStore, word: str) -> Term | str | None:
    """A word of the canvas as it is, the term that a word names, or None; ValueError for a word that is none of these."""
    if word in CANVAS_WORDS:
        return word
    return None if word == "-" else _term(store, word)


def _term(store: FactStore, word: str) -> Term:
    head, _, rest = word.partition(":")
    match head:
        case "class":
            found = next((c for c in store.classes() if c.id == rest), None)
            if found:
                return found
        case "text":
            return Text(rest)
        case "period":
            return Period(rest)
        case "number":
            return _quantity(rest)
    if word.startswith("%") and (field := store.field(word[1:])):
        return FieldRef(field.id, field.en)
    if entity := store.entity(word):
        return entity
    raise ValueError(f"{word!r} is no word of a gold plan")


def _quantity(text: str) -> Quantity:
    number, _, unit = text.partition(":")
    try:
        return Quantity(Decimal(number), unit)
    except InvalidOperation:
        raise ValueError(f"{number!r} is no number") from None
