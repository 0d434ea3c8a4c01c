"""Terms written down: the words of a gold plan in hand-written tasks and sayings.

A word is a field (`%area`), an entity's id (`country/NOR`), `class:ID`, `text:…`, `number:N[:UNIT]` or `period:…`.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from tools.facts.store import FactStore
from tools.types import FieldRef, Period, Quantity, Term, Text


def written_term(store: FactStore, word: str) -> tuple[str, Term]:
    """A word's kind, as the grammar sorts pointers, and the term itself; ValueError for a word that is none."""
    head, _, rest = word.partition(":")
    match head:
        case "class":
            found = next((c for c in store.classes() if c.id == rest), None)
            if found:
                return "class", found
        case "text":
            return "value", Text(rest)
        case "period":
            return "period", Period(rest)
        case "number":
            return "number", _quantity(rest)
    if word.startswith("%") and (field := store.field(word[1:])):
        return "field", FieldRef(field.id, field.en)
    if entity := store.entity(word):
        return entity.type, entity
    raise ValueError(f"{word!r} is no word of a gold plan")


def _quantity(text: str) -> Quantity:
    number, _, unit = text.partition(":")
    try:
        return Quantity(Decimal(number), unit)
    except InvalidOperation:
        raise ValueError(f"{number!r} is no number") from None
