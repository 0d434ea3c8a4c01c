"""Repairs of contradicted rows: the prompt with what went wrong, and the canvas with the one cell mended."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace

from agent.curriculum.canvas import WordSample, canvas_words
from agent.link import Linker
from agent.plan import prompt
from agent.types import N_ARGS, Brief, Contradiction, Plan, Pointer, Row, RowStatus
from tools.facts.store import FactStore, Field
from tools.types import FieldRef, Period, Term, Text

TIERS = ("filing", "official", "database", "press")
Mended = tuple[Brief, Contradiction, str]
Way = Callable[[Row, Brief, random.Random], Mended | None]


class Repairer:
    """Makes one repair of a linked plan: another field, another source, another spelling of the period."""

    def __init__(self, store: FactStore, linker: Linker) -> None:
        self._linker = linker
        self._fields: Mapping[str, Field] = {f.id: f for f in store.fields()}

    def repair(self, plan: Plan, brief: Brief, rng: random.Random, *, prefer_field: bool) -> WordSample | None:  # fmt: skip
        """A repair of one row that asks for a field; None where nothing of it can be mended."""
        asking = [row for row in plan.rows if row.words[1].startswith("%")]
        if not asking:
            return None
        row = rng.choice(asking)
        ways: list[Way] = [self._other_field]
        if row.tool == "lookup" and not prefer_field:
            ways += [self._other_origin, self._other_period]
        rng.shuffle(ways)
        for way in ways:
            if made := way(row, brief, rng):
                return _sample_of(plan, row, *made)
        return None

    def _other_field(self, row: Row, brief: Brief, rng: random.Random) -> Mended | None:
        pointer = brief.pointer(row.words[1])
        target = pointer.target if pointer else None
        field = self._fields.get(target.id) if isinstance(target, FieldRef) else None
        if field is None or pointer is None or not field.near:
            return None
        near = self._fields[field.near]
        offered = _offered(brief, near.id)
        offers: tuple[Pointer, ...] = ()
        if offered is None:
            label = near.zh if brief.lang == "zh" else near.en
            brief, offers = self._linker.offer(brief, [("field", label, FieldRef(near.id, label))])
        symbol = offered.symbol if offered else offers[0].symbol if offers else None
        if symbol is None:
            return None
        return brief, _note(row, 2, (pointer.symbol,), _empty(rng), offers), symbol

    def _other_origin(self, row: Row, brief: Brief, rng: random.Random) -> Mended | None:
        tiers = rng.sample(TIERS, 2)
        terms: list[tuple[str, str, Term]] = [(f"source {t}", t, Text(t)) for t in tiers]
        brief, offers = self._linker.offer(brief, terms)
        if len(offers) < len(tiers):
            return None
        best = min(offers, key=lambda p: TIERS.index(p.label))
        return brief, _note(row, 4, (), RowStatus.CONTRADICTED, offers), best.symbol

    def _other_period(self, row: Row, brief: Brief, rng: random.Random) -> Mended | None:
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


def _offered(brief: Brief, field_id: str) -> Pointer | None:
    fields = (p for p in brief.pointers if isinstance(p.target, FieldRef))
    return next((p for p in fields if isinstance(p.target, FieldRef) and p.target.id == field_id), None)  # fmt: skip


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
