"""The plan canvas: rows ⇄ template ⇄ calls.

Eight rows of a tool and six argument words. Skeleton words are fixed, executed rows are locked, and the
grammar of each row allows exactly the calls that can be run, so an invalid call cannot be emitted.
A reference `#j` names an earlier row, so a plan is acyclic by construction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from agent.types import (
    N_ARGS,
    N_ROWS,
    NIL,
    Brief,
    Contradiction,
    Insertion,
    Plan,
    Pointer,
    Row,
    RowStatus,
)
from model.types import Record, Slot, Template
from tools.types import Binding, Call, Value

TOOLS = ("search", "lookup", "calculate", "verify", "finish")
NOP = "nop"
FOLDING = ("count", "sum", "mean", "min", "max", "argmax", "argmin")
PAIRING = ("difference", "ratio", "growth", "years")
JOINING = ("product", "intersect", "union")
OPERATIONS = FOLDING + PAIRING + JOINING
COMPARATORS = ("=", "!=", ">", "<", ">=", "<=")
FIELD_COLUMN, SIGN_COLUMN, OBJECT_COLUMN = 2, 3, 4  # of a claim; a lookup's field stands there too
REFERENCES = tuple(f"#{row}" for row in range(1, N_ROWS))
VALUE_POINTERS = tuple(f"@{n}" for n in range(1, 17))
FIELD_POINTERS = tuple(f"%{n}" for n in range(1, 9))
CANVAS_WORDS = (
    *TOOLS, NOP, *OPERATIONS, *COMPARATORS, *REFERENCES, f"#{N_ROWS}", *VALUE_POINTERS,
    *FIELD_POINTERS, NIL,
)  # fmt: skip

_NOT_ENTITIES = ("class", "value", "number", "period", "source")
_SYMBOL = re.compile(r"[#@%]\d+")


def kind_group(pointer: Pointer) -> str:
    """The grammar's sort of a pointer: class, value, number, period, source, field or entity."""
    head = pointer.kind.split()[0]
    if pointer.symbol.startswith("%") or head == "field":
        return "field"
    return head if head in _NOT_ENTITIES else "entity"


@dataclass(frozen=True, slots=True)
class _Words:
    """The words a row may use, by sort."""

    references: frozenset[str]
    entities: frozenset[str]
    classes: frozenset[str]
    literals: frozenset[str]
    numbers: frozenset[str]
    periods: frozenset[str]
    sources: frozenset[str]
    fields: frozenset[str]


def words_for(pointers: Iterable[Pointer], row: int) -> _Words:
    """What row `row` may mention: earlier rows and the brief's pointers."""
    groups: dict[str, set[str]] = {}
    for pointer in pointers:
        groups.setdefault(kind_group(pointer), set()).add(pointer.symbol)
    return _Words(
        references=frozenset(f"#{j}" for j in range(1, row)),
        entities=frozenset(groups.get("entity", ())),
        classes=frozenset(groups.get("class", ())),
        literals=frozenset(groups.get("value", ())),
        numbers=frozenset(groups.get("number", ())),
        periods=frozenset(groups.get("period", ())),
        sources=frozenset(groups.get("source", ())),
        fields=frozenset(groups.get("field", ())),
    )


@lru_cache(maxsize=4096)
def alternatives(words: _Words, row: int) -> tuple[tuple[frozenset[str], ...], ...]:
    """Every way to fill a row: for each alternative, the words allowed in the tool and argument cells."""
    refs = words.references
    if row == N_ROWS:
        endings = [_spread("finish", [refs] * n) for n in range(N_ARGS + 1)]
        return tuple(a for a in endings if _is_possible(a))
    made = [_spread(NOP, [])]
    made += _searches(words)
    made += _lookups(words)
    made += _calculations(words)
    made += _verifications(words)
    return tuple(a for a in made if _is_possible(a))


def _spread(tool: str, cells: list[frozenset[str]]) -> tuple[frozenset[str], ...]:
    nil = [frozenset({NIL})] * (N_ARGS - len(cells))
    return (frozenset({tool}), *cells, *nil)


def _is_possible(alternative: tuple[frozenset[str], ...]) -> bool:
    return all(alternative)


def _searches(words: _Words) -> list[tuple[frozenset[str], ...]]:
    head = words.classes | words.entities | words.references
    rest = words.entities | words.literals | words.periods | words.references
    return [_spread("search", [head, *[rest] * n]) for n in range(5)]


def _lookups(words: _Words) -> list[tuple[frozenset[str], ...]]:
    source = words.references | words.entities
    nil = frozenset({NIL})
    return [_spread("lookup", [source, words.fields, words.periods | nil, words.sources | nil])]


def _calculations(words: _Words) -> list[tuple[frozenset[str], ...]]:
    operand = words.references | words.numbers
    folds = [_spread("calculate", [frozenset(FOLDING), *[operand] * n]) for n in range(1, 6)]
    pairs = [
        _spread("calculate", [frozenset(PAIRING), operand | words.periods, operand | words.periods])
    ]
    joins = [_spread("calculate", [frozenset(JOINING), *[operand] * n]) for n in range(2, 6)]
    return folds + pairs + joins


def _verifications(words: _Words) -> list[tuple[frozenset[str], ...]]:
    nil = frozenset({NIL})
    comparator = frozenset(COMPARATORS)
    target = words.references | words.entities | words.literals | words.numbers | words.periods
    tail = [comparator, target, words.periods | nil]
    return [
        _spread("verify", [words.references, words.fields | nil, *tail]),
        _spread("verify", [words.entities, words.fields, *tail]),
    ]


def slot_name(row: int, column: int) -> str:
    """The slot of a cell: column 0 is the tool, 1 to N_ARGS the arguments."""
    return f"{row}.tool" if column == 0 else f"{row}.{column}"


def cell_of(slot: str) -> tuple[int, int]:
    """The (row, column) of a slot name."""
    row, column = slot.split(".")
    return int(row), 0 if column == "tool" else int(column)


def prompt(brief: Brief, notes: Iterable[Contradiction] = ()) -> str:
    """What the planner reads: the linked question, the best-matching fields, what went wrong."""
    fields = [f"; {p.symbol} {p.label.lower()}" for p in brief.pointers if kind_group(p) == "field"]
    parts = [brief.lang, ":", brief.text, *fields]
    for note in notes:
        parts.append(f"; #{note.row} {note.status} {' '.join(note.banned)}".rstrip())
        parts += [f"; {p.symbol} {p.kind}" for p in note.offers if kind_group(p) != "field"]
    return " ".join(parts)


def template(
    brief: Brief,
    plan: Plan | None = None,
    reopened: frozenset[tuple[int, int]] = frozenset(),
    notes: tuple[Contradiction, ...] = (),
    banned: Mapping[tuple[int, int], frozenset[str]] | None = None,
) -> Template:
    """The canvas to fill. Without `plan` all cells are open; with it only the `reopened` ones are.

    `banned` keeps words out of single cells (a rejected value must not come back).
    """
    known = {} if plan is None else _known(plan, reopened)
    parts: list[str | Slot] = []
    records = []
    for row in range(1, N_ROWS + 1):
        options = alternatives(words_for(brief.pointers, row), row)
        names = tuple(slot_name(row, column) for column in range(N_ARGS + 1))
        parts.append(f"#{row}")
        for column, name in enumerate(names):
            allowed = frozenset().union(*(option[column] for option in options))
            value = "finish" if (row, column) == (N_ROWS, 0) else known.get((row, column))
            ban = (banned or {}).get((row, column), frozenset())
            parts.append(Slot(name, 1, allowed, value, ban))
        records.append(Record(names, options, 0 if row < N_ROWS else None))
    return Template(prompt(brief, notes), tuple(parts), tuple(records))


def _known(plan: Plan, reopened: frozenset[tuple[int, int]]) -> dict[tuple[int, int], str]:
    by_index = {row.index: row for row in plan.rows}
    empty = (NOP, *[NIL] * N_ARGS)
    cells: dict[tuple[int, int], str] = {}
    for index in range(1, N_ROWS + 1):
        row = by_index.get(index)
        words = (row.tool, *row.words) if row else empty
        cells |= {(index, column): word for column, word in enumerate(words)}
    return {cell: word for cell, word in cells.items() if cell not in reopened}


def read(values: Mapping[str, str]) -> Plan:
    """The plan that a filling says; unused rows are left out, `finish` is kept last."""
    rows = []
    for index in range(1, N_ROWS + 1):
        tool = values[slot_name(index, 0)]
        words = tuple(values[slot_name(index, column)] for column in range(1, N_ARGS + 1))
        if tool != NOP:
            rows.append(Row(index, tool, words))
    return Plan(tuple(rows))


def row_of(plan: Plan, index: int) -> Row | None:
    """The row with that index, if the plan uses it."""
    return next((row for row in plan.rows if row.index == index), None)


def arguments(row: Row) -> tuple[str, ...]:
    """The row's words without the fillers."""
    return tuple(word for word in row.words if word != NIL)


def references(row: Row) -> tuple[int, ...]:
    """The earlier rows whose results this row needs."""
    return tuple(int(word[1:]) for word in row.words if word.startswith("#"))


def dependents(plan: Plan, index: int) -> frozenset[int]:
    """Every row that needs the result of `index`, directly or not."""
    reached = {index}
    for row in plan.rows:
        if reached & set(references(row)):
            reached.add(row.index)
    return frozenset(reached - {index})


def with_rows(plan: Plan, insertion: Insertion) -> Plan:
    """The plan with an insertion's rows in their place.

    What rested on the last row replaced rests on the last of them, and all rows behind move on.
    """
    rows, (first, last, n) = insertion.rows, place_of(plan, insertion)
    old = row_of(plan, first)
    if old is not None and says_same(old, rows[0]):
        rows = (old, *rows[1:])
    moved = {f"#{row}": f"#{row + n}" for row in range(last, min(N_ROWS, N_ROWS - n))}
    before = tuple(row for row in plan.rows if row.index < first)
    after = (row for row in plan.rows if row.index > last)
    return Plan((*before, *rows, *(_moved(row, n, moved) for row in after)))


def place_of(plan: Plan, insertion: Insertion) -> tuple[int, int, int]:
    """The first and the last row that give way to an insertion (none: last < first), and how far those behind move."""
    first = insertion.rows[0].index
    last = max(first, insertion.until) if row_of(plan, first) else first - 1
    return first, last, len(insertion.rows) - (last - first + 1)


def made(index: int, tool: str, *words: str) -> Row:
    """A row of these words, the rest of it unused."""
    return Row(index, tool, (*words, *[NIL] * (N_ARGS - len(words))))


def n_used(plan: Plan) -> int:
    """The index of the last row in use before the ending, 0 if there is none."""
    return max((row.index for row in plan.rows if row.index < N_ROWS), default=0)


def says_same(row: Row, other: Row) -> bool:
    """Whether two rows ask the same, whatever came of them."""
    return (row.tool, row.words) == (other.tool, other.words)


def _moved(row: Row, n: int, names: Mapping[str, str]) -> Row:
    index = row.index if row.index == N_ROWS else row.index + n
    words = tuple(names.get(word, word) for word in row.words)
    return replace(row, index=index, words=words, status=RowStatus.TODO)


def is_ready(row: Row, done: Iterable[int]) -> bool:
    """Whether every row that this one needs has its result."""
    return row.status is RowStatus.TODO and set(references(row)) <= set(done)


def call(row: Row, brief: Brief, observations: Mapping[int, Value]) -> Call:
    """The tool request of a row whose references are all observed."""
    words = set(arguments(row))
    bindings: dict[str, Binding] = {p.symbol: p.target for p in brief.pointers if p.symbol in words}
    bindings |= {f"#{j}": observations[j] for j in references(row)}
    return Call(row.tool, _texts(row), bindings)


def _texts(row: Row) -> dict[str, str]:
    words = tuple(word.strip('"') for word in row.words)
    match row.tool:
        case "lookup":
            texts = dict(zip(("source", "field", "period", "origin"), words, strict=False))
            return {name: word for name, word in texts.items() if word != NIL}
        case "verify":
            return {"claim": _claim(words)}
        case "calculate":
            return {"expression": _expression(arguments(row))}
        case "search":
            return {"query": " ".join(word.strip('"') for word in arguments(row))}
        case _:
            return {"answer": " ".join(arguments(row))}


def _claim(words: tuple[str, ...]) -> str:
    subject, field, comparator, target, period = words[:5]
    head = [subject, *([field] if field != NIL else []), comparator, target]
    return " ".join([*head, *(["in", period] if period != NIL else [])])


def _expression(words: tuple[str, ...]) -> str:
    operation, operands = words[0], ", ".join(words[1:])
    return f"{operation}({operands})"


def shown(row: Row, brief: Brief) -> list[str]:
    """The row's arguments as people read them: pointers spelled out, references kept."""
    labels = {p.symbol: p.label for p in brief.pointers}
    texts = _texts(row)
    return [_SYMBOL.sub(lambda m: labels.get(m[0], m[0]), text) for text in texts.values() if text]
