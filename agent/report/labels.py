"""What fields, entities and values are called in a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from agent.report.numerals import exact, phrase
from agent.report.periods import said
from agent.report.words import words
from agent.types import Citation, Language
from tools.facts.fields import sections
from tools.passages import TEXT_FIELD
from tools.types import Entity, Fact


def is_measured(field_id: str) -> bool:
    """Whether a field's values are quantities; years and dates are not."""
    return kind(field_id) == "number"


def kind(field_id: str) -> str:
    """The field's kind; an unknown field is taken to hold numbers where its facts do."""
    return str(sections().get(field_id, {}).get("kind", "number"))


def raised(text: str) -> str:
    """The text with a capital in front."""
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Namer:
    """Names in the report's language; `names` maps entity ids to names in that language.

    `names_entities` is set where the title does not already say whose values these are.
    """

    lang: Language
    names: Mapping[str, str] = field(default_factory=dict)
    names_entities: bool = False

    def entity(self, entity: Entity) -> str:
        """The entity's name in the report's language where one is known."""
        return self.names.get(entity.id, entity.name)

    def field(self, field_id: str) -> str:
        """The field's label; a field that is not in the table goes by its id."""
        if field_id == TEXT_FIELD:
            return words(self.lang, "quoted text")
        section = sections().get(field_id)
        return str(section[self.lang]) if section else field_id.replace("_", " ")

    def heading(self, field_id: str) -> str:
        """The label as a line begins with it."""
        return raised(self.field(field_id))

    def topic(self, entity: Entity, field_id: str) -> str:
        """A value's name as a line or a chart begins with it."""
        if not self.names_entities:
            return self.heading(field_id)
        colon = "：" if self.lang == "zh" else ": "
        return f"{self.entity(entity)}{colon}{self.field(field_id)}"

    def phrased(self, entity: Entity, field_id: str) -> str:
        """A value's name as a sentence begins with it."""
        if not self.names_entities:
            return self.heading(field_id)
        name = self.entity(entity)
        return (
            f"{name}{self.field(field_id)}"
            if self.lang == "zh"
            else f"{self.heading(field_id)} of {name}"
        )

    def value(self, fact: Fact) -> str:
        """The fact's value as running text says it."""
        if fact.number is not None and is_measured(fact.field):
            return phrase(fact.number, fact.unit, self.lang)
        if kind(fact.field) in {"date", "year"}:
            return said(fact.value, self.lang)
        return self.names.get(fact.value_id or "", fact.value)

    def cited(self, citation: Citation) -> str:
        """A citation's value in full."""
        if is_measured(citation.field):
            try:
                return exact(Decimal(citation.value), citation.unit, self.lang)
            except InvalidOperation:
                return citation.value
        return (
            said(citation.value, self.lang)
            if kind(citation.field) in {"date", "year"}
            else citation.value
        )
