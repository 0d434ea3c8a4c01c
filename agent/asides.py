"""Things that a question names only beside what it asks about: the radius of Triton, the big one *at Neptune*.

A short plan that reads something else of each of two things and sets the one against the other compares what nobody
compares. Pure functions, the same for every arm. Does not guarantee: that the field plainly asked for is the answer.
"""

from __future__ import annotations

from agent import plan as canvas
from agent.offers import Offers
from agent.types import N_ROWS, Contradiction, Insertion, Plan, Pointer, RowStatus
from agent.wording import say
from tools.facts.store import Field
from tools.types import FieldRef


def aside(plan: Plan, offers: Offers) -> tuple[Contradiction, ...]:
    """The rows that set an aside against what is plainly asked for; only that lookup stays."""
    if [row.tool for row in plan.rows] != ["lookup", "lookup", "calculate", "finish"]:
        return ()
    first, second, paired, ending = plan.rows
    asked, other = (offers.brief.pointer(row.words[1]) for row in (first, second))
    is_pair = paired.words[0] in canvas.PAIRING and canvas.references(ending) == (paired.index,)
    if not is_pair or not asked or not other or not asked.is_certain or other.is_certain:
        return ()
    things = {row.words[0] for row in (first, second) if row.words[0][:1] == "@"}
    if len(things) < 2 or not _are_unlike(asked, other, offers):
        return ()
    stays = (((N_ROWS, 1), frozenset({f"#{first.index}"})),)
    reason = say("aside", offers.lang, what=asked.label)
    status, insertion = RowStatus.CONTRADICTED, Insertion((first,), stays, paired.index)
    return (Contradiction(paired.index, (0,), status, (), reason, insertion=insertion),)


def _are_unlike(one: Pointer, other: Pointer, offers: Offers) -> bool:
    """Whether two fields do not mean nearly the same."""
    targets = (pointer.target for pointer in (one, other))
    found = [offers.fields.field(t.id) for t in targets if isinstance(t, FieldRef)]
    match found:
        case [Field() as a, Field() as b]:
            return a.id != b.id and b.id != a.near and a.id != b.near
    return False
