"""Everything a report is written from, read out of a run once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent.report.facts import FactBook, gather
from agent.report.figures import key
from agent.report.labels import Namer
from agent.report.subjects import Subject, answer_set, focus_of, subjects
from agent.report.types import Evidence
from agent.types import Language, RunResult
from tools.types import Entities, Entity, Fact, Table


@dataclass(frozen=True, slots=True)
class Material:
    """A run read for writing: its facts, the values it looked up, the set it found."""

    result: RunResult
    evidence: tuple[Evidence, ...]
    book: FactBook
    subjects: tuple[Subject, ...]
    members: Entities | Table | None
    entity: Entity | None
    period: str
    namer: Namer
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def lang(self) -> Language:
        """The report's language."""
        return self.namer.lang

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that the run looked up."""
        found = [item.observation for item in self.evidence if item.tool == "lookup"]
        return tuple(value for value in found if isinstance(value, Table))


def read(result: RunResult, evidence: Sequence[Evidence], namer: Namer) -> Material:
    """Read a run's result and evidence."""
    book = gather(result, evidence)
    entity_id, period = focus_of(evidence, book)
    about = subjects(evidence, book, period)
    members = answer_set(evidence)
    return Material(
        result=result,
        evidence=tuple(evidence),
        book=book,
        subjects=about,
        members=members if members is not None and result.status == "answered" else None,
        entity=next((group.entity for group in book.of_entity(entity_id)), None),
        period=period,
        namer=namer,
        facts={key(fact): fact for fact in book.by_id.values()},
    )
