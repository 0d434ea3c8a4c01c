"""What a panel shows: a fold over a run's events, so that a replay and the live run look the same.

Guarantees: a view depends on the events alone, never on when or in what portions they came.
Does not guarantee: that the events of a run that broke off ever reach an end; see `broken_off`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce, singledispatch
from typing import Literal

from agent.events import (
    AgentEvent,
    CallFinished,
    CallStarted,
    CanvasChanged,
    CellView,
    PlanContradicted,
    PlanDrafted,
    PointerView,
    QuestionLinked,
    RunFinished,
    RunStarted,
    Warned,
)
from agent.types import NIL, PlanRow, RunResult

Phase = Literal[
    "waiting",
    "queued",
    "linking",
    "drafting",
    "acting",
    "revising",
    "answered",
    "abstained",
    "failed",
    "stopped",
    "broken",
]
OVER: frozenset[Phase] = frozenset({"answered", "abstained", "failed", "stopped", "broken"})
WRITTEN = frozenset({"revealed", "committed"})
FILLER = frozenset({NIL, "nop"})  # says nothing, so nothing of it shows through
WARNED = {  # by the topic that a note of the tools has
    "engine degraded": "log_degraded",
    "instructions in a text": "log_instructions",
    "left out": "log_left_out",
}
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """A canvas cell with its past: `ghost` is the word scraped off, `forward` the one that wrote it."""

    row: int
    column: int
    word: str
    state: str
    confidence: float | None = None
    ghost: str = ""
    forward: int = 0

    @property
    def place(self) -> Place:
        """Row and column."""
        return self.row, self.column


@dataclass(frozen=True, slots=True)
class Forward:
    """One stroke of the pen: in which turn, and how many cells it wrote."""

    turn: int
    written: int


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan row with what became of it; `former` is the call that a revision replaced."""

    row: int
    tool: str
    args: tuple[str, ...]
    status: str
    revisions: int
    former: tuple[str, ...] = ()
    summary: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log: a key of `ui.words` and what to put into it."""

    at: float
    key: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PanelView:
    """Everything one panel shows."""

    run: str = ""
    question: str = ""
    arm: str = ""
    phase: Phase = "waiting"
    seconds: float = 0.0
    turns: int = 0
    calls: tuple[str, ...] = ()
    revisions: int = 0
    backtracks: int = 0
    pointers: tuple[PointerView, ...] = ()
    cells: tuple[Cell, ...] = ()
    forwards: tuple[Forward, ...] = ()
    plan: tuple[PlanLine, ...] = ()
    reopened: frozenset[int] = frozenset()
    log: tuple[LogLine, ...] = ()
    warnings: tuple[LogLine, ...] = ()
    result: RunResult | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.phase in OVER


BLANK = PanelView()


def view(events: Iterable[AgentEvent]) -> PanelView:
    """The panel after these events."""
    return reduce(advance, events, BLANK)


def awaited(run: str) -> PanelView:
    """The panel of a run of which nothing is known but its name."""
    return PanelView(run=run, phase="queued") if run else BLANK


def advance(before: PanelView, event: AgentEvent) -> PanelView:
    """The panel after one more event."""
    return _after(event, replace(before, run=event.run, seconds=max(before.seconds, event.at)))


def broken_off(before: PanelView) -> PanelView:
    """The panel of a run whose log ends without an end."""
    if before.is_over:
        return before
    if before.phase in ("waiting", "queued"):
        return BLANK
    return _logged(replace(before, phase="broken"), "log_broken")


@singledispatch
def _after(event: object, now: PanelView) -> PanelView:
    raise TypeError(f"no panel shows a {type(event).__name__}")


@_after.register
def _(event: RunStarted, now: PanelView) -> PanelView:
    now = replace(now, question=event.question, arm=event.arm, phase="linking")
    return _logged(now, "log_started")


@_after.register
def _(event: QuestionLinked, now: PanelView) -> PanelView:
    now = replace(now, pointers=tuple(event.pointers))
    return _logged(now, "log_linked", n=len(event.pointers))


@_after.register
def _(event: CanvasChanged, now: PanelView) -> PanelView:
    forward = len(now.forwards) + 1
    cells = _rewritten(now.cells, event.cells, forward)
    written = sum(cell.forward == forward for cell in cells)
    is_forward = written or _is_read(now.cells, cells)
    forwards = (*now.forwards, Forward(event.turn, written)) if is_forward else now.forwards
    phase: Phase = now.phase if now.phase == "revising" else "drafting"
    turns = max(now.turns, event.turn)
    return replace(now, cells=cells, forwards=forwards, phase=phase, turns=turns)


@_after.register
def _(event: PlanDrafted, now: PanelView) -> PanelView:
    plan = _redrafted(now, event.rows)
    now = replace(
        now, plan=plan, reopened=frozenset(), phase="acting", turns=max(now.turns, event.turn)
    )
    return _logged(now, "log_drafted", rows=len(plan), n=event.turn)


@_after.register
def _(event: CallStarted, now: PanelView) -> PanelView:
    """A row may start before the draft it belongs to stands: then its call says what it is."""
    tool, _, inner = event.call.partition("(")
    was = next((line for line in now.plan if line.row == event.row), None)
    if was is None or event.row in now.reopened:
        former = (was.tool, *was.args) if was else ()
        args = tuple(inner.removesuffix(")").split("; "))
        line = PlanLine(event.row, tool, args, "running", 0, former)
    else:
        line = replace(was, status="running")
    others = [line for line in now.plan if line.row != event.row]
    plan = tuple(sorted((*others, line), key=lambda line: line.row))
    reopened = now.reopened - {event.row}
    now = replace(now, plan=plan, reopened=reopened, calls=(*now.calls, tool))
    return _logged(now, "log_call", row=event.row, call=event.call)


@_after.register
def _(event: CallFinished, now: PanelView) -> PanelView:
    plan = tuple(_observed(line, event) if line.row == event.row else line for line in now.plan)
    key = "log_observed" if event.status == "ok" else "log_missed"
    return _logged(replace(now, plan=plan), key, row=event.row, summary=event.summary)


@_after.register
def _(event: Warned, now: PanelView) -> PanelView:
    now = _logged(now, WARNED.get(event.topic, "log_warned"), about=event.about, text=event.text)
    return replace(now, warnings=(*now.warnings, now.log[-1]))


@_after.register
def _(event: PlanContradicted, now: PanelView) -> PanelView:
    reopened = set(event.reopened)
    is_same_round = now.phase == "revising"
    now = replace(
        now,
        phase="revising",
        revisions=now.revisions + (not is_same_round),
        backtracks=now.backtracks + (event.level == "plan"),
        cells=tuple(_scraped(cell) if cell.place in reopened else cell for cell in now.cells),
        reopened=now.reopened | {row for row, _ in reopened},
    )
    return _logged(now, "log_contradicted", row=event.row, reason=event.reason, n=len(reopened))


@_after.register
def _(event: RunFinished, now: PanelView) -> PanelView:
    result = event.result
    plan = _redrafted(now, result.plan) if result.plan else now.plan
    metrics = result.metrics
    now = replace(
        now,
        phase=result.status,
        result=result,
        plan=plan,
        seconds=metrics.seconds or now.seconds,
        turns=metrics.turns or now.turns,
        revisions=metrics.revisions,
        backtracks=metrics.backtracks,
    )
    return _logged(now, f"log_{result.status}")


def _logged(now: PanelView, key: str, **values: object) -> PanelView:
    line = LogLine(now.seconds, key, tuple((name, str(value)) for name, value in values.items()))
    return replace(now, log=(*now.log, line))


def _is_read(before: Sequence[Cell], cells: Sequence[Cell]) -> bool:
    """Whether a forward that wrote nothing judged what was written: some cells are final now, or masked again."""
    written = {cell.place for cell in before if cell.state == "revealed"}
    return any(cell.place in written and cell.state in ("committed", "masked") for cell in cells)


def _rewritten(old: Sequence[Cell], new: Sequence[CellView], forward: int) -> tuple[Cell, ...]:
    before = {cell.place: cell for cell in old}
    return tuple(_cell(before.get((cell.row, cell.column)), cell, forward) for cell in new)


def _cell(was: Cell | None, now: CellView, forward: int) -> Cell:
    stroke = forward if now.state in WRITTEN and _is_fresh(was, now) else was.forward if was else 0
    return Cell(
        row=now.row,
        column=now.column,
        word="" if now.state == "masked" else now.text,
        state=now.state,
        confidence=now.confidence,
        ghost=_ghost(was, now),
        forward=0 if now.state == "masked" else stroke,
    )


def _is_fresh(was: Cell | None, now: CellView) -> bool:
    return was is None or was.state not in WRITTEN or was.word != now.text


def _ghost(was: Cell | None, now: CellView) -> str:
    """The word scraped off here: kept until the very same word is written again."""
    if was is None or now.state in ("fixed", "locked"):
        return ""
    is_scraped = was.state in WRITTEN and (now.state == "masked" or was.word != now.text)
    ghost = was.word if is_scraped and was.word not in FILLER else was.ghost
    return "" if now.state in WRITTEN and ghost == now.text else ghost


def _scraped(cell: Cell) -> Cell:
    is_word = cell.state in WRITTEN and cell.word not in FILLER
    ghost = cell.word if is_word else cell.ghost
    return replace(cell, state="masked", word="", ghost=ghost, forward=0)


def _redrafted(now: PanelView, rows: Sequence[PlanRow]) -> tuple[PlanLine, ...]:
    before = {line.row: line for line in now.plan}
    return tuple(_line(before.get(row.row), row, row.row in now.reopened) for row in rows)


def _line(was: PlanLine | None, row: PlanRow, is_reopened: bool) -> PlanLine:
    """A drafted row; unless it was reopened, what its call has brought stays with it."""
    line = PlanLine(row.row, row.tool, tuple(row.args), row.status, row.revisions)
    if was is None:
        return line
    if is_reopened:
        is_changed = (was.tool, was.args) != (line.tool, line.args)
        return replace(line, former=(was.tool, *was.args) if is_changed else was.former)
    status = was.status if line.status == "todo" else line.status
    return replace(line, status=status, former=was.former, summary=was.summary, seconds=was.seconds)


def _observed(line: PlanLine, event: CallFinished) -> PlanLine:
    return replace(line, status=event.status, summary=event.summary, seconds=event.seconds)
