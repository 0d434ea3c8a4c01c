"""What happened in a run, in the past tense. CLI, page, API and tests only read these.

A run's events form an append-only log: one JSON object a line, each with `kind`, `run` and `at`
(seconds since the run began).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from agent.types import PlanRow, RunResult


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True)
    run: str
    at: float


class RunStarted(_Event):
    """A run began; `is_online` is the run's own choice of live sources, None where the settings decide."""

    kind: Literal["run_started"] = "run_started"
    question: str
    arm: str
    lang: str
    is_online: bool | None = None


class PointerView(BaseModel):
    """A pointer as users see it."""

    model_config = ConfigDict(frozen=True)
    symbol: str
    kind: str
    label: str


class QuestionLinked(_Event):
    """The question's mentions were linked to the facts."""

    kind: Literal["question_linked"] = "question_linked"
    text: str
    pointers: list[PointerView]


class CellView(BaseModel):
    """A canvas cell as users see it; `state` is fixed, locked, masked, revealed or committed."""

    model_config = ConfigDict(frozen=True)
    row: int
    column: int
    text: str
    state: str
    confidence: float | None = None


class CanvasChanged(_Event):
    """A denoise step (or, for an AR arm, a token) changed the canvas: the whole picture after it."""

    kind: Literal["canvas_changed"] = "canvas_changed"
    turn: int
    step: int
    cells: list[CellView]
    remasked: list[tuple[int, int]] = []


class PlanDrafted(_Event):
    """A draft or a revision stands: the plan as it is now."""

    kind: Literal["plan_drafted"] = "plan_drafted"
    turn: int
    rows: list[PlanRow]


class CallStarted(_Event):
    """A row's call was sent to its tool."""

    kind: Literal["call_started"] = "call_started"
    row: int
    call: str


class CallFinished(_Event):
    """A row's observation came back; `summary` is one short line for people."""

    kind: Literal["call_finished"] = "call_finished"
    row: int
    status: str
    summary: str
    seconds: float


class Warned(_Event):
    """Something the user should know of: instructions in a text that was read, an engine that was left out.

    `topic` is which of them, `about` the page, engine or file; `row` the plan row whose call met it.
    """

    kind: Literal["warned"] = "warned"
    row: int
    topic: str
    about: str
    text: str


class PlanContradicted(_Event):
    """Evidence contradicted the plan; `reopened` are the (row, column) cells to be remasked."""

    kind: Literal["plan_contradicted"] = "plan_contradicted"
    row: int
    reason: str
    level: str
    reopened: list[tuple[int, int]]


class RunFinished(_Event):
    """The run ended; the result is complete."""

    kind: Literal["run_finished"] = "run_finished"
    result: RunResult


AgentEvent = Annotated[
    RunStarted
    | QuestionLinked
    | CanvasChanged
    | PlanDrafted
    | CallStarted
    | CallFinished
    | Warned
    | PlanContradicted
    | RunFinished,
    Field(discriminator="kind"),
]

EVENTS: TypeAdapter[AgentEvent] = TypeAdapter(AgentEvent)
