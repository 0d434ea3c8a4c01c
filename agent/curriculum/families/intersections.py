"""Intersections: a class and several conditions; its members are listed or counted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from agent.curriculum.families.conditions import Condition
from agent.curriculum.families.draw import (
    MAX_ANSWERS,
    Draw,
    NotDrawnError,
    calculate,
    finish,
    names_of,
    number_gold,
    search,
    set_gold,
)
from agent.curriculum.families.sets import NarrowedSet, draw_group, draw_set
from agent.curriculum.tasks import HeldOut, Task
from agent.curriculum.world import FIELDS_NEVER_CONSTRAINED
from tools.types import EntityClass

MOST_CONDITIONS = 5
NEVER_FIVE = frozenset({"mountain", "island", "astronaut", "element"})


def n_conditions(d: Draw) -> int:
    """How many conditions a question has."""
    return d.rng.choices((1, 2, 3, 4, MOST_CONDITIONS), (0.28, 0.33, 0.2, 0.11, 0.08))[0]


def held_out(d: Draw, group: EntityClass, conditions: Sequence[Condition]) -> HeldOut:
    """What of a set is never trained on; such a set is not drawn for training."""
    fields = {c.field for condition in conditions for c in condition.constraints}
    is_deep = len(conditions) >= MOST_CONDITIONS and group.type in NEVER_FIVE
    found: HeldOut = "deep" if is_deep else "newfield" if fields & FIELDS_NEVER_CONSTRAINED else ""
    if found and not d.world.held_out:
        raise NotDrawnError
    return found


def listing(d: Draw) -> Task:
    """The members of a narrowed class."""
    drawn = draw_set(d, n_conditions(d), may_split=True)
    if len(drawn.ids) > MAX_ANSWERS:
        raise NotDrawnError
    rows = [*drawn.rows, finish(f"#{len(drawn.rows)}")]
    unseen = held_out(d, drawn.group, drawn.conditions)
    gold = set_gold(names_of(d, drawn.ids))
    return d.task(_asked(d, "list", drawn), "intersection", "intersection", rows, gold, unseen)


def counting(d: Draw) -> Task:
    """How many members a narrowed class has."""
    drawn = draw_set(d, n_conditions(d), rows_left=5, may_split=True)
    rows = drawn.rows
    rows += [calculate("count", f"#{len(rows)}"), finish(f"#{len(rows) + 1}")]
    unseen = held_out(d, drawn.group, drawn.conditions)
    gold = number_gold(Decimal(len(drawn.ids)))
    return d.task(_asked(d, "count", drawn), "intersection", "count", rows, gold, unseen)


def _asked(d: Draw, frame: str, drawn: NarrowedSet) -> str:
    if drawn.verbs:
        return d.frame(f"{frame}_do", n=drawn.head, do=drawn.verbs)
    return d.frame(frame, s=drawn.whole)


def whole_class(d: Draw) -> Task:
    """How many there are of a class, or which they are where they are few."""
    group = draw_group(d)
    ids = [e.id for e in d.world.store.members(group)]
    said = d.speech.group(d.rng, group, d.lang)
    if len(ids) <= MAX_ANSWERS and d.chance(0.6):
        rows = [search(group), finish("#1")]
        return d.task(d.frame("list", s=said), "intersection", "intersection", rows, set_gold(names_of(d, ids)))  # fmt: skip
    rows = [search(group), calculate("count", "#1"), finish("#2")]
    return d.task(d.frame("count", s=said), "intersection", "count", rows, number_gold(Decimal(len(ids))))  # fmt: skip


def share(d: Draw) -> Task:
    """Which share of a class meets a condition."""
    drawn = draw_set(d, 1, may_split=True)
    if not drawn.verbs or len(drawn.rows) > 2:
        raise NotDrawnError
    n_all = len(d.world.store.members(drawn.group))
    rows = [*drawn.rows, calculate("count", "#1"), calculate("count", "#2"), calculate("ratio", "#4", "#3"), finish("#5")]  # fmt: skip
    gold = number_gold(Decimal(len(drawn.ids)) / n_all)
    question = d.frame("share", n=drawn.head, do=drawn.verbs)
    unseen = held_out(d, drawn.group, drawn.conditions)
    return d.task(question, "intersection", "share", rows, gold, unseen)
