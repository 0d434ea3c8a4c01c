"""Samples in words: the gold plan in the brief's pointers, the canvas it fills, and what each cell counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent.curriculum.tasks import GoldRow
from agent.plan import NOP
from agent.types import N_ARGS, N_ROWS, NIL, Brief, Plan, Row
from tools.types import Entity, FieldRef, Period, Quantity, Term, Text

FILLER_WEIGHT = 0.15
ORDER_WEIGHT = 2.0
ORDERS = frozenset({"<", ">", "<=", ">=", "!="})


@dataclass(frozen=True, slots=True)
class WordSample:
    """A sample in words: what is read, the whole canvas row by row, and which cells a repair reopens."""

    prompt: str
    canvas: tuple[str, ...]
    reopened: tuple[int, ...] = ()


def canvas_words(plan: Plan) -> tuple[str, ...]:
    """The canvas of a plan: for each row its mark, its tool, its arguments."""
    by_index = {row.index: row for row in plan.rows}
    words: list[str] = []
    for index in range(1, N_ROWS + 1):
        row = by_index.get(index)
        words += [f"#{index}", *((row.tool, *row.words) if row else (NOP, *[NIL] * N_ARGS))]
    return tuple(words)


def cell_weights(canvas: tuple[str, ...]) -> list[float]:
    """Loss weights per canvas cell: fillers count little, fixed cells nothing, comparators more.

    A word or two beside the number is all that tells > from <, and every other cell can be had without them.
    """
    first_unused = next((at for at, word in enumerate(canvas) if word == NOP), len(canvas))
    return [_weight(at, word, at > first_unused) for at, word in enumerate(canvas)]


def _weight(at: int, word: str, is_behind_the_plan: bool) -> float:
    if at % (N_ARGS + 2) == 0 or at == (N_ROWS - 1) * (N_ARGS + 2) + 1:
        return 0.0
    if word == NIL or (word == NOP and is_behind_the_plan):
        return FILLER_WEIGHT
    return ORDER_WEIGHT if word in ORDERS else 1.0


def linked_plan(rows: Iterable[GoldRow], brief: Brief) -> Plan | None:
    """The gold plan in the brief's pointers; None where one of its terms is not offered."""
    made = []
    rows = tuple(rows)
    for n, row in enumerate(rows, 1):
        words = [_word(word, brief) for word in row.words]
        if None in words:
            return None
        padded = (*[w for w in words if w is not None], *[NIL] * N_ARGS)[:N_ARGS]
        made.append(Row(N_ROWS if n == len(rows) else n, row.tool, padded))
    return Plan(tuple(made))


def unoffered(rows: Iterable[GoldRow], brief: Brief) -> Iterator[Term]:
    """The terms of a gold plan that the brief does not point to."""
    for row in rows:
        for word in row.words:
            if word is not None and not isinstance(word, str) and _word(word, brief) is None:
                yield word


def _word(word: Term | str | None, brief: Brief) -> str | None:
    if word is None:
        return NIL
    if isinstance(word, str):
        return word
    found = next((p for p in brief.pointers if _is_same(p.target, word)), None)
    return found.symbol if found else None


def _says(offered: Term) -> str:
    """The text of a value; of a thing its name, which says the same where a text is compared."""
    match offered:
        case Text(text=text) | Entity(name=text):
            return text.lower()
        case _:
            return ""


def _year(period: Period) -> str:
    """A fiscal year and the calendar year of its number stand in for each other."""
    return period.text.removeprefix("FY")


def _is_same(offered: Term, wanted: Term) -> bool:
    match wanted:
        case FieldRef():
            return isinstance(offered, FieldRef) and offered.id == wanted.id
        case Entity():
            return isinstance(offered, Entity) and offered.id == wanted.id
        case Quantity():
            return isinstance(offered, Quantity) and offered.number == wanted.number
        case Period():
            return isinstance(offered, Period) and _year(offered) == _year(wanted)
        case Text():
            return _says(offered) == wanted.text.lower()
        case _:
            return offered == wanted
