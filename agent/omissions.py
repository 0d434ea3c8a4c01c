"""What the question says and a plan that searches leaves out: a value, a number with its comparison, a narrower class, a not.

Pure functions, the same for every arm. Guarantees: only what narrows the things that a row searches for counts as left
out, and nothing that the plan says is taken away. Does not guarantee: that the question meant to narrow them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from agent import plan as canvas
from agent.offers import Offers, can_hold, is_spoken
from agent.plan import FIELD_COLUMN, SIGN_COLUMN
from agent.state import Cell
from agent.types import N_ROWS, Contradiction, Insertion, Plan, Pointer, Row, RowStatus
from agent.wording import say
from tools.facts.store import Field
from tools.types import EntityClass, Quantity

_CLASS_COLUMN = _OPERATION_COLUMN = 1
_DENIED = re.compile(r"(?<!\S)!= (@\d+)(?!\d)")
_COMPARED = re.compile(r"(?<!\S)(>=|<=|>|<) (@\d+)(?!\d)")
_SAME = frozenset({"=", "!="})
_JOINS = frozenset({"intersect", "union"})


def left_out(plan: Plan, offers: Offers) -> tuple[Contradiction, ...]:
    """The first thing that a plan leaves out, with the rows that say it; nothing where the plan has no room."""
    return tuple(islice(_Reading(plan, offers).omissions(), 1))


@dataclass(frozen=True, slots=True)
class _Sought:
    """A row that searches for the things of a class."""

    row: int
    pointer: Pointer
    kind: EntityClass


class _Reading:
    """A plan beside the question that it was written for."""

    def __init__(self, plan: Plan, offers: Offers) -> None:
        self._plan, self._offers = plan, offers
        self._words = {word for row in plan.rows for word in row.words}
        pointers = offers.brief.pointers
        self._named = {pointer.symbol: pointer for pointer in pointers}
        self._used = [pointer for pointer in pointers if pointer.symbol in self._words]
        self._unused = [p for p in pointers if p.start >= 0 and not self._is_said(p)]

    def omissions(self) -> Iterator[Contradiction]:
        """What is left out, classes first: the things are found before they are filtered."""
        if len(self._plan.rows) == 1:
            yield from self._unbegun()
        if (sought := self._sought()) is None:
            return
        yield from self._denials()
        yield from self._classes(sought)
        yield from self._values(sought)
        yield from self._numbers(sought)

    def _sought(self) -> _Sought | None:
        """The first search for a class, if the plan searches."""
        searches = (row for row in self._plan.rows if row.tool == "search")
        for row in searches:
            pointer = self._offers.brief.pointer(row.words[0])
            if pointer and isinstance(pointer.target, EntityClass):
                return _Sought(row.index, pointer, pointer.target)
        return None

    def _denials(self) -> Iterator[Contradiction]:
        """A claim that something is so, where the question says that it is not: peaks in the Andes but not in Chile."""
        denied = set(_DENIED.findall(self._offers.brief.text))
        for row in self._plan.rows:
            subject, field, sign, what, *rest = row.words
            if row.tool != "verify" or sign != "=" or what not in denied:
                continue
            other = canvas.made(row.index, "verify", subject, field, "!=", what, *rest)
            insertion = Insertion((other,), (((row.index, SIGN_COLUMN), frozenset({"!="})),))
            yield self._contradicted(row.index, SIGN_COLUMN, "denied", self._named[what], insertion)

    def _unbegun(self) -> Iterator[Contradiction]:
        """A plan that says nothing where the question speaks of things of a kind, a field and a value of theirs."""
        for pointer in self._offers.brief.pointers:
            if not isinstance(pointer.target, EntityClass):
                continue
            sought = _Sought(1, pointer, pointer.target)
            said = {field.end for field in self._fields_of(sought) if is_spoken(field)}
            if said - {value.end for value in self._unused}:  # more than the value's own words
                search = canvas.made(1, "search", pointer.symbol)
                yield from (_beginning(found, search) for found in self._values(sought))

    def _is_said(self, pointer: Pointer) -> bool:
        """Whether the plan says it, or what the same words or another word of the question stand for as well."""
        if pointer.symbol in self._words:
            return True
        return any(
            pointer.target == used.target or (used.start < pointer.end and pointer.start < used.end)
            for used in self._used
            if used.start >= 0
        )

    def _classes(self, sought: _Sought) -> Iterator[Contradiction]:
        """A narrower class of the same things takes the place of the whole, or is intersected with another part."""
        for pointer in self._unused:
            narrow = pointer.target
            if not isinstance(narrow, EntityClass) or narrow.type != sought.kind.type:
                continue
            if narrow.field and not sought.kind.field:
                yield self._too_wide(sought, pointer)
            elif narrow.field and narrow.field != sought.kind.field:
                search = canvas.made(sought.row + 1, "search", pointer.symbol)
                both = f"#{sought.row}", f"#{sought.row + 1}"
                join = canvas.made(sought.row + 2, "calculate", "intersect", *both)
                open_cell = join.index, _OPERATION_COLUMN
                yield from self._lacking(sought, pointer, (search, join), {open_cell: _JOINS})

    def _values(self, sought: _Sought) -> Iterator[Contradiction]:
        """A value of a field that the things have: one of them, or all but them."""
        for pointer in self._unused:
            if canvas.kind_group(pointer) != "value":
                continue
            if fields := self._fields_of(sought, partial(can_hold, value=pointer)):
                row = self._verify(sought, fields[0], "=", pointer)
                open_cell = row.index, SIGN_COLUMN
                yield from self._lacking(sought, pointer, (row,), {open_cell: _SAME})

    def _numbers(self, sought: _Sought) -> Iterator[Contradiction]:
        """A number that the things' values are compared with."""
        signs = {symbol: sign for sign, symbol in _COMPARED.findall(self._offers.brief.text)}
        for pointer in self._unused:
            if pointer.symbol not in signs or not isinstance(pointer.target, Quantity):
                continue
            fields = self._fields_of(sought, partial(can_hold, value=pointer))
            if spoken := frozenset(p.symbol for p in fields if is_spoken(p)):
                row = self._verify(sought, fields[0], signs[pointer.symbol], pointer)
                open_cell = row.index, FIELD_COLUMN
                yield from self._lacking(sought, pointer, (row,), {open_cell: spoken})

    def _fields_of(
        self, sought: _Sought, suits: Callable[[Field], bool] = lambda _: True
    ) -> list[Pointer]:
        """The fields of the things that suit and that no claim of the plan is about yet."""
        claimed = {row.words[1] for row in self._plan.rows if row.tool == "verify"}
        kind = sought.kind.type
        found = self._offers.fields_where(lambda field: kind in field.types and suits(field))
        return [pointer for pointer in found if pointer.symbol not in claimed]

    def _verify(self, sought: _Sought, field: Pointer, sign: str, value: Pointer) -> Row:
        row = sought.row + 1
        return canvas.made(row, "verify", f"#{sought.row}", field.symbol, sign, value.symbol)

    def _too_wide(self, sought: _Sought, narrow: Pointer) -> Contradiction:
        return Contradiction(
            sought.row,
            (_CLASS_COLUMN,),
            RowStatus.CONTRADICTED,
            (sought.pointer.symbol,),
            say("left out", self._offers.lang, what=narrow.label),
            offers=(narrow,),
        )

    def _lacking(
        self,
        sought: _Sought,
        what: Pointer,
        rows: tuple[Row, ...],
        choices: dict[Cell, frozenset[str]],
    ) -> Iterator[Contradiction]:
        if canvas.n_used(self._plan) + len(rows) < N_ROWS:
            search = canvas.row_of(self._plan, sought.row)
            insertion = Insertion((search, *rows) if search else rows, tuple(choices.items()))
            yield self._contradicted(rows[0].index, 0, "left out", what, insertion)

    def _contradicted(
        self, row: int, column: int, why: str, what: Pointer, insertion: Insertion
    ) -> Contradiction:
        reason = say(why, self._offers.lang, what=what.label)
        return Contradiction(
            row, (column,), RowStatus.CONTRADICTED, (), reason, insertion=insertion
        )


def _beginning(found: Contradiction, search: Row) -> Contradiction:
    """The same with the search before it, and with an ending that has to name a row."""
    if found.insertion is None:
        return found
    rows = search, *found.insertion.rows
    ending = (N_ROWS, 1), frozenset(canvas.REFERENCES)
    insertion = Insertion(rows, (*found.insertion.choices, ending))
    return replace(found, row=1, insertion=insertion)
