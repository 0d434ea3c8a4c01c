"""search(query): which entities a query names. A class gives its members, several entities their union.

Further terms narrow what stands before them, one after the other; `tools.narrowing` says which facts
count. A set inside a query stands for each of its members in turn: beside a class any of them may fit,
beside plain words the name is looked up once for each. Plain words are a name, a list of names, a class
with further words, or else whatever is called most like them, in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import product
from math import prod

from tools.catalogue import Catalogue
from tools.evidence import distinct
from tools.failures import CallFailed
from tools.narrowing import class_facts, narrowed
from tools.references import terms, words_of
from tools.types import (
    Binding,
    Call,
    Entities,
    Entity,
    EntityClass,
    Passages,
    Quantity,
    Reason,
    Scalar,
    Table,
    Term,
    Text,
    Verdict,
)

MAX_RUNS = 500
_MAX_CLASS_WORDS = 14
_WORD = re.compile(r"[一-鿿]|[^\W一-鿿]+(?:[-'’.&][^\W一-鿿]+)*")
_LISTED = re.compile(r"\s*(?:[;,；，、]|\band\b|\bor\b|和|与)\s*")
_FILLERS = frozenset((
    "a", "an", "and", "all", "are", "at", "born", "by", "from", "in", "is", "of", "on", "or", "that", "the",
    "to", "was", "were", "which", "who", "whose", "with", "won", "的", "在", "于", "年", "是", "和", "了",
))  # fmt: skip


def search(catalogue: Catalogue, call: Call) -> Entities:
    """Run a search call."""
    query = [_classed(catalogue, each) for each in terms(call.args["query"], call.bindings)]
    if not query:
        raise CallFailed(Reason.BAD_EXPRESSION, "the query is empty; name an entity or a class")
    if bases := [each for each in query if isinstance(each, EntityClass)]:
        rest = [each for each in query if not isinstance(each, EntityClass)]
        return _narrow(catalogue, _intersection(catalogue, bases), rest)
    if things := [each for each in query if isinstance(each, Entity | Entities)]:
        values = [each for each in query if not isinstance(each, Entity | Entities)]
        return _things(catalogue, things, values, query)
    return _by_name(catalogue, query)


def _classed(catalogue: Catalogue, each: Binding) -> Binding:
    """The class that plain words name, else the term as it is."""
    entity_class = catalogue.entity_class(each.text) if isinstance(each, Text) else None
    return entity_class or each


def _things(
    catalogue: Catalogue,
    things: list[Entity | Entities],
    values: Sequence[Binding],
    query: Sequence[Binding],
) -> Entities:
    """The union of the things, narrowed by the values; where words do not narrow, they make a name."""
    try:
        return _narrow(catalogue, _union(things), values)
    except CallFailed:
        if not any(isinstance(each, Text) for each in values):
            raise
        return _by_name(catalogue, query)


def _intersection(catalogue: Catalogue, classes: list[EntityClass]) -> Entities:
    sets = [catalogue.facts.members(each) for each in classes]
    common = frozenset.intersection(*(frozenset(e.id for e in found) for found in sets))
    kept = tuple(entity for entity in sets[0] if entity.id in common)
    if not kept:
        said = " and ".join(repr(each.label) for each in classes)
        raise CallFailed(Reason.EMPTY, f"nothing in the facts is of the class {said}")
    facts = (fact for each in classes for fact in class_facts(catalogue, each, kept))
    return Entities(kept, distinct(facts))


def _union(things: Iterable[Entity | Entities]) -> Entities:
    sets = [Entities((each,)) if isinstance(each, Entity) else each for each in things]
    members = {entity.id: entity for each in sets for entity in each.members}
    return Entities(tuple(members.values()), distinct(f for each in sets for f in each.facts))


def _narrow(catalogue: Catalogue, base: Entities, values: Iterable[Binding]) -> Entities:
    for value in values:
        base = narrowed(catalogue, base, alternatives(value))
    return base


def alternatives(value: Binding) -> tuple[Term, ...]:
    """The terms that a binding stands for, one after the other."""
    match value:
        case Entities():
            return value.members
        case Scalar():
            return (_term(value.value, value.unit),)
        case Table():
            return tuple(_term(found.value, found.unit) for found in value.measures)
        case Verdict() | Passages():
            said = "a verdict" if isinstance(value, Verdict) else "a passage"
            raise CallFailed(Reason.TYPE_MISMATCH, f"{said} cannot stand in a query")
        case _:
            return (value,)


def _term(value: Decimal | str, unit: str) -> Term:
    return Text(value) if isinstance(value, str) else Quantity(value, unit)


def _by_name(catalogue: Catalogue, query: Sequence[Binding]) -> Entities:
    """Look the words up by name, once for every member of the sets among them."""
    spellings = [[words_of(term) for term in alternatives(each)] for each in query]
    if prod(len(each) for each in spellings) > MAX_RUNS:
        raise CallFailed(
            Reason.TOO_COSTLY, f"the query stands for over {MAX_RUNS} names; narrow its sets first"
        )
    names = [" ".join(words) for words in product(*spellings)]
    if len(names) == 1:
        return _one_name(catalogue, names[0])
    return _found((e for name in names for e in catalogue.best(name)), names)


def _one_name(catalogue: Catalogue, name: str) -> Entities:
    """A name, else a list of names, else a class with further words, else the closest names."""
    if exact := catalogue.called(name):
        return _found(exact, [name])
    listed = [catalogue.called(part) for part in _LISTED.split(name) if part]
    if len(listed) > 1 and all(listed):
        return _found((entity for each in listed for entity in each), [name])
    return _class_with_words(catalogue, name) or _found(catalogue.best(name), [name])


def _class_with_words(catalogue: Catalogue, name: str) -> Entities | None:
    """The class whose name stands in the words, narrowed by the words around it."""
    for entity_class, rest in _splits(catalogue, name):
        try:
            base = _intersection(catalogue, [entity_class])
            return _narrow(catalogue, base, [Text(words) for words in rest])
        except CallFailed:
            continue
    return None


def _splits(catalogue: Catalogue, name: str) -> Iterator[tuple[EntityClass, list[str]]]:
    """Every class named inside a text, longest name first, with the words before and after it."""
    words = list(_WORD.finditer(name))
    for n in range(min(len(words), _MAX_CLASS_WORDS), 0, -1):
        for i in range(len(words) - n + 1):
            start, end = words[i].start(), words[i + n - 1].end()
            if entity_class := catalogue.entity_class(name[start:end]):
                around = (_without_fillers(name[:start]), _without_fillers(name[end:]))
                yield entity_class, [rest for rest in around if rest]


def _without_fillers(text: str) -> str:
    """The text from its first telling word to its last."""
    telling = [word for word in _WORD.finditer(text) if word[0].lower() not in _FILLERS]
    return text[telling[0].start() : telling[-1].end()] if telling else ""


def _found(entities: Iterable[Entity], names: list[str]) -> Entities:
    members = tuple({entity.id: entity for entity in entities}.values())
    if not members:
        raise CallFailed(Reason.EMPTY, f"nothing in the facts is called {names[0]!r}")
    return Entities(members)
