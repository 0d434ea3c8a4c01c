"""What is wrong with a plan before any evidence: rows that say nothing new, and results that nobody uses.

No plan that answers a question asks the same twice, compares a row with itself, or ends in a row that a later,
unused one was built upon. Pure functions, the same for every arm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from agent import plan as canvas
from agent.types import N_ROWS, NIL, Plan, Row


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row (a key of the run's wording), and the columns among which one is to blame."""

    what: Literal["repeats", "itself", "unused"]
    columns: tuple[int, ...]


def fault(plan: Plan, row: Row, *, is_complete: bool = True) -> Fault | None:
    """What is wrong with a row of a plan; an ending is judged only once the plan is complete."""
    if row.index == N_ROWS:
        return _unused(plan, row) if is_complete else None
    return _repeats(plan, row) or _itself(row)


def least_sure(row: Row, columns: tuple[int, ...], confidence: Mapping[str, float]) -> int:
    """The column, of those given, whose word was written with the least confidence."""
    return min(columns, key=lambda n: confidence.get(canvas.slot_name(row.index, n), 1.0))


def _repeats(plan: Plan, row: Row) -> Fault | None:
    said = row.tool, row.words
    if not any((r.tool, r.words) == said for r in plan.rows if r.index < row.index):
        return None
    return Fault("repeats", tuple(n for n, word in enumerate(row.words, 1) if word != NIL))


def _itself(row: Row) -> Fault | None:
    match row.tool, row.words:
        case "calculate", [operation, a, b, *_] if operation in canvas.PAIRING and a == b:
            return Fault("itself", (2, 3))
        case "verify", [a, field, _, b, *_] if field == NIL and a == b:
            return Fault("itself", (1, canvas.OBJECT_COLUMN))
    return None


def _unused(plan: Plan, ending: Row) -> Fault | None:
    """The references of an ending that an unused row was built upon."""
    used = _behind(plan, ending)
    idle = [row for row in plan.rows if row.index not in used and row.index != N_ROWS]
    below: set[int] = set().union(*(_behind(plan, row) for row in idle))
    columns = [n for n, word in enumerate(ending.words, 1) if word[1:] in {str(i) for i in below}]
    return Fault("unused", tuple(columns)) if columns else None


def _behind(plan: Plan, row: Row) -> set[int]:
    """Every row whose result a row rests on."""
    rows = {r.index: r for r in plan.rows}
    reached: set[int] = set()
    ahead = list(canvas.references(row))
    while ahead:
        if (index := ahead.pop()) not in reached:
            reached.add(index)
            ahead += canvas.references(rows[index]) if index in rows else ()
    return reached
