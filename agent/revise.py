"""Decide how much of the plan to open again: the smallest rung of the ladder that was not tried yet.

Evidence decides what is opened; the confidence that each word was written with may only widen it. Guarantees:
executed rows are opened by a new plan alone, or, left to right, by a contradiction before them; each rung is
used once for what was blamed, and a new plan once a run; no fill is asked for that could write nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from agent import plan as canvas
from agent.arms import Level
from agent.deps import Deps
from agent.events import PlanContradicted
from agent.state import Cell, RunState
from agent.types import N_ARGS, N_ROWS, Contradiction, Insertion, Metrics, Plan, Row, RowStatus
from model.types import Record, Template

_COLUMNS = range(N_ARGS + 1)
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Opening:
    """What one contradiction opens."""

    contradiction: Contradiction
    level: Level
    cells: frozenset[Cell]


def revise(state: RunState, deps: Deps) -> RunState:
    """The state with cells opened for the next fill; without a rung left, the run ends honestly."""
    openings = [chosen for c in state.notes if (chosen := _opening(c, state, deps))]
    if len(openings) < len(state.notes):
        hopeless = tuple(
            c.reason for c in state.notes if c not in [o.contradiction for o in openings]
        )
        return replace(state, gaps=(*state.gaps, *hopeless), halt="gap")
    for opening in openings:
        deps.reporter.say(
            PlanContradicted,
            row=opening.contradiction.row,
            reason=opening.contradiction.reason,
            level=str(opening.level),
            reopened=sorted(opening.cells),
        )
    return _opened(state, openings)


def _opened(state: RunState, openings: list[Opening]) -> RunState:
    if insertion := next((note.insertion for note in state.notes if note.insertion), None):
        return _put_in(state, insertion, openings[0].cells)
    is_new_plan = any(opening.level is Level.PLAN for opening in openings)
    rejecting = replace(
        state,
        banned=_with_rejected(state.banned, state.notes),
        tried={} if is_new_plan else _with_tried(state, openings),
        metrics=_counted(state.metrics, is_new_plan),
    )
    if is_new_plan:
        return replace(
            rejecting, plan=None, observed={}, open=frozenset(), next_row=1, is_complete=False
        )
    return replace(
        rejecting,
        open=frozenset().union(*(opening.cells for opening in openings)),
        allowed=_offered(state.notes),
        next_row=min(opening.contradiction.row for opening in openings),
        is_complete=False,
    )


def _open_around(insertion: Insertion, plan: Plan) -> frozenset[Cell]:
    """The cells that its rows leave open, and all behind them where the plan says nothing yet."""
    is_blank = len(plan.rows) == 1
    behind = _whole(range(insertion.rows[-1].index + 1, N_ROWS + 1)) if is_blank else frozenset()
    return behind | {cell for cell, _ in insertion.choices}


def _put_in(state: RunState, insertion: Insertion, opened: frozenset[Cell]) -> RunState:
    """The state with the rows that its plan lacks; what came behind their place comes behind them."""
    plan = state.drafted
    first, last, n = canvas.place_of(plan, insertion)
    old = canvas.row_of(plan, first)
    stands = first + (old is not None and canvas.says_same(old, insertion.rows[0]))

    def moved(cell: Cell) -> Cell:
        row, column = cell
        is_behind = row > last or row == last >= stands
        return (row + n if is_behind and row < N_ROWS else row), column

    return replace(
        state,
        plan=canvas.with_rows(plan, insertion),
        observed={row: key for row, key in state.observed.items() if row < stands},
        confidence={s: p for s, p in state.confidence.items() if canvas.cell_of(s)[0] < stands},
        banned={moved(cell): words for cell, words in state.banned.items()},
        tried={tuple(map(moved, place)): used for place, used in state.tried.items()},
        open=opened,
        allowed=dict(insertion.choices),
        metrics=_counted(state.metrics, is_new_plan=False),
    )


def _counted(metrics: Metrics, is_new_plan: bool) -> Metrics:
    revisions, backtracks = metrics.revisions + 1, metrics.backtracks + is_new_plan
    return metrics.model_copy(update={"revisions": revisions, "backtracks": backtracks})


def _opening(contradiction: Contradiction, state: RunState, deps: Deps) -> Opening | None:
    """The smallest untried rung on which something can be written that was not there before."""
    if insertion := contradiction.insertion:
        return Opening(contradiction, Level.ROW, _open_around(insertion, state.drafted))
    used = state.tried.get(_place(contradiction), ())
    before: frozenset[Cell] = frozenset()
    for level in deps.spec.ladder:
        cells = opened_by(level, contradiction, state, deps.widen_below)
        if level is Level.PLAN:
            is_barred = bool(contradiction.kept or state.metrics.backtracks)
            return None if is_barred else Opening(contradiction, level, cells)
        cells -= _kept(contradiction)
        if level not in used and cells != before and _is_fillable(cells, state, deps):
            return Opening(contradiction, level, cells)
        before = cells
    return None


def _kept(contradiction: Contradiction) -> frozenset[Cell]:
    kept = set(contradiction.kept) - set(contradiction.cells)
    return frozenset((contradiction.row, column) for column in kept)


def _place(contradiction: Contradiction) -> tuple[Cell, ...]:
    """Where it was raised: another complaint about the same row begins at the foot of the ladder."""
    return tuple((contradiction.row, column) for column in contradiction.cells)


def opened_by(
    level: Level, contradiction: Contradiction, state: RunState, widen_below: float
) -> frozenset[Cell]:
    """The cells that a rung opens for a contradiction."""
    plan, row = state.drafted, contradiction.row
    if canvas.row_of(plan, row) is None:
        return _lacking(level, row)
    after = {r for r in canvas.dependents(plan, row) if not _is_done(canvas.row_of(plan, r))}
    match level:
        case Level.SLOT:
            return _slots(contradiction, plan, after) | _unsure(state, {row, *after}, widen_below)
        case Level.ROW:
            return _whole({row})
        case Level.DEPENDENTS:
            return _whole({row, *after})
        case Level.REST:
            done = {r.index for r in plan.rows if _is_done(r)}
            return _whole(set(range(1, N_ROWS + 1)) - done)
        case Level.TAIL:
            return _whole(range(row, N_ROWS + 1))
        case Level.PLAN:
            return _whole(range(1, N_ROWS + 1))


def _lacking(level: Level, row: int) -> frozenset[Cell]:
    """For a row that is missing: itself and the ending, which has to name it; where it is the first, a whole plan."""
    is_narrow = level in (Level.SLOT, Level.ROW, Level.DEPENDENTS) and row > 1
    return _whole({row, N_ROWS} if is_narrow else range(row, N_ROWS + 1))


def _is_done(row: Row | None) -> bool:
    return row is not None and row.status is RowStatus.OK


def _whole(rows: Iterable[int]) -> frozenset[Cell]:
    cells = {(row, column) for row in rows for column in _COLUMNS}
    return frozenset(cells - {(N_ROWS, 0)})


def _slots(contradiction: Contradiction, plan: Plan, after: set[int]) -> frozenset[Cell]:
    """The cells blamed, and those further down that say the same rejected word."""
    blamed = {(contradiction.row, column) for column in contradiction.cells}
    same = {
        (row.index, column)
        for row in plan.rows
        if row.index in after
        for column, word in enumerate(row.words, 1)
        if word in contradiction.banned and word[:1] != "#"
    }
    return frozenset(blamed | same)


def _unsure(state: RunState, rows: set[int], widen_below: float) -> frozenset[Cell]:
    """Cells of these rows that were written with little confidence."""
    sure = state.confidence
    names = {
        (r, c): canvas.slot_name(r, c) for r in rows for c in _COLUMNS if (r, c) != (N_ROWS, 0)
    }
    return frozenset(cell for cell, name in names.items() if sure.get(name, 1.0) < widen_below)


def _with_rejected(
    banned: Mapping[Cell, frozenset[str]], notes: Iterable[Contradiction]
) -> dict[Cell, frozenset[str]]:
    """A rejected word never returns to its cell."""
    grown = dict(banned)
    for contradiction in notes:
        for column in contradiction.cells:
            cell = contradiction.row, column
            grown[cell] = grown.get(cell, _NOTHING) | frozenset(contradiction.banned)
    return grown


def _offered(notes: Iterable[Contradiction]) -> dict[Cell, frozenset[str]]:
    """Where something is offered, nothing else may stand."""
    return {
        (c.row, column): frozenset(pointer.symbol for pointer in c.offers)
        for c in notes
        if c.offers
        for column in c.cells
    }


def _with_tried(
    state: RunState, openings: Iterable[Opening]
) -> dict[tuple[Cell, ...], tuple[str, ...]]:
    tried = dict(state.tried)
    for opening in openings:
        place = _place(opening.contradiction)
        tried[place] = (*tried.get(place, ()), str(opening.level))
    return tried


def _is_fillable(cells: frozenset[Cell], state: RunState, deps: Deps) -> bool:
    """Whether the grammar leaves a way to fill the cells."""
    banned = _with_rejected(state.banned, state.notes)
    trial = replace(state, open=cells, banned=banned, allowed=_offered(state.notes))
    return has_filling(deps.template_of(trial))


def has_filling(template: Template) -> bool:
    """Whether every record has an alternative that known and banned words leave possible.

    A row may only be left unused where all later ones can be.
    """
    choices = {
        slot.name: (slot.allowed or _NOTHING) - slot.banned if slot.value is None else {slot.value}
        for slot in template.slots()
    }
    may_idle = True
    for record in reversed(template.records):
        possible = _possible(record, choices)
        if not possible - (set() if may_idle else {record.idle}):
            return False
        may_idle = may_idle and (record.idle is None or record.idle in possible)
    return True


def _possible(record: Record, choices: Mapping[str, Iterable[str]]) -> set[int]:
    wanted = [frozenset(choices[name]) for name in record.slots]
    return {
        n
        for n, alternative in enumerate(record.alternatives)
        if all(words & choice for words, choice in zip(alternative, wanted, strict=True))
    }
