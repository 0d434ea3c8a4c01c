"""Numbers as sources write them: "$308.683 billion (2024 est.)", "1,359 km", "2.64+-0.01".

Guarantees: an exact decimal in base units, or None where the text holds no plain number.
"""

from __future__ import annotations

import re
from decimal import Decimal

_SCALES = {
    "thousand": Decimal(10**3),
    "million": Decimal(10**6),
    "billion": Decimal(10**9),
    "trillion": Decimal(10**12),
}
_NUMBER = re.compile(
    r"(?P<sign>[-\u2212]?)\s*(?P<money>\$?)\s*(?P<minus>[-\u2212]?)(?P<digits>\d[\d,]*(?:\.\d+)?|\.\d+)"
    r"\s*(?P<scale>thousand|million|billion|trillion)?",
)
_PLAIN = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")


def plain(number: Decimal) -> str:
    """The number without exponent and without trailing zeros."""
    text = format(number.normalize(), "f")
    return "0" if text in ("-0", "0") else text


def parse_number(text: str) -> Decimal | None:
    """The number at the start of `text` (after an optional sign or dollar), scaled to base units."""
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    found = _NUMBER.match(text.strip())
    if not found:
        return None
    number = Decimal(found["digits"].replace(",", "")) * _SCALES.get(
        found["scale"] or "", Decimal(1)
    )
    return -number if found["sign"] or found["minus"] else number


def stated_year(text: str) -> str:
    """The year in "(2024 est.)" or "(2018)", else empty."""
    found = re.search(r"\((?:FY)?(\d{4})[^)]*\)", text)
    return found[1] if found else ""
