"""Draft the plan, or the part of it that a revision opened: one template, one fill, one turn.

Guarantees: rows that stand (executed, not opened, resting on rows that stand) come out exactly as they went
in. While the model is still denoising, every row whose words are final is offered to the dispatcher.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter

from agent import plan as canvas
from agent.deps import Deps
from agent.events import CanvasChanged, CellView, PlanDrafted
from agent.fallback import searching
from agent.state import Cell, RunState
from agent.types import N_ARGS, N_ROWS, NIL, Brief, Metrics, Plan, PlanRow, Row, RowStatus
from model.types import Cell as CanvasCell
from model.types import CellState, DecodeParams, DenoiseStep, Filling, Template, Usage

FIXED_COLUMN = -1
_COLUMNS = range(N_ARGS + 1)


def draft(state: RunState, deps: Deps) -> RunState:
    """The state with its open cells filled; nothing is filled once the run has to end."""
    if state.metrics.turns >= deps.limits.budget.max_turns:
        return replace(state, halt=state.halt or "turns")
    deps.tally.ended(state.metrics.new_tokens)
    if deps.tally.is_spent:
        return replace(state, halt=state.halt or "tokens")
    if halt := deps.limits.halted():
        return replace(state, halt=halt)
    opened = _opened(state, deps)
    deps.dispatcher.begin(opened)
    form = deps.template_of(opened)
    deps.tally.fills(sum(slot.n_cells for slot in form.slots() if slot.value is None))
    filled = _fill(form, _params(opened, deps), _Watch(opened, deps, form))
    return _drafted(opened, filled, deps)


def _opened(state: RunState, deps: Deps) -> RunState:
    """The state at the beginning of a turn: which cells are open, which rows stand."""
    by_row = _goes_by_row(state, deps)
    cells = _rows_from(state.next_row) if by_row else state.open
    plan = state.plan or (Plan(()) if by_row else None)
    turned = state.metrics.model_copy(update={"turns": state.metrics.turns + 1})
    kept = standing(plan, cells, state.observed) if plan else {}
    return replace(state, plan=plan, open=cells, observed=kept, metrics=turned)


def _goes_by_row(state: RunState, deps: Deps) -> bool:
    """Whether this turn writes a row and what may follow it; a plan that is complete is only mended."""
    return deps.spec.row_by_row and not state.is_complete


def _rows_from(first: int) -> frozenset[Cell]:
    return frozenset((row, column) for row in range(first, N_ROWS + 1) for column in _COLUMNS)


def standing(plan: Plan, opened: frozenset[Cell], observed: Mapping[int, str]) -> dict[int, str]:
    """The executed rows that a fill of the opened cells leaves as they are, and the calls behind them."""
    touched = {row for row, _ in opened}
    kept: dict[int, str] = {}
    for row in plan.rows:
        is_done = row.status is RowStatus.OK and row.index in observed
        if is_done and row.index not in touched and set(canvas.references(row)) <= set(kept):
            kept[row.index] = observed[row.index]
    return kept


def _params(state: RunState, deps: Deps) -> DecodeParams:
    if not _goes_by_row(state, deps):
        return deps.spec.params
    return replace(deps.spec.params, stop_after=canvas.slot_name(state.next_row, N_ARGS))


@dataclass(frozen=True, slots=True)
class _Filled:
    """What a fill brought: the filling is None where the run had to end before its last step."""

    filling: Filling | None
    usage: Usage
    seconds: float


@dataclass(slots=True)
class _Watch:
    """Looks on while the model fills: shows the canvas, and offers rows that are final."""

    state: RunState
    deps: Deps
    form: Template
    final: set[str] = field(default_factory=set)
    offered: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Known slots are final from the start; rows that stand need no offer."""
        self.final = {slot.name for slot in self.form.slots() if slot.value is not None}
        self.offered = set(self.state.observed) | {N_ROWS}

    def see(self, seen: DenoiseStep) -> None:
        """Take in one denoise step."""
        if self.deps.shows_canvas:
            self._show(seen)
        self.final |= set(seen.committed)
        self._offer({cell.slot: cell.text for cell in seen.cells if cell.slot})
        self.deps.dispatcher.pump()

    def _show(self, seen: DenoiseStep) -> None:
        self.deps.reporter.say(
            CanvasChanged,
            turn=self.state.metrics.turns,
            step=seen.index,
            cells=cell_views(seen.cells),
            remasked=[canvas.cell_of(slot) for slot in seen.remasked],
        )

    def _offer(self, words: Mapping[str, str]) -> None:
        for index in range(1, N_ROWS):
            names = [canvas.slot_name(index, column) for column in _COLUMNS]
            if index in self.offered or not self.final.issuperset(names):
                continue
            self.offered.add(index)
            tool, *arguments = (words[name] for name in names)
            if tool != canvas.NOP:
                self.deps.dispatcher.offer(Row(index, tool, tuple(arguments)))


def cell_views(cells: Iterable[CanvasCell]) -> list[CellView]:
    """The canvas for people; a row's fixed word stands in column -1, its tool in column 0."""
    views: list[CellView] = []
    row = 1
    for cell in cells:
        column = FIXED_COLUMN
        if cell.state is CellState.FIXED:
            row = int(cell.text[1:]) if cell.text[1:].isdigit() else row
        elif cell.slot:
            row, column = canvas.cell_of(cell.slot)
        views.append(
            CellView(
                row=row,
                column=column,
                text=cell.text,
                state=str(cell.state),
                confidence=cell.confidence,
            )
        )
    return views


def _fill(form: Template, params: DecodeParams, watch: _Watch) -> _Filled:
    """Fill the template, counting only the time in which the model was at work."""
    steps = watch.deps.lm.stream(form, params)
    seconds, n_steps = 0.0, 0
    while not watch.deps.limits.halted():
        began = perf_counter()
        seen = next(steps, None)
        seconds += perf_counter() - began
        if seen is None:
            raise AssertionError(f"{watch.deps.lm.name} ended a fill without a filling")
        watch.see(seen)
        if seen.filling is not None:
            return _Filled(seen.filling, seen.filling.usage, seconds)
        n_steps += 1
    return _Filled(None, Usage(forwards=n_steps, denoise_steps=n_steps), seconds)


def _drafted(state: RunState, filled: _Filled, deps: Deps) -> RunState:
    metrics = _charged(state.metrics, filled)
    deps.tally.ended(metrics.new_tokens)
    if filled.filling is None:
        return replace(state, metrics=metrics, halt=deps.limits.halted())
    values = filled.filling.values
    by_row = _goes_by_row(state, deps)
    plan = _merged(state, _words(state, values, by_row))
    drafted = replace(
        _moved_on(state, values) if by_row else replace(state, is_complete=True),
        plan=plan,
        metrics=metrics,
        allowed={},
        confidence={**state.confidence, **filled.filling.confidence},
    )
    drafted = searching(drafted, deps)
    rows = plan_rows(drafted.drafted, drafted.linked)
    deps.reporter.say(PlanDrafted, turn=metrics.turns, rows=rows)
    return drafted


def _charged(metrics: Metrics, filled: _Filled) -> Metrics:
    usage = filled.usage
    return metrics.model_copy(
        update={
            "forwards": metrics.forwards + usage.forwards,
            "denoise_steps": metrics.denoise_steps + usage.denoise_steps,
            "new_tokens": metrics.new_tokens + usage.new_tokens,
            "model_seconds": metrics.model_seconds + filled.seconds,
            "invalid_calls": metrics.invalid_calls
            + (filled.filling.invalid if filled.filling else 0),
        }
    )


def _words(state: RunState, values: Mapping[str, str], row_by_row: bool) -> dict[str, str]:
    """The word of every cell; an arm that writes row by row has not got beyond its row."""
    if not row_by_row:
        return dict(values)
    blank = {
        canvas.slot_name(row, n): _filler(row, n) for row in range(1, N_ROWS + 1) for n in _COLUMNS
    }
    written = {
        name: word for name, word in values.items() if canvas.cell_of(name)[0] <= state.next_row
    }
    return blank | written


def _filler(row: int, column: int) -> str:
    if column:
        return NIL
    return "finish" if row == N_ROWS else canvas.NOP


def _moved_on(state: RunState, values: Mapping[str, str]) -> RunState:
    """Where to write next: the row after this one, or the ending once a row is left unused."""
    if state.next_row == N_ROWS:
        return replace(state, is_complete=True)
    is_unused = values[canvas.slot_name(state.next_row, 0)] == canvas.NOP
    return replace(state, next_row=N_ROWS if is_unused else state.next_row + 1)


def _merged(state: RunState, words: Mapping[str, str]) -> Plan:
    """The plan that was written, with what is known of the rows that stand."""
    old = {row.index: row for row in state.plan.rows} if state.plan else {}
    return Plan(tuple(_carried(row, old.get(row.index), state) for row in canvas.read(words).rows))


def _carried(row: Row, before: Row | None, state: RunState) -> Row:
    is_same = before is not None and canvas.says_same(before, row)
    if row.index in state.observed:
        if before is None or not is_same:
            raise AssertionError(f"row {row.index} has been executed and was written again")
        return before
    if before is None:
        return row
    return replace(row, revisions=before.revisions + (not is_same))


def plan_rows(plan: Plan, brief: Brief) -> list[PlanRow]:
    """The plan as people see it."""
    return [
        PlanRow(
            row=row.index,
            tool=row.tool,
            args=canvas.shown(row, brief),
            status=str(row.status),
            revisions=row.revisions,
        )
        for row in plan.rows
    ]
