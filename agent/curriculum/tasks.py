"""What the curriculum writes: a question, the plan that answers it, and the answer computed from the facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from agent.types import Language
from tools.types import Term

Topology = Literal["intersection", "chain", "reconciliation", "report", "unanswerable"]
HeldOut = Literal["", "deep", "newfield"]


@dataclass(frozen=True, slots=True)
class GoldRow:
    """A row of the gold plan: words are terms, `#k` references, operations, comparators or None (filler)."""

    tool: str
    words: tuple[Term | str | None, ...]


@dataclass(frozen=True, slots=True)
class Gold:
    """The right answer: its text, other accepted texts, and for numbers a unit and a relative tolerance."""

    answer: str
    accept: tuple[str, ...] = ()
    unit: str = ""
    tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class Plant:
    """A fact that the world is to be found without: its entity and field."""

    entity: str
    field: str


@dataclass(frozen=True, slots=True)
class Task:
    """One task. `gold` is None where the facts cannot answer the question.

    `rows` then ends in a `finish` of nothing, or asks for what is not there. `revised` is the plan after the
    contradiction that `plants` cause; `rows` is then the first draft. `held_out` names what of it (beside its
    entities) is never trained on: a depth or combination (`deep`), a field as a condition (`newfield`).
    """

    question: str
    lang: Language
    topology: Topology
    family: str
    rows: tuple[GoldRow, ...]
    gold: Gold | None
    plants: tuple[Plant, ...] = ()
    revised: tuple[GoldRow, ...] = field(default=())
    held_out: HeldOut = ""
