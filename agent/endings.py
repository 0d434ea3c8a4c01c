"""Plans that end too soon: nothing is asked though the facts hold the answer, or things are found and not read.

Pure functions, the same for every arm. Guarantees: a plan is complained of only where the words of the question leave
little doubt. Does not guarantee: that the row which is missing can be written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agent import plan as canvas
from agent.asked import AnswerKind, asked_kind
from agent.offers import Offers, is_spoken
from agent.types import N_ROWS, NIL, Contradiction, Plan, RowStatus
from agent.wording import say
from tools.types import Entities, Observation

_HOLDS: Mapping[AnswerKind, tuple[str, ...]] = {"number": ("number",), "date": ("date", "year")}


def ends_early(
    plan: Plan, question: str, seen: Mapping[int, Observation], offers: Offers
) -> tuple[Contradiction, ...]:
    """A row that a complete plan lacks, and the ending that has to name it; `seen` are the observations by row."""
    ending = canvas.row_of(plan, N_ROWS)
    missing = 1 + canvas.n_used(plan)
    words = tuple(word for word in ending.words if word != NIL) if ending else ()
    if ending is None or missing == N_ROWS or len(words) > 1:
        return ()
    if missing == 1:
        what, is_short = "unasked", any(pointer.is_certain for pointer in offers.brief.pointers)
    else:
        what, is_short = (
            "ends early",
            bool(words) and _is_unread(words[0], plan, question, seen, offers),
        )
    if not is_short:
        return ()
    reason = say(what, offers.lang)
    lacking = Contradiction(missing, (0,), RowStatus.CONTRADICTED, (canvas.NOP,), reason)
    return lacking, replace(lacking, row=N_ROWS, cells=(1,), banned=words or (NIL,))


def _is_unread(
    word: str, plan: Plan, question: str, seen: Mapping[int, Observation], offers: Offers
) -> bool:
    """Whether a row found things only, and the question speaks of such a value of theirs that no row reads."""
    kind, found = asked_kind(question), seen.get(int(word[1:]))
    if kind is None or not isinstance(found, Entities):
        return False
    types = {member.type for member in found.members}
    used = {word for row in plan.rows for word in row.words}
    fields = offers.fields_where(lambda f: f.kind in _HOLDS[kind] and bool(f.types & types))
    return any(is_spoken(pointer) and pointer.symbol not in used for pointer in fields)
