"""Everything a report is written from, read out of a run once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from agent.report.check import Ground
from agent.report.facts import FactBook, gather
from agent.report.figures import key
from agent.report.labels import Namer
from agent.report.subjects import Subject, answer_value, focus_of, subjects
from agent.report.types import Evidence
from agent.types import Language, RunResult
from tools.types import Entities, Entity, Fact, Scalar, Table, Value, Verdict

Sort = Literal["figures", "set", "value", "gap"]
_LEAST_FIGURES = 2


@dataclass(frozen=True, slots=True)
class Material:
    """A run read for writing: its facts, the values it looked up, the set it found."""

    result: RunResult
    evidence: tuple[Evidence, ...]
    book: FactBook
    subjects: tuple[Subject, ...]
    answer: Value | None
    entity: Entity | None
    period: str
    namer: Namer
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def sort(self) -> Sort:
        """What kind of report this is."""
        if self.members is not None:
            return "set"
        return _sort(self.subjects, self.answer, self.result)

    @property
    def lang(self) -> Language:
        """The report's language."""
        return self.namer.lang

    @property
    def members(self) -> Entities | Table | None:
        """The set that the answer names, if it names one."""
        return self.answer if isinstance(self.answer, Entities | Table) else None

    @property
    def ground(self) -> Ground:
        """What sentences may stand on."""
        found = [item.observation for item in self.evidence]
        scalars = [value for value in found if isinstance(value, Scalar) and value.derivation]
        scalars = [value for value in scalars if not self._is_invented(value)]
        computed = {s.derivation: s.value for s in scalars if isinstance(s.value, Decimal)}
        return Ground(self.facts, self.namer, computed, self.result.question)

    def _is_invented(self, value: Scalar) -> bool:
        """Whether a number was worked out from one that nothing stands behind."""
        return any(number in value.derivation for number in self.result.unverified)

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that the run looked up."""
        found = [item.observation for item in self.evidence if item.tool == "lookup"]
        return tuple(value for value in found if isinstance(value, Table))


def read(result: RunResult, evidence: Sequence[Evidence], namer: Namer) -> Material:
    """Read a run's result and evidence."""
    book = gather(result, evidence)
    entity_id, period = focus_of(evidence, book)
    material = Material(
        result=result,
        evidence=tuple(evidence),
        book=book,
        subjects=subjects(evidence, book, period),
        answer=answer_value(result, evidence),
        entity=next((group.entity for group in book.of_entity(entity_id)), None),
        period=period,
        namer=namer,
        facts={key(fact): fact for fact in book.by_id.values()},
    )
    several = len({subject.group.entity.id for subject in material.subjects}) > 1
    named = several or material.sort != "figures"
    return replace(material, namer=replace(namer, names_entities=named))


def _sort(about: Sequence[Subject], answer: Value | None, result: RunResult) -> Sort:
    """Figures where values were looked up to be reported, a value where one answers the question."""
    is_computed = isinstance(answer, Scalar) and bool(answer.derivation)
    if len(about) >= _LEAST_FIGURES and not is_computed and not isinstance(answer, Verdict):
        return "figures"
    return "value" if about and result.status == "answered" else "gap"
