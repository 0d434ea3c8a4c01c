"""The seam of the world: a call goes in, an observation comes out. Imports nothing heavy.

Guarantees: every observation is a frozen value with its evidence; failure is a value too.
Does not guarantee: that a value is true, only that its source says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class Entity:
    """One real thing of the fact table; `id` is stable (`nobel/26`, `country/NOR`)."""

    id: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class EntityClass:
    """A named set of entities: a type, narrowed by `field = value` where given."""

    id: str
    label: str
    type: str
    field: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class FieldRef:
    """A field of the fact table by its id in `tools/facts/fields.toml`."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time in the table's spelling: `2024`, `FY2025`, `2026Q2`, `2024-11`."""

    text: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in base units, as the question states it; `unit` is empty where none was said."""

    number: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words: a name, a category, a source."""

    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where outside the bundled facts something was read: `url` leads to it, at best to that very version.

    `retrieved` is ISO 8601 in UTC, `revision` what the source itself calls the version. `native` is what it calls
    the field (`P569`, `us-gaap:Revenues`), `note` how the statement is meant (dates, qualifiers, a difference);
    `asked` is the address that answered and `sha256` the digest of its answer.
    """

    url: str
    licence: str = ""
    revision: str = ""
    retrieved: str = ""
    native: str = ""
    note: str = ""
    asked: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement of one source; `value_id` names the entity that a relation points to.

    `origin` is set for what was read live; the bundled facts' sources are described by their names.
    """

    id: int
    entity: Entity
    field: str
    value: str
    number: Decimal | None
    unit: str
    period: str
    source: str
    value_id: str | None = None
    origin: Source | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """What a table holds for one entity: the preferred value and every source's fact behind it."""

    entity: Entity
    value: Decimal | str
    unit: str
    period: str
    facts: tuple[Fact, ...]
    disagrees: bool = False


@dataclass(frozen=True, slots=True)
class Entities:
    """A set of entities in a stable order, with the facts that put them there."""

    members: tuple[Entity, ...]
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One field over several entities (or one entity over several periods)."""

    field: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value with unit and period, and the facts it was read or computed from."""

    value: Decimal | str
    unit: str = ""
    period: str = ""
    facts: tuple[Fact, ...] = ()
    disagrees: bool = False
    derivation: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of text as it stands in a page or document; `place` is a page, line or row where there is one.

    `id` is the same wherever the same words are found; `engine` found it, `source` (`web:example.org`,
    `documents:notes.md`) holds it; `url` is empty for a document; `retrieved` is ISO 8601 in UTC.
    """

    id: str
    title: str
    snippet: str
    url: str
    engine: str
    source: str
    retrieved: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Passages:
    """Text that a search found or a page holds, best first, with a fact (that it stands there) for each."""

    members: tuple[Passage, ...]
    facts: tuple[Fact, ...] = ()


class NoteKind(StrEnum):
    """What a note is about."""

    INSTRUCTIONS = "instructions in a text"
    DEGRADED = "engine degraded"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Note:
    """What the user should know of a call beside its observation; `about` names the page, engine or file."""

    kind: NoteKind
    about: str
    text: str


class Truth(StrEnum):
    """What the facts say of a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One layer of a verdict over text: `citation`, `quotation`, `numbers` or `entailment`, and what it found.

    `detail` shows the derivation where a number was worked out.
    """

    layer: str
    truth: Truth
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of `verify` over a single value, with the facts that decide it."""

    truth: Truth
    claim: str
    facts: tuple[Fact, ...] = ()
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What `finish` hands over: text for people, the value behind it, its evidence."""

    text: str
    value: Entities | Table | Scalar | Verdict | Passages
    facts: tuple[Fact, ...]


class Reason(StrEnum):
    """Why a call brought nothing back."""

    UNKNOWN_ENTITY = "unknown entity"
    AMBIGUOUS = "ambiguous"
    UNKNOWN_FIELD = "unknown field"
    NO_VALUE = "no value"
    NO_VALUE_FOR_PERIOD = "no value for the period"
    EMPTY = "empty"
    TYPE_MISMATCH = "type mismatch"
    BAD_EXPRESSION = "bad expression"
    TOO_COSTLY = "too costly"
    UNAVAILABLE = "unavailable"
    NOT_DERIVABLE = "not derivable"
    NOT_FOUND = "not found"
    FORBIDDEN = "forbidden by the server"
    RATE_LIMITED = "rate limited"
    TIMED_OUT = "timed out"
    MALFORMED = "malformed"
    TOO_LARGE = "too large"
    BUDGET_EXHAUSTED = "budget exhausted"
    BLOCKED = "blocked by policy"
    OFFLINE = "offline"
    UNIDENTIFIED = "contact missing"
    NOT_RECORDED = "not in the recording"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Failed:
    """A call that brought nothing back: `detail` is for people, `candidates` for the next attempt.

    `retry_after_seconds` is how long the source asked to be left alone, where it said so.
    """

    reason: Reason
    detail: str
    retryable: bool = False
    candidates: tuple[str, ...] = ()
    retry_after_seconds: float | None = None


Value: TypeAlias = Entities | Table | Scalar | Verdict | Passages
Observation: TypeAlias = Value | Answer | Failed
Term: TypeAlias = Entity | EntityClass | FieldRef | Period | Quantity | Text
Binding: TypeAlias = Term | Value


@dataclass(frozen=True, slots=True)
class Call:
    """A tool request. Argument texts may hold symbols (`#1`, `@2`, `%3`) that `bindings` resolves.

    Argument names by tool: search(query) · lookup(source, field, period?, origin?) ·
    calculate(expression) · verify(claim) · finish(answer).
    """

    tool: str
    args: Mapping[str, str]
    bindings: Mapping[str, Binding] = field(default_factory=dict)


class Tools(Protocol):
    """The seam: any call gives an observation, never an exception for what the world did."""

    def run(self, call: Call) -> Observation:
        """Run one call to its observation."""
        ...
