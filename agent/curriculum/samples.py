"""Tasks as training samples: the linked prompt, the gold canvas in words, and repairs of contradicted rows.

A sample whose gold terms the linker does not offer is left out and counted: nobody can plan with a pointer
that is not there.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from agent.curriculum.tasks import GoldRow, Task
from agent.link import Linker
from agent.plan import NOP, prompt
from agent.types import N_ARGS, N_ROWS, NIL, Brief, Contradiction, Plan, Pointer, Row, RowStatus
from tools.facts.store import FactStore
from tools.types import Entity, FieldRef, Period, Quantity, Term, Text

FILLER_WEIGHT = 0.15
ORDER_WEIGHT = 4.0
TIERS = ("filing", "official", "database", "press")
Cell = tuple[int, int]


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
    """Loss weights per canvas cell: fillers count little, fixed cells nothing, > and < much.

    A word beside the number is all that tells > from <, and few samples have either: at weight 1 a short
    training leaves them a coin's toss.
    """
    first_unused = next((at for at, word in enumerate(canvas) if word == NOP), len(canvas))
    return [_weight(at, word, at > first_unused) for at, word in enumerate(canvas)]


def _weight(at: int, word: str, is_behind_the_plan: bool) -> float:
    if at % (N_ARGS + 2) == 0 or at == (N_ROWS - 1) * (N_ARGS + 2) + 1:
        return 0.0
    if word == NIL or (word == NOP and is_behind_the_plan):
        return FILLER_WEIGHT
    return ORDER_WEIGHT if word in ("<", ">") else 1.0


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


def _word(word: Term | str | None, brief: Brief) -> str | None:
    if word is None:
        return NIL
    if isinstance(word, str):
        return word
    found = next((p for p in brief.pointers if _is_same(p.target, word)), None)
    return found.symbol if found else None


def _is_same(offered: Term, wanted: Term) -> bool:
    match wanted:
        case FieldRef():
            return isinstance(offered, FieldRef) and offered.id == wanted.id
        case Entity():
            return isinstance(offered, Entity) and offered.id == wanted.id
        case Quantity():
            return isinstance(offered, Quantity) and offered.number == wanted.number
        case Text():
            return isinstance(offered, Text) and offered.text.lower() == wanted.text.lower()
        case _:
            return offered == wanted


class Sampler:
    """Turns tasks into samples; the same linker as at run time, so training sees what inference sees."""

    def __init__(self, store: FactStore, linker: Linker) -> None:
        self._linker = linker
        self._fields = {f.id: f for f in store.fields()}
        self.unlinked = 0

    def samples(self, task: Task, rng: random.Random) -> Iterator[WordSample]:
        """The draft sample of a task and, where it can be contradicted, sometimes a repair."""
        brief = self._linker.link(task.question)
        plan = linked_plan(task.rows, brief)
        if plan is None:
            self.unlinked += 1
            return
        yield WordSample(prompt(brief), canvas_words(plan))
        if task.plants or rng.random() < 0.15:
            repaired = self._repair(plan, brief, rng, prefer_field=bool(task.plants))
            if repaired:
                yield repaired

    def _repair(
        self, plan: Plan, brief: Brief, rng: random.Random, *, prefer_field: bool
    ) -> WordSample | None:
        asking = [row for row in plan.rows if row.words[1].startswith("%")]
        if not asking:
            return None
        row = rng.choice(asking)
        ways = [self._other_field]
        if row.tool == "lookup" and not prefer_field:
            ways += [self._other_origin, self._other_period]
        rng.shuffle(ways)
        for way in ways:
            if made := way(row, brief, rng):
                return _sample_of(plan, row, *made)
        return None

    def _other_field(
        self, row: Row, brief: Brief, rng: random.Random
    ) -> tuple[Brief, Contradiction, str] | None:
        pointer = brief.pointer(row.words[1])
        field = (
            self._fields.get(pointer.target.id)
            if pointer and isinstance(pointer.target, FieldRef)
            else None
        )
        if field is None or pointer is None or not field.near:
            return None
        near = self._fields[field.near]
        offered = next(
            (
                p
                for p in brief.pointers
                if isinstance(p.target, FieldRef) and p.target.id == near.id
            ),
            None,
        )
        offers: tuple[Pointer, ...] = ()
        if offered is None:
            label = near.zh if brief.lang == "zh" else near.en
            brief, offers = self._linker.offer(brief, [("field", label, FieldRef(near.id, label))])
        symbol = offered.symbol if offered else offers[0].symbol if offers else None
        if symbol is None:
            return None
        return brief, _note(row, 2, (pointer.symbol,), _empty(rng), offers), symbol

    def _other_origin(
        self, row: Row, brief: Brief, rng: random.Random
    ) -> tuple[Brief, Contradiction, str] | None:
        tiers = rng.sample(TIERS, 2)
        terms: list[tuple[str, str, Term]] = [
            (f"source {tier}", tier, Text(tier)) for tier in tiers
        ]
        brief, offers = self._linker.offer(brief, terms)
        if len(offers) < len(tiers):
            return None
        best = min(offers, key=lambda p: TIERS.index(p.label))
        return brief, _note(row, 4, (), RowStatus.CONTRADICTED, offers), best.symbol

    def _other_period(
        self, row: Row, brief: Brief, rng: random.Random
    ) -> tuple[Brief, Contradiction, str] | None:
        said = brief.pointer(row.words[2])
        if said is None or not isinstance(said.target, Period):
            return None
        text = said.target.text
        other = f"FY{text}" if text.isdigit() else text[2:] if text.startswith("FY") else None
        if other is None:
            return None
        kind = "period fiscal" if other.startswith("FY") else "period year"
        brief, offers = self._linker.offer(brief, [(kind, other, Period(other))])
        if not offers:
            return None
        return brief, _note(row, 3, (said.symbol,), _empty(rng), offers), offers[0].symbol


def _empty(rng: random.Random) -> RowStatus:
    return rng.choice((RowStatus.EMPTY, RowStatus.EMPTY, RowStatus.FAILED, RowStatus.CONTRADICTED))


def _note(
    row: Row, column: int, banned: tuple[str, ...], status: RowStatus, offers: tuple[Pointer, ...]
) -> Contradiction:
    return Contradiction(row.index, (column,), status, banned, "", offers)


def _sample_of(plan: Plan, row: Row, brief: Brief, note: Contradiction, symbol: str) -> WordSample:
    (column,) = note.cells
    words = (*row.words[: column - 1], symbol, *row.words[column:])
    rows = tuple(replace(r, words=words) if r.index == row.index else r for r in plan.rows)
    reopened = ((row.index - 1) * (N_ARGS + 2) + 1 + column,)
    return WordSample(prompt(brief, (note,)), canvas_words(Plan(rows)), reopened)
