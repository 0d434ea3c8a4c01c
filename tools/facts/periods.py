"""Periods as the table spells them: `2024`, `FY2025`, `2026Q2`, `2024-11`, `2024-11-05`, or empty.

Guarantees: a total order in which the newest comes first; a year follows nothing of itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PERIOD = re.compile(r"(?:FY)?(\d{4})(?:Q([1-4])|-(\d{2})(?:-(\d{2}))?)?")
_WHOLE_YEAR = 13


@lru_cache(maxsize=4096)
def newest_first(period: str) -> tuple[int, int, int]:
    """A sort key: newest first, a whole year before its parts, undated last."""
    found = _PERIOD.fullmatch(period)
    if not found:
        return (0, 0, 0)
    year, quarter, month, day = (int(part) if part else 0 for part in found.groups())
    within = 3 * quarter or month or _WHOLE_YEAR
    return (-year, -within, -day)


def same_year(period: str) -> str | None:
    """The other spelling of a whole year (`2024` and `FY2024`), or None."""
    if re.fullmatch(r"\d{4}", period):
        return f"FY{period}"
    if re.fullmatch(r"FY\d{4}", period):
        return period[2:]
    return None
