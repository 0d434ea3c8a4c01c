"""Task families: each draws one task, or raises `NotDrawnError` where the drawn entities do not carry it.

Gold plans keep one canonical order (the class searched, then what is looked up beside it, then level by level in
order of mention): parallel reveals must not have to choose between equivalent orders.
"""

from agent.curriculum.families.ages import age, age_at, apart, youngest
from agent.curriculum.families.arithmetic import (
    densest,
    difference,
    fastest,
    growth,
    over_periods,
    two_fields,
)
from agent.curriculum.families.chains import attribute, chain
from agent.curriculum.families.changes import change_claim
from agent.curriculum.families.claims import (
    claim,
    comparison_claim,
    first_claim,
    member_claim,
)
from agent.curriculum.families.draw import Draw, Family, NotDrawnError
from agent.curriculum.families.extremes import candidates, each, extreme, fold, size_of
from agent.curriculum.families.gatherings import both_classes, but_for, facets, together
from agent.curriculum.families.intersections import counting, listing, share, whole_class
from agent.curriculum.families.pairs import count_more, either, more_claim
from agent.curriculum.families.reconciliation import planted, planted_comparison, sources
from agent.curriculum.families.reports import comparison, report
from agent.curriculum.families.unanswerable import (
    elsewhere,
    no_period,
    no_value,
    strange,
    stranger,
    unranked,
    wrong_kind,
)

__all__ = ["FAMILIES", "Draw", "Family", "NotDrawnError"]

FAMILIES: tuple[tuple[Family, float], ...] = (
    (attribute, 0.115), (chain, 0.09), (listing, 0.20), (counting, 0.11), (whole_class, 0.008), (share, 0.01), (either, 0.012),
    (count_more, 0.01), (more_claim, 0.006), (extreme, 0.08), (fold, 0.036), (size_of, 0.022), (candidates, 0.045),
    (each, 0.02), (difference, 0.04), (growth, 0.035), (over_periods, 0.026), (two_fields, 0.032), (densest, 0.012),
    (fastest, 0.01), (age, 0.015), (age_at, 0.006), (apart, 0.01), (youngest, 0.01), (claim, 0.065), (comparison_claim, 0.03),
    (change_claim, 0.028), (first_claim, 0.01), (member_claim, 0.008), (planted, 0.022), (planted_comparison, 0.008),
    (sources, 0.008), (strange, 0.052), (elsewhere, 0.03), (stranger, 0.036), (unranked, 0.026), (wrong_kind, 0.022),
    (no_value, 0.016), (no_period, 0.012), (report, 0.025), (comparison, 0.015),
    (together, 0.03), (facets, 0.04), (but_for, 0.012), (both_classes, 0.025),
)  # fmt: skip
