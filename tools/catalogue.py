"""Plain words to things: what the tools ask of a fact store, and how names are resolved against it.

Guarantees: a name resolves to exactly one thing, or the call fails with the things it may mean.
Ids (`country/NOR`, `gdp`) resolve as well as names, so a candidate can be used as it stands.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import cached_property
from typing import Protocol

from tools.evidence import is_relation
from tools.facts.fields import Field
from tools.facts.names import fold
from tools.failures import CallFailed
from tools.types import Entity, EntityClass, Fact, Reason
from tools.values.texts import mentions

_LEADING = ("the ", "a ", "an ", "all ", "every ", "所有", "全部")
_MAX_OFFERS = 5
_EXACT = 1.0
_LIKE_ENOUGH = 0.85  # one letter in seven; at 0.8 Atlantis would be Atlanta
_SAME_SCORE = 0.03
_SAME_WEIGHT = 1.0  # weights are logarithms: a tenth as well known is not meant


class Facts(Protocol):
    """What the tools ask of a fact store; `FactStore` fits, and so does a view that hides some facts."""

    def entity(self, entity_id: str) -> Entity | None:
        """The entity of that id."""
        ...

    def members(self, entity_class: EntityClass) -> tuple[Entity, ...]:
        """The members of a class, in a stable order."""
        ...

    def classes(self) -> tuple[EntityClass, ...]:
        """Every class that has a name."""
        ...

    def class_aliases(self) -> Iterable[tuple[str, str, str]]:
        """Every (phrase, class id, language)."""
        ...

    def fields(self) -> tuple[Field, ...]:
        """Every field."""
        ...

    def field(self, field_id: str) -> Field | None:
        """The field of that id."""
        ...

    def facts_of(
        self, entity_ids: Iterable[str], field_id: str, period: str | None = None
    ) -> dict[str, tuple[Fact, ...]]:
        """The facts of a field by entity id, newest and most trusted first."""
        ...

    def find(self, text: str, limit: int = 10) -> tuple[tuple[Entity, float], ...]:
        """The entities that a name may mean, best first, with a similarity up to 1."""
        ...

    def weight(self, entity_id: str) -> float:
        """How likely the entity is meant where others share its name."""
        ...


class Catalogue:
    """Resolves names against one fact store; its indexes are built on first use."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def entity(self, name: str, types: frozenset[str] = frozenset()) -> Entity:
        """The one entity of that name, alias or id; `types` settles names that several types share."""
        meant = self.called(name, types) or self.called(name)
        if not meant:
            like = tuple(entity.id for entity, _ in self.facts.find(stripped(name), _MAX_OFFERS))
            raise CallFailed(
                Reason.UNKNOWN_ENTITY, f"nothing in the facts is called {name!r}", like
            )
        if len(meant) > 1:
            raise CallFailed(Reason.AMBIGUOUS, _meanings(name, meant), tuple(e.id for e in meant))
        return meant[0]

    def called(self, name: str, types: frozenset[str] = frozenset()) -> tuple[Entity, ...]:
        """The entities of exactly that id, name or alias, without those that hardly anybody means."""
        if known := self.facts.entity(name.strip()):
            return (known,)
        hits = [hit for hit in self.facts.find(stripped(name)) if hit[1] >= _EXACT]
        return self._likely([hit for hit in hits if not types or hit[0].type in types])

    def best(self, name: str) -> tuple[Entity, ...]:
        """The entities called most like a name, best first; none if nothing is called much like it."""
        hits = self.facts.find(stripped(name))
        return self._likely(
            [hit for hit in hits if hit[1] >= _LIKE_ENOUGH or mentions(hit[0].name, stripped(name))]
        )

    def names(self, text: str, types: frozenset[str] = frozenset()) -> Entity | None:
        """The one entity of exactly that name; for texts that may or may not name something."""
        found = self.called(text, types)
        return found[0] if len(found) == 1 else None

    def _likely(self, hits: list[tuple[Entity, float]]) -> tuple[Entity, ...]:
        """The hits that cannot be told from the best one by likeness or by weight."""
        if not hits:
            return ()
        close = [entity for entity, score in hits if score >= hits[0][1] - _SAME_SCORE]
        weights = [self.facts.weight(entity.id) for entity in close]
        pairs = zip(close, weights, strict=True)
        return tuple(entity for entity, weight in pairs if weight >= max(weights) - _SAME_WEIGHT)

    def entity_class(self, phrase: str) -> EntityClass | None:
        """The class that a phrase names exactly, singular or plural."""
        return self._classes.get(singular(fold(stripped(phrase))))

    def carriers(self, name: str) -> frozenset[str]:
        """The types that carry a field of that id, label or synonym; fails where there is none."""
        levels = self._called(name)
        if not any(levels):
            close = self._close(fold(stripped(name)))
            raise CallFailed(Reason.UNKNOWN_FIELD, f"no field is called {name!r}", close)
        return frozenset[str]().union(*(field.types for level in levels for field in level))

    def field(self, name: str, types: frozenset[str]) -> Field:
        """The field of that name that entities of these types carry; a label goes before a synonym."""
        self.carriers(name)
        levels = self._called(name)
        fitting = [[field for field in level if field.types & types] for level in levels]
        for fit in fitting:
            if len(fit) > 1:
                ids = tuple(field.id for field in fit)
                raise CallFailed(
                    Reason.AMBIGUOUS, f"{name!r} may mean {_listed(ids)}; name one of them", ids
                )
            if fit:
                return fit[0]
        asked = next(field for level in levels for field in level)
        detail = f"{asked.en!r} is a field of {_listed(asked.types)}, not of {_listed(types)}"
        raise CallFailed(Reason.TYPE_MISMATCH, detail, self._alike(asked, types))

    def is_field(self, name: str) -> bool:
        """Whether the words name a field."""
        return any(self._called(name))

    def _called(self, name: str) -> list[list[Field]]:
        """The fields of that id, of that label, and of that synonym."""
        known = self.facts.field(name.strip())
        asked = fold(stripped(name))
        return [[known] if known else [], *(level.get(asked, []) for level in self._labels)]

    def relations(self, types: Iterable[str], to: str) -> tuple[Field, ...]:
        """The fields by which entities of `types` point to entities of type `to`."""
        carriers = frozenset(types)
        return tuple(
            f for f in self.facts.fields() if f.kind == f"entity:{to}" and f.types & carriers
        )

    def fields_of(self, types: Iterable[str], *kinds: str) -> tuple[Field, ...]:
        """The fields of these kinds (`relation` for all relations) that entities of `types` carry."""
        carriers = frozenset(types)
        return tuple(
            f
            for f in self.facts.fields()
            if f.types & carriers and ("relation" if is_relation(f) else f.kind) in kinds
        )

    def facts_by(self, entities: Iterable[Entity], field: Field) -> dict[str, tuple[Fact, ...]]:
        """The facts of a field by entity id in the entities' order; those without any are left out."""
        ids = [entity.id for entity in entities]
        found = self.facts.facts_of(ids, field.id)
        return {entity_id: found[entity_id] for entity_id in ids if found.get(entity_id)}

    def _alike(self, asked: Field, types: frozenset[str]) -> tuple[str, ...]:
        """Fields of these types that share a name with this one, or whose label says as much."""
        names = _all_names(asked)
        return tuple(
            field.id
            for field in self.facts.fields()
            if field.types & types
            and (
                _all_names(field) & names or field.id == asked.near or mentions(field.en, asked.en)
            )
        )

    def _close(self, asked: str) -> tuple[str, ...]:
        named = {name: fields for level in self._labels for name, fields in level.items()}
        close = difflib.get_close_matches(asked, named, n=_MAX_OFFERS)
        return tuple(dict.fromkeys(field.id for name in close for field in named[name]))

    @cached_property
    def _labels(self) -> tuple[dict[str, list[Field]], dict[str, list[Field]]]:
        labels: dict[str, list[Field]] = {}
        synonyms: dict[str, list[Field]] = {}
        for field in self.facts.fields():
            for name in dict.fromkeys(
                (fold(field.id.replace("_", " ")), fold(field.en), fold(field.zh))
            ):
                labels.setdefault(name, []).append(field)
            for name in dict.fromkeys(fold(name) for name in (*field.also_en, *field.also_zh)):
                synonyms.setdefault(name, []).append(field)
        return labels, synonyms

    @cached_property
    def _classes(self) -> dict[str, EntityClass]:
        by_id = {entity_class.id: entity_class for entity_class in self.facts.classes()}
        named = {fold(c.label): c for c in by_id.values()} | {
            fold(phrase): by_id[class_id] for phrase, class_id, _ in self.facts.class_aliases()
        }
        return {singular(phrase): entity_class for phrase, entity_class in named.items()} | {
            fold(class_id): entity_class for class_id, entity_class in by_id.items()
        }


def stripped(name: str) -> str:
    """A name without quotes and leading articles."""
    bare = name.strip().strip("\"'“”‘’「」《》").strip()
    article = next((word for word in _LEADING if bare.lower().startswith(word)), "")
    return bare[len(article) :].strip() or bare


def singular(phrase: str) -> str:
    """A phrase with its plurals folded, crudely: both sides of a comparison get the same treatment."""
    return " ".join(_singular_word(word) for word in phrase.split())


def _singular_word(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    keeps = not word.endswith("s") or word.endswith(("ss", "us", "is"))
    return word if keeps or len(word) < 4 else word[:-1]


def _all_names(field: Field) -> frozenset[str]:
    return frozenset(fold(name) for name in (field.en, field.zh, *field.also_en, *field.also_zh))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _meanings(name: str, entities: Iterable[Entity]) -> str:
    options = ", ".join(f"{entity.name} ({entity.type}, {entity.id})" for entity in entities)
    return f"{name!r} may mean {options}; name one of them"
