"""Units and quantities: how they are spelled, converted and carried through arithmetic.

Guarantees: numbers are exact decimals in base units; a unit is never silently dropped or changed; money of one
currency never becomes money of another. Does not guarantee: that a unit is known; a strange one meets only itself.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from tools.facts.names import fold
from tools.types import Quantity
from tools.values.metrology import UNITS, Definition, definition, spelled

PERCENT = "%"
POINTS = "percentage points"
YEAR = "year"  # a calendar year, a point in time; `years` is a duration
YEARS = "years"
DAYS = "days"
SCALES = {
    "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "k": 3, "m": 6, "mn": 6, "b": 9,
    "bn": 9, "tn": 12, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "十亿": 9, "百亿": 10,
    "千亿": 11, "万亿": 12,
}  # powers of ten  # fmt: skip
SCALE_WORDS = "|".join(
    rf"{word}(?![A-Za-z])" if word.isascii() else word
    for word in sorted(SCALES, key=len, reverse=True)
)
_QUANTITY = re.compile(
    rf"(?P<sign>[-+−]?)\s*(?P<currency>US\$|[$€£])?\s*(?P<digits>\d[\d,]*(?:\.\d+)?|\.\d+)"
    rf"\s*(?P<scale>{SCALE_WORDS})?\s*(?P<unit>[^\d\s].*)?",
    re.IGNORECASE,
)
_SCALED = re.compile(
    rf"(?:(?P<word>{'|'.join(word for word in SCALES if word not in 'kmb')})|10\^(?P<power>\d{{1,2}}))\s+(?P<unit>\S.*)"
)
_RAISED = re.compile(r"(?P<base>[^\W\d]+)\^?(?P<power>\d{1,2})")
_EXPONENT = re.compile(r"(?P<base>[^\d^].*)\^(?P<power>\d{1,2})")
_PER = re.compile(r"\s*/\s*|\s+per\s+", re.IGNORECASE)
_DECADE = "s"  # `1960s` are no seconds
_MAX_CHARS = 60


def canonical(unit: str) -> str:
    """One spelling for each unit; unknown units stay as they are."""
    return spelled(unit.strip()) or unit.strip()


def kind_of(unit: str) -> str:
    """What a unit measures, in a word for messages; empty where that is not known."""
    name = canonical(unit)
    if name in UNITS:
        return UNITS[name].kind
    if is_percent(name):
        return "share"
    dimension = measured_in(name).dimension
    return next((u.kind for u in UNITS.values() if measured_in(u.id).dimension == dimension), "")


def is_percent(unit: str) -> bool:
    """Whether numbers of this unit are hundredths: `%`, `percent`, `% of GDP`."""
    return canonical(unit).startswith(PERCENT)


def is_money(unit: str) -> bool:
    """Whether the unit is a currency that the project knows."""
    name = canonical(unit)
    return name in UNITS and UNITS[name].kind == "money"


def has_own_zero(unit: str) -> bool:
    """Whether the unit's zero is not nothing, as with °C and °F."""
    return bool(measured_in(unit).offset)


def plainly(text: str) -> str:
    """The text in lower case, letters that a pattern takes for plain ones (`ſ`, `ı`, the kelvin sign) included."""
    return text.upper().lower()


def scaled(digits: str, scale: str | None, power: int = 0) -> Decimal:
    """Digits with thousands separators, times a power of ten and the scale word behind them."""
    exponent = power + (SCALES[plainly(scale)] if scale else 0)
    bare = digits.replace(",", "")
    return Decimal(f"{bare}e{exponent}") if exponent else Decimal(bare)


def read_quantity(text: str, expected: str = "") -> Quantity | None:
    """The number that a text states, with its unit; `expected` settles `8000 m` and new units."""
    found = _QUANTITY.fullmatch(text.strip()) if len(text) <= _MAX_CHARS else None
    if found is None:
        return None
    scale, said = found["scale"], (found["unit"] or found["currency"] or "").strip()
    if scale and not said and canonical(expected) == plainly(scale):
        scale, said = None, scale
    unit = canonical(said) if fold(said) == fold(expected) else unit_called(said)
    if said and (unit is None or said == _DECADE):
        return None
    number = scaled(found["digits"], scale)
    signed = number.copy_negate() if found["sign"] in ("-", "−") else number
    return Quantity(signed, unit or "")


def unit_called(text: str) -> str | None:
    """The unit that a text names, `people per square km` included; None where a part is unknown."""
    parts = [spelled(part) for part in _PER.split(text.strip())]
    known = [part for part in parts if part is not None]
    return spelled(text.strip()) or ("/".join(known) if len(known) == len(parts) else None)


def convert(number: Decimal, unit: str, to: str) -> Decimal | None:
    """The number in another unit; a side without unit fits any; None where the units do not meet."""
    have, want = canonical(unit), canonical(to)
    if not have or not want or have.casefold() == want.casefold():
        return number
    if _is_share(have) and _is_share(want):
        return number
    one, other = measured_in(have), measured_in(want)
    if one.dimension != other.dimension:
        return None
    found = (Fraction(number) * one.factor + one.offset - other.offset) / other.factor
    return Decimal(found.numerator) / Decimal(found.denominator)


def _is_share(unit: str) -> bool:
    return is_percent(unit) or unit == POINTS


@lru_cache(4096)
def measured_in(unit: str) -> Definition:
    """What one of any unit is worth; a part that nobody defines is a dimension of its own."""
    name = canonical(unit)
    if known := definition(name):
        return known
    if found := _SCALED.fullmatch(name):
        inner = measured_in(found["unit"])
        power = int(found["power"] or SCALES[found["word"]])
        return Definition(inner.factor * 10**power, inner.dimension)
    factor, counted = Fraction(1), Counter[str]()
    for part, power in _atoms(name).items():
        atom = definition(part)
        factor *= atom.factor**power if atom else 1
        for base, n in atom.dimension if atom else ((part, 1),):
            counted[base] += n * power
    return Definition(factor, tuple(sorted((base, n) for base, n in counted.items() if n)))


def _atoms(unit: str) -> Counter[str]:
    """The parts of a unit, those with an exponent taken apart: `km3/s2` is km, 3 times, over s, twice."""
    atoms: Counter[str] = Counter()
    for part, power in _powers(unit).items():
        found = _RAISED.fullmatch(part)
        if found and (base := canonical(found["base"])) in UNITS:
            atoms[base] += power * int(found["power"])
        else:
            atoms[canonical(part)] += power
    return atoms


def times(left: str, right: str) -> str:
    """The unit of a product."""
    powers = _powers(left)
    powers.update(_powers(right))
    return _written(powers)


def over(left: str, right: str) -> str:
    """The unit of a quotient; equal units cancel."""
    powers = _powers(left)
    powers.subtract(_powers(right))
    return _written(powers)


def raised(unit: str, exponent: Decimal) -> str | None:
    """The unit of a power, also of a root; None where it would be no whole number of each part."""
    powers = {name: n * exponent for name, n in _atoms(unit).items() if n}
    if any(power % 1 for power in powers.values()):
        return None
    return _written(Counter({name: int(power) for name, power in powers.items()}))


def _powers(unit: str) -> Counter[str]:
    name = canonical(unit)
    if "(" in name:
        return Counter({name: 1})
    top, *bottom = name.split("/")
    powers: Counter[str] = Counter()
    for sign, parts in ((1, top.split("·")), (-1, bottom)):
        for part in parts:
            found = _EXPONENT.fullmatch(part)
            base, power = (found["base"], int(found["power"])) if found else (part, 1)
            if base and base != "1":
                powers[base] += sign * power
    return powers


def _written(powers: Counter[str]) -> str:
    top = [_power(name, power) for name, power in powers.items() if power > 0]
    bottom = [_power(name, -power) for name, power in powers.items() if power < 0]
    if not bottom:
        return "·".join(top)
    return "/".join(["·".join(top) or "1", *bottom])


def _power(name: str, power: int) -> str:
    if power == 1 or f"{name}{power}" in UNITS:
        return name if power == 1 else f"{name}{power}"
    return f"{name}^{power}"
