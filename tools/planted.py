"""A store with holes: the facts of chosen fields are hidden, so that revision can be tested honestly.

A tool cannot tell a planted gap from a real one, except that the lists of classes stay complete.
"""

from __future__ import annotations

from collections.abc import Iterable

from tools.catalogue import Facts
from tools.facts.fields import Field
from tools.toolbox import Toolbox
from tools.types import Entity, EntityClass, Fact

Gap = tuple[str | None, str]  # (entity id, field id); None hides the field of every entity


class PlantedFacts:
    """The view of a store from which the facts of the gaps are missing."""

    def __init__(self, facts: Facts, gaps: Iterable[Gap]) -> None:
        self._facts = facts
        self._gaps = frozenset(gaps)

    def facts_of(
        self, entity_ids: Iterable[str], field_id: str, period: str | None = None
    ) -> dict[str, tuple[Fact, ...]]:
        """The facts of a field by entity id, without the hidden ones."""
        told = [key for key in entity_ids if not self._is_hidden(key, field_id)]
        return self._facts.facts_of(told, field_id, period)

    def _is_hidden(self, entity_id: str, field_id: str) -> bool:
        return not self._gaps.isdisjoint({(entity_id, field_id), (None, field_id)})

    def entity(self, entity_id: str) -> Entity | None:
        """The entity of that id."""
        return self._facts.entity(entity_id)

    def members(self, entity_class: EntityClass) -> tuple[Entity, ...]:
        """The members of a class."""
        return self._facts.members(entity_class)

    def classes(self) -> tuple[EntityClass, ...]:
        """Every class that has a name."""
        return self._facts.classes()

    def class_aliases(self) -> Iterable[tuple[str, str, str]]:
        """Every (phrase, class id, language)."""
        return self._facts.class_aliases()

    def fields(self) -> tuple[Field, ...]:
        """Every field."""
        return self._facts.fields()

    def field(self, field_id: str) -> Field | None:
        """The field of that id."""
        return self._facts.field(field_id)

    def find(self, text: str, limit: int = 10) -> tuple[tuple[Entity, float], ...]:
        """The entities that a name may mean."""
        return self._facts.find(text, limit)

    def weight(self, entity_id: str) -> float:
        """How likely the entity is meant."""
        return self._facts.weight(entity_id)


class PlantedToolbox(Toolbox):
    """A toolbox that does not see the facts of the gaps."""

    def __init__(self, store: Facts, gaps: Iterable[Gap]) -> None:
        super().__init__(PlantedFacts(store, gaps))
