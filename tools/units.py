"""Units and quantities: how they are spelled, converted and carried through arithmetic.

Guarantees: numbers are exact decimals in base units; a unit is never silently dropped or changed.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

from tools.facts.names import fold
from tools.types import Quantity

PERCENT = "%"
YEAR = "year"  # a calendar year, a point in time; `years` is a duration
YEARS = "years"
_SPELLED = {
    "%": PERCENT, "percent": PERCENT, "per cent": PERCENT, "％": PERCENT, "$": "USD", "us$": "USD", "usd": "USD",
    "dollar": "USD", "dollars": "USD", "us dollars": "USD", "美元": "USD", "€": "EUR", "eur": "EUR",
    "euro": "EUR", "euros": "EUR", "£": "GBP", "sek": "SEK", "people": "people", "persons": "people",
    "inhabitants": "people", "人": "people", "vehicle": "vehicles", "cars": "vehicles",
    "vehicles": "vehicles", "辆": "vehicles", "metre": "m", "metres": "m", "meter": "m",
    "meters": "m", "米": "m", "kilometre": "km", "kilometres": "km", "kilometer": "km",
    "kilometers": "km", "公里": "km", "千米": "km", "mile": "mi", "miles": "mi", "feet": "ft",
    "km²": "km2", "km^2": "km2", "sq km": "km2", "square kilometres": "km2",
    "square kilometers": "km2", "平方公里": "km2", "hour": "h", "hours": "h", "小时": "h", "day": "days",
    "days": "days", "天": "days", "kelvin": "K", "k": "K", "岁": YEARS, "年": YEARS, "years": YEARS,
    "gwh": "GWh", "mwh": "MWh",
}  # fmt: skip
_DIMENSIONS = (
    {"m": Decimal(1), "km": Decimal(1000), "mi": Decimal("1609.344"), "ft": Decimal("0.3048")},
    {"km2": Decimal(1), "m2": Decimal("0.000001"), "ha": Decimal("0.01")},
    {"MWh": Decimal(1), "GWh": Decimal(1000)},
    {"h": Decimal(1), "days": Decimal(24)},
)
_SCALES = {
    "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "k": 3, "m": 6, "mn": 6, "b": 9,
    "bn": 9, "tn": 12, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "十亿": 9, "百亿": 10,
    "千亿": 11, "万亿": 12,
}  # fmt: skip
SCALE_WORDS = "|".join(
    rf"{word}(?![A-Za-z])" if word.isascii() else word
    for word in sorted(_SCALES, key=len, reverse=True)
)
_QUANTITY = re.compile(
    rf"(?P<sign>[-+−]?)\s*(?P<currency>US\$|[$€£])?\s*(?P<digits>\d[\d,]*(?:\.\d+)?|\.\d+)"
    rf"\s*(?P<scale>{SCALE_WORDS})?\s*(?P<unit>[^\d\s].*)?",
    re.IGNORECASE,
)
_MAX_CHARS = 60


def canonical(unit: str) -> str:
    """One spelling for each unit; unknown units stay as they are."""
    return _SPELLED.get(unit.strip().lower(), unit.strip())


def is_percent(unit: str) -> bool:
    """Whether numbers of this unit are hundredths: `%`, `percent`, `% of GDP`."""
    return canonical(unit).startswith(PERCENT)


def scaled(digits: str, scale: str | None, power: int = 0) -> Decimal:
    """Digits with thousands separators, times a power of ten and the scale word behind them."""
    exponent = power + (_SCALES[scale.lower()] if scale else 0)
    bare = digits.replace(",", "")
    return Decimal(f"{bare}e{exponent}") if exponent else Decimal(bare)


def read_quantity(text: str, expected: str = "") -> Quantity | None:
    """The number that a text states, with its unit; `expected` settles `8000 m` and new units."""
    found = _QUANTITY.fullmatch(text.strip()) if len(text) <= _MAX_CHARS else None
    if found is None:
        return None
    scale, said = found["scale"], (found["unit"] or found["currency"] or "").strip()
    if scale and not said and canonical(expected) == scale.lower():
        scale, said = None, scale
    if said and not _is_known(said) and fold(said) != fold(expected):
        return None
    number = scaled(found["digits"], scale)
    signed = number.copy_negate() if found["sign"] in ("-", "−") else number
    return Quantity(signed, canonical(said))


def _is_known(unit: str) -> bool:
    name = canonical(unit)
    return unit.lower() in _SPELLED or any(name in dimension for dimension in _DIMENSIONS)


def convert(number: Decimal, unit: str, to: str) -> Decimal | None:
    """The number in another unit; a side without unit fits any; None where the units do not meet."""
    have, want = canonical(unit), canonical(to)
    if not have or not want or have.casefold() == want.casefold():
        return number
    if is_percent(have) and is_percent(want):
        return number
    factors = next((d for d in _DIMENSIONS if have in d and want in d), None)
    return None if factors is None else number * factors[have] / factors[want]


def times(left: str, right: str) -> str:
    """The unit of a product."""
    return _written(_powers(left) + _powers(right))


def over(left: str, right: str) -> str:
    """The unit of a quotient; equal units cancel."""
    powers = _powers(left)
    powers.subtract(_powers(right))
    return _written(powers)


def _powers(unit: str) -> Counter[str]:
    name = canonical(unit)
    if "(" in name:
        return Counter({name: 1})
    top, *bottom = name.split("/")
    powers = Counter(part for part in top.split("·") if part and part != "1")
    powers.subtract(part for part in bottom if part)
    return powers


def _written(powers: Counter[str]) -> str:
    top = [name for name, power in powers.items() for _ in range(power)]
    bottom = [name for name, power in powers.items() for _ in range(-power)]
    if not bottom:
        return "·".join(top)
    return "/".join(["·".join(top) or "1", *bottom])
