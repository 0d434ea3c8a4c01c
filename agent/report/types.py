"""The values of a report. A `Report` is complete in itself: an exporter needs nothing else.

Guarantees: frozen; every number that a sentence states names the citations it rests on.
Does not guarantee: that a cited fact is true, only that its source says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from agent.types import Citation, Language, Metrics, RunNote
from tools.types import Observation

Operation = Literal["growth", "difference", "ratio", "share", "sum", "count", "calculated"]
SentenceKind = Literal[
    "answer",
    "level",
    "growth",
    "record",
    "trend",
    "comparison",
    "share",
    "check",
    "computed",
    "quoted",
]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one executed row brought back: the plan row's number, its call, its observation.

    This is all that the report writer asks of a run beside its `RunResult`. `row` is 0 for a lookup
    that the report writer made itself. Rows come in plan order; an `Answer` may be among them.
    """

    row: int
    tool: str
    args: tuple[str, ...]
    observation: Observation


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Derived(_Value):
    """A number computed from cited facts, so that a check can compute it again."""

    operation: Operation
    operands: tuple[str, ...]
    value: Decimal
    expression: str = ""


class Sentence(_Value):
    """A statement and what it rests on; `unsupported` holds the numbers that nothing stands behind."""

    kind: SentenceKind
    text: str
    citations: tuple[str, ...] = ()
    derived: tuple[Derived, ...] = ()
    unsupported: tuple[str, ...] = ()


class Change(_Value):
    """How a figure compares with an earlier period."""

    text: str
    against: str
    rising: bool
    citations: tuple[str, ...]


class Figure(_Value):
    """A line of the figures table; `value` is ready to print, `number` is the value itself."""

    entity: str
    field: str
    label: str
    period: str
    value: str
    unit: str
    number: Decimal | None
    previous: Change | None
    year_ago: Change | None
    citations: tuple[str, ...]


class Point(_Value):
    """A value of a series; the citation is the fact it was drawn from."""

    period: str
    value: Decimal
    citation: str


class Series(_Value):
    """A chart's content. `over` says what the points are named by: periods or members."""

    title: str
    entity: str
    field: str
    unit: str
    over: Literal["periods", "members"]
    form: Literal["bars", "line"]
    points: tuple[Point, ...]
    focus: str = ""


class Finding(_Value):
    """What the facts say about one topic."""

    topic: str
    sentences: tuple[Sentence, ...]


class Cell(_Value):
    """A table cell with its citations."""

    text: str
    citations: tuple[str, ...] = ()


class MemberTable(_Value):
    """The members of an answer set with the facts that decided, one row a member."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: tuple[bool, ...]
    omitted: int = 0


class Claim(_Value):
    """A claim that was verified, or an identity that was recomputed."""

    text: str
    truth: Literal["supported", "contradicted", "unknown"]
    citations: tuple[str, ...]
    derived: tuple[Derived, ...] = ()


class Reading(_Value):
    """What one source says in a dispute."""

    text: str
    source: str
    citation: str


class Dispute(_Value):
    """Sources that disagree on one value; both stand, and `kept` is the one the report uses."""

    label: str
    period: str
    readings: tuple[Reading, ...]
    kept: str


class Gap(_Value):
    """What could not be established, and why."""

    what: str
    why: str


class SourceNote(_Value):
    """A source with its tier and licence and the citations drawn from it."""

    key: str
    label: str
    tier: Literal["filing", "official", "database", "press", "unknown"]
    licence: str
    citations: tuple[str, ...]


class Step(_Value):
    """A row of the plan as it was executed."""

    row: int
    call: str
    status: str
    outcome: str
    revisions: int


class Method(_Value):
    """How the report was made."""

    arm: str
    status: str
    steps: tuple[Step, ...]
    metrics: Metrics
    own_lookups: int
    notes: tuple[RunNote, ...] = ()


class Report(_Value):
    """A finished report; `citations` are numbered in the order in which the report uses them."""

    title: str
    subtitle: str
    question: str
    lang: Language
    made_on: str
    summary: tuple[Sentence, ...]
    figures: tuple[Figure, ...]
    members: MemberTable | None
    series: tuple[Series, ...]
    findings: tuple[Finding, ...]
    claims: tuple[Claim, ...]
    disputes: tuple[Dispute, ...]
    gaps: tuple[Gap, ...]
    sources: tuple[SourceNote, ...]
    citations: tuple[Citation, ...]
    method: Method
