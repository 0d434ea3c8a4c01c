"""Does the gold plan, run with the real tools, give the gold answer? A task that disagrees is not used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation

from agent.curriculum.tasks import Gold, GoldRow, Task
from agent.plan import alternatives, call, references, words_for
from agent.types import N_ARGS, N_ROWS, NIL, Brief, Pointer, Row
from tools.types import (
    Answer,
    Entities,
    Entity,
    EntityClass,
    Failed,
    FieldRef,
    Period,
    Quantity,
    Scalar,
    Table,
    Term,
    Tools,
    Value,
    Verdict,
)


def confirms(toolbox: Tools, task: Task) -> bool:
    """Whether running the task's (revised) plan ends in its gold answer, or in none where there is none."""
    value = run(toolbox, task.revised or task.rows)
    if task.gold is None:
        return value is None
    return value is not None and agrees(value, task.gold)


def run(toolbox: Tools, rows: tuple[GoldRow, ...]) -> Value | None:
    """The value of the first reference that a plan finishes with; None where it brings nothing back.

    A row that fails leaves a gap, as in a report, and takes down what depends on it.
    """
    brief, plan = planned(rows)
    observations: dict[int, Value] = {}
    for row in plan:
        wanted = references(row)
        if row.tool == "finish":
            return observations.get(wanted[0]) if wanted else None
        if set(wanted) <= observations.keys():
            observation = toolbox.run(call(row, brief, observations))
            if not isinstance(observation, Failed | Answer):
                observations[row.index] = observation
    return None


def planned(rows: tuple[GoldRow, ...]) -> tuple[Brief, list[Row]]:
    """The rows in symbols, the last in the place of the ending, and a brief that offers their terms, each once."""
    pointers: list[Pointer] = []
    plan = []
    for n, row in enumerate(rows, 1):
        words = [_symbol(word, pointers) for word in row.words]
        index = N_ROWS if n == len(rows) else n
        plan.append(Row(index, row.tool, (*words, *[NIL] * N_ARGS)[:N_ARGS]))
    return Brief("", "en", "", tuple(pointers)), plan


def _symbol(word: Term | str | None, pointers: list[Pointer]) -> str:
    if word is None or isinstance(word, str):
        return word or NIL
    for pointer in pointers:
        if pointer.target == word:
            return pointer.symbol
    mark = "%" if isinstance(word, FieldRef) else "@"
    n = sum(pointer.symbol.startswith(mark) for pointer in pointers) + 1
    pointers.append(Pointer(f"{mark}{n}", _kind(word), str(word), word))
    return pointers[-1].symbol


def _kind(term: Term) -> str:
    """A term's kind, as the grammar of the canvas sorts pointers."""
    match term:
        case FieldRef():
            return "field"
        case EntityClass():
            return "class"
        case Quantity():
            return "number"
        case Period():
            return "period"
        case Entity(type=type_):
            return type_
    return "value"


def misfits(rows: Iterable[Row], brief: Brief) -> Iterator[str]:
    """The rows that the canvas does not allow."""
    for row in rows:
        options = alternatives(words_for(brief.pointers, row.index), row.index)
        cells = (row.tool, *row.words)
        if not any(all(w in o for w, o in zip(cells, option, strict=True)) for option in options):
            yield f"{row.index} {' '.join(cells)}"


def agrees(value: Value, gold: Gold) -> bool:
    """Whether a value says what the gold answer says."""
    if isinstance(value, Verdict):
        return value.truth == gold.answer
    if isinstance(value, Entities):
        return {e.name for e in value.members} == set(gold.answer.split("; "))
    if isinstance(value, Table):
        said = {part for m in value.measures for part in str(m.value).split("; ")}
        return said == set(gold.answer.split("; "))
    return isinstance(value, Scalar) and _scalar_agrees(value, gold)


def _scalar_agrees(scalar: Scalar, gold: Gold) -> bool:
    texts = (gold.answer, *gold.accept)
    if isinstance(scalar.value, Decimal):
        return any(_is_near(scalar.value, text, gold.tolerance) for text in texts)
    said = {part.strip() for part in scalar.value.split("; ")}
    return bool(said & set(texts)) or said == set(gold.answer.split("; "))


def _is_near(value: Decimal, text: str, tolerance: float) -> bool:
    try:
        wanted = Decimal(text)
    except InvalidOperation:
        return False
    return abs(value - wanted) <= abs(wanted) * Decimal(str(tolerance)) + Decimal("1e-9")
