"""Two conditions on one class side by side: either of them, or how many more meet one than the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from agent.curriculum.families.claims import asked_claim
from agent.curriculum.families.conditions import Condition, condition_on
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
    verdict_gold,
    verify,
)
from agent.curriculum.families.intersections import held_out
from agent.curriculum.families.sets import draw_group, fields_for
from agent.curriculum.tasks import GoldRow, HeldOut, Task
from tools.types import EntityClass


@dataclass(frozen=True, slots=True)
class Pair:
    """A class, two conditions of one row each, and who meets them; `words` holds each in the same role."""

    group: EntityClass
    noun: str
    words: tuple[str, str]
    role: str
    conditions: tuple[Condition, Condition]
    met: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def rows(self) -> list[GoldRow]:
        """The class, and each condition on the whole of it."""
        constraints = [c.constraints[0] for c in self.conditions]
        return [search(self.group), *[verify("#1", c.field, c.comparator, c.target) for c in constraints]]  # fmt: skip


def _draw_pair(d: Draw) -> tuple[Pair, HeldOut]:
    group = draw_group(d)
    members = d.world.store.members(group)
    field_id = d.pick(fields_for(d, group, d.pick(members))[:4])
    drawn = [condition_on(d, field_id, d.pick(members)) for _ in range(2)]
    if drawn[0].constraints == drawn[1].constraints or any(_is_long(c) for c in drawn):
        raise NotDrawnError
    role = "does" if all(c.words.does for c in drawn) and d.lang == "en" else "that"
    said = tuple(getattr(c.words, role) for c in drawn)
    met = [tuple(d.world.satisfying([e.id for e in members], c.constraints[0])) for c in drawn]
    if not all(said) or set(met[0]) <= set(met[1]) or set(met[1]) <= set(met[0]):
        raise NotDrawnError
    noun = d.speech.group(d.rng, group, d.lang)
    pair = Pair(group, noun, (said[0], said[1]), role, (drawn[0], drawn[1]), (met[0], met[1]))
    return pair, held_out(d, group, drawn)


def _is_long(condition: Condition) -> bool:
    return len(condition.constraints) > 1 or condition.reference is not None


def either(d: Draw) -> Task:
    """Members that meet one of two conditions, listed or counted."""
    pair, unseen = _draw_pair(d)
    said = d.frame("either", x=pair.words[0], y=pair.words[1])
    union = list(dict.fromkeys((*pair.met[0], *pair.met[1])))
    rows = [*pair.rows, calculate("union", "#2", "#3")]
    if len(union) <= MAX_ANSWERS and d.chance(0.6):
        question, gold = _asked(d, "list", pair, said), set_gold(names_of(d, union))
    else:
        question, gold = _asked(d, "count", pair, said), number_gold(Decimal(len(union)))
        rows.append(calculate("count", "#4"))
    return d.task(question, "intersection", "either", [*rows, finish(f"#{len(rows)}")], gold, unseen)  # fmt: skip


def _asked(d: Draw, frame: str, pair: Pair, said: str) -> str:
    if pair.role == "does" or (d.lang == "zh" and d.chance(0.5)):
        return d.frame(f"{frame}_do", n=pair.noun, do=said)
    return d.frame(frame, s=f"{said}的{pair.noun}" if d.lang == "zh" else f"{pair.noun} {said}")


def _counted(pair: Pair) -> Sequence[GoldRow]:
    return [*pair.rows, calculate("count", "#2"), calculate("count", "#3")]


def count_more(d: Draw) -> Task:
    """How many more members meet one condition than another."""
    pair, unseen = _sayable(d)
    question = d.frame("count_more", n=pair.noun, x=pair.words[0], y=pair.words[1])
    difference = len(pair.met[0]) - len(pair.met[1])
    rows = [*_counted(pair), calculate("difference", "#4", "#5"), finish("#6")]
    gold = replace(number_gold(Decimal(difference)), accept=(str(-difference),))
    return d.task(question, "intersection", "count_more", rows, gold, unseen)


def more_claim(d: Draw) -> Task:
    """A claim that more members meet one condition than another."""
    pair, unseen = _sayable(d)
    statement = d.frame("more_of", n=pair.noun, x=pair.words[0], y=pair.words[1])
    rows = [*_counted(pair), verify("#4", "", ">", "#5"), finish("#6")]
    gold = verdict_gold(len(pair.met[0]) > len(pair.met[1]))
    return d.task(asked_claim(d, statement), "reconciliation", "count_claim", rows, gold, unseen)


def _sayable(d: Draw) -> tuple[Pair, HeldOut]:
    pair, unseen = _draw_pair(d)
    if (d.lang == "en" and pair.role != "does") or len(pair.met[0]) == len(pair.met[1]):
        raise NotDrawnError
    return pair, unseen
