"""The values of a run: brief, plan, result. Knows neither torch nor gradio nor langgraph."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.types import Term

N_ROWS = 8
N_ARGS = 6
NIL = "<nil>"

Arm = Literal["diffusion", "ar-plan", "ar-react"]
Language = Literal["en", "zh"]
Status = Literal["answered", "abstained", "failed", "stopped"]


class RowStatus(StrEnum):
    """What became of a row; written by the runtime, never predicted."""

    TODO = "todo"
    RUNNING = "running"
    OK = "ok"
    EMPTY = "empty"
    CONTRADICTED = "contradicted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Pointer:
    """A short name for something the question mentions.

    `symbol` is `@1`.. for entities, classes, values, periods and numbers in order of mention, and
    `%1`.. for the best-matching fields in rank order; `kind` is one word that the planner reads. `is_certain` marks
    a field that the question plainly asks for, and that a thing it names has.
    """

    symbol: str
    kind: str
    label: str
    target: Term
    start: int = -1
    end: int = -1
    is_certain: bool = False


@dataclass(frozen=True, slots=True)
class Brief:
    """A linked question: its text with mentions replaced by pointers, and the pointers."""

    question: str
    lang: Language
    text: str
    pointers: tuple[Pointer, ...]

    def pointer(self, symbol: str) -> Pointer | None:
        """The pointer of that name, if the brief offers it."""
        return next((p for p in self.pointers if p.symbol == symbol), None)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a plan: a tool and its argument words, padded with `<nil>` to N_ARGS."""

    index: int
    tool: str
    words: tuple[str, ...]
    status: RowStatus = RowStatus.TODO
    revisions: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """The rows in use, in order; the last one is `finish`, and its index is always N_ROWS."""

    rows: tuple[Row, ...]


class Citation(BaseModel):
    """One fact an answer rests on; `id` is what `[n]` in the text resolves to.

    What was read live has a `url` (empty for a document of the user's), and says under which `licence`, in which
    `revision` and when (`retrieved`, ISO 8601) it was read.
    """

    model_config = ConfigDict(frozen=True)
    id: str
    entity: str
    field: str
    period: str
    value: str
    unit: str
    source: str
    url: str = ""
    licence: str = ""
    revision: str = ""
    retrieved: str = ""


class RunNote(BaseModel):
    """What the user should know of a run beside its answer: an engine left out, instructions in a page."""

    model_config = ConfigDict(frozen=True)
    kind: str
    about: str
    text: str


class PlanRow(BaseModel):
    """A row as users see it."""

    model_config = ConfigDict(frozen=True)
    row: int
    tool: str
    args: list[str]
    status: str
    revisions: int


class Metrics(BaseModel):
    """What a run cost."""

    model_config = ConfigDict(frozen=True)
    forwards: int = 0
    denoise_steps: int = 0
    new_tokens: int = 0
    model_seconds: float = 0.0
    tool_seconds: float = 0.0
    seconds: float = 0.0
    turns: int = 0
    tool_calls: int = 0
    revisions: int = 0
    backtracks: int = 0
    invalid_calls: int = 0
    web_calls: int = 0
    web_bytes: int = 0
    web_seconds: float = 0.0


class RunResult(BaseModel):
    """What a run hands over; the object that `ask --json` prints.

    `unverified` are the numbers and addresses in the answer that no evidence stands behind; the answer marks them.
    """

    model_config = ConfigDict(frozen=True)
    question: str
    arm: str
    status: Status
    answer: str
    value: str | None = None
    unit: str | None = None
    citations: list[Citation] = []
    plan: list[PlanRow] = []
    metrics: Metrics = Metrics()
    notes: list[RunNote] = []
    unverified: list[str] = []


@dataclass(frozen=True, slots=True)
class Budget:
    """Caps of one run; reaching one ends it with an honest partial answer.

    `max_tokens` are those that the model writes; a fill that has begun is not cut off.
    """

    max_turns: int = 8
    max_calls: int = 32
    max_seconds: float = 60.0
    max_tokens: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Insertion:
    """Rows in the place of those from the first one's index to `until`; `choices` are their open cells.

    The first may be the row that stands there. `until` 0 is that index too: one row gives its place.
    """

    rows: tuple[Row, ...]
    choices: tuple[tuple[tuple[int, int], frozenset[str]], ...]
    until: int = 0


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An observation that the plan cannot stand on: which row, which of its words, and why.

    `kept` are cells of the row that nothing but the offers may change: the period that was asked for. No new plan
    is made then either, for it would ask the same or something else. An `insertion` opens nothing but its own cells.
    """

    row: int
    cells: tuple[int, ...]
    status: RowStatus
    banned: tuple[str, ...]
    reason: str
    offers: tuple[Pointer, ...] = field(default=())
    kept: tuple[int, ...] = field(default=())
    insertion: Insertion | None = None
