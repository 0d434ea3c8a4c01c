"""Claims that a series rose, fell, doubled, tripled or grew by so much."""

from __future__ import annotations

from decimal import Decimal

from agent.curriculum.families.claims import asked_claim
from agent.curriculum.families.conditions import COMPARATORS, amount_slots
from agent.curriculum.families.draw import (
    Draw,
    NotDrawnError,
    calculate,
    finish,
    lookup,
    number_of,
    verdict_gold,
    verify,
)
from agent.curriculum.families.periods import chosen_periods
from agent.curriculum.tasks import GoldRow, Task
from tools.types import Quantity


def change_claim(d: Draw) -> Task:
    """A claim that a series rose, fell, doubled, tripled or grew by so much."""
    type_ = d.rng.choice(("company", "company", "country", "region", "region"))
    field_id = d.pick(d.askable(type_, "number"))
    entity = d.subject(field_id, type_)
    periods, facts = chosen_periods(d, entity, field_id, 2)
    old, new = (number_of(f) for f in facts)
    if old <= 0 or new <= 0:
        raise NotDrawnError
    change = _fitting_change(d, new / old)
    slots = {"e": d.name(entity), "np": d.np(field_id, type_), "p1": d.bare(periods[0]), "p2": d.bare(periods[1])}  # fmt: skip
    head = [lookup(entity, field_id, p) for p in periods]
    if change == "grew_by":
        return _growth_claim(d, head, slots, (new - old) / old * 100)
    rows, holds = _change_rows(change, old, new)
    rows = [*head, *rows, finish(f"#{2 + len(rows)}")]
    statement = d.frame(change, **slots)
    return d.task(asked_claim(d, statement), "reconciliation", "change_claim", rows, verdict_gold(holds))  # fmt: skip


def _fitting_change(d: Draw, ratio: Decimal) -> str:
    """A kind of change that somebody might claim of such a ratio."""
    if ratio > Decimal("2.5"):
        return d.rng.choice(("tripled", "tripled", "doubled", "grew"))
    if ratio > Decimal("1.4"):
        return d.rng.choice(("doubled", "doubled", "grew", "grew_by", "fell"))
    return d.rng.choice(("grew", "grew", "fell", "fell", "grew_by", "doubled"))


def _change_rows(change: str, old: Decimal, new: Decimal) -> tuple[list[GoldRow], bool]:
    """Rows behind the two lookups, and whether the claim holds."""
    if change in ("grew", "fell"):
        comparator = ">" if change == "grew" else "<"
        return [verify("#2", "", comparator, "#1")], new > old if change == "grew" else new < old
    times = 2 if change == "doubled" else 3
    rows = [calculate("sum", *["#1"] * times), verify("#2", "", ">=", "#3")]
    return rows, new >= old * times


def _growth_claim(d: Draw, head: list[GoldRow], slots: dict[str, str], growth: Decimal) -> Task:
    if growth <= 1:
        raise NotDrawnError
    sense = d.rng.choice(("more", "less", "at_least", "at_most"))
    bound = Decimal(max(1, round(float(growth) * d.rng.uniform(0.5, 1.6))))
    bound = bound.quantize(Decimal(10)) if bound > 12 and d.chance(0.6) else bound
    quantity = Quantity(Decimal(f"{bound:f}"), "%")
    said = amount_slots(d, sense, [quantity])["q"]()
    comparator = COMPARATORS[sense][0]
    rows = [*head, calculate("growth", "#2", "#1"), verify("#3", "", comparator, quantity), finish("#4")]  # fmt: skip
    holds = {">": growth > bound, "<": growth < bound, ">=": growth >= bound, "<=": growth <= bound}
    statement = d.frame("grew_by", q=said, **slots)
    return d.task(asked_claim(d, statement), "reconciliation", "growth_claim", rows, verdict_gold(holds[comparator]))  # fmt: skip
