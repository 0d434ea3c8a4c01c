"""Task families: each draws one task, or None where the drawn entities do not carry it.

Gold plans keep one canonical order (topological level, then order of mention): parallel reveals must not
have to choose between equivalent orders.
"""

from agent.curriculum.families.arithmetic import age, difference, growth
from agent.curriculum.families.chains import attribute, chain, over_a_set
from agent.curriculum.families.draw import Draw, Family
from agent.curriculum.families.edges import report, unanswerable
from agent.curriculum.families.intersections import intersection, superlative
from agent.curriculum.families.reconciliation import (
    claim,
    comparison_claim,
    planted,
    planted_comparison,
)

__all__ = ["FAMILIES", "Draw", "Family"]

FAMILIES: tuple[tuple[Family, float], ...] = (
    (attribute, 0.18), (chain, 0.14), (over_a_set, 0.06), (intersection, 0.22), (superlative, 0.09), (difference, 0.06),
    (growth, 0.07), (age, 0.03), (claim, 0.04), (comparison_claim, 0.04), (planted, 0.03), (planted_comparison, 0.02),
    (unanswerable, 0.05), (report, 0.04),
)  # fmt: skip
