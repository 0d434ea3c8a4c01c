"""Every select rule beside every remask rule that it goes with."""

from __future__ import annotations

from functools import cache

from model.decode.registry import AROUND, SELECT
from model.families.conventions import Visibility
from model.pairing import Setting, rules
from model.remask.registry import REMASK
from model.spec import RuleError

SELECTS = (
    *(name for name in SELECT if name != "learned"),  # belongs to one model
    *AROUND,
    *("top-k-margin", "top-k-entropy", "top-k-random"),
    *(
        "entropy-bound:bound=1",
        "dcd:max_masks=2",
        "dcd:extend=3,growth=2,weak=0.5",
        "ccd:warm_up=1",
        "prophet:answer=all,late=0.1",
    ),
)


@cache
def pairs(visibility: Visibility = Visibility.CONTEXT) -> tuple[tuple[str, str], ...]:
    return tuple((s, r) for s in SELECTS for r in REMASK if goes_together(s, r, visibility))


def goes_together(select: str, remask: str, visibility: Visibility = Visibility.CONTEXT) -> bool:
    try:
        rules(select, remask, Setting(visibility))
    except RuleError:
        return False
    return True
