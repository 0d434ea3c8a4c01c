"""Numbers in words, in both languages: `half a billion`, `twenty twenty-two`, 两千八百, 十四亿.

Guarantees: spans lie inside the text and do not overlap; pure functions.
Does not guarantee: that a small number counts something; the caller looks at the words around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SMALL = {word: n for n, word in enumerate(_ONES)} | {
    word: 10 * n for n, word in enumerate(_TENS, 2)
}
SCALES = {
    "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
_SCALE = "|".join(f"{word}s?" for word in SCALES)
_NUMBER = "|".join(sorted(SMALL, key=len, reverse=True))
_JOIN = r"(?:[\s-]+|\s+and\s+)"
_SPOKEN = re.compile(
    rf"\b(?:(?P<fraction>half|quarter of)\s+an?[\s-]+(?P<of>{_SCALE}|dozen)"
    rf"|an?\s+(?P<single>{_SCALE}|dozen)"
    rf"|(?P<words>(?:{_NUMBER})(?:{_JOIN}(?:{_NUMBER}|{_SCALE}))*(?:\s+point(?:\s+(?:{_NUMBER}))+)?"
    rf"(?:\s+and\s+a\s+half)?(?:[\s-]+(?:{_SCALE}))*))\b",
    re.IGNORECASE,
)
_CHINESE_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000}
_CHINESE_SCALES = {"万": 10**4, "亿": 10**8}
_CHINESE = re.compile(
    r"[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+[万亿]*)?"
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A number in words; `is_year` where it is said as years are."""

    start: int
    end: int
    number: Decimal
    is_year: bool = False


def spoken(text: str) -> Iterator[Spoken]:
    """Every number that the text says in words, in order within each language."""
    for match in _SPOKEN.finditer(text):
        yield Spoken(match.start(), match.end(), *_english(match))
    for match in _CHINESE.finditer(text):
        said = match[0][: -1 if _is_kilometres(match[0], text[match.end() :]) else None]
        number = chinese(said)
        if number is not None:
            end = match.start() + len(said)
            yield Spoken(match.start(), end, number, len(said) == 4 == _plain(said))


def _is_kilometres(said: str, after: str) -> bool:
    """三百千米 is 300 km, where 八千米 is 8000 m."""
    return len(said) > 1 and said[-1] == "千" and said[-2] in "十百千" and after.startswith("米")


def _english(match: re.Match[str]) -> tuple[Decimal, bool]:
    if said := match["of"]:
        part = Decimal("0.5") if match["fraction"].lower() == "half" else Decimal("0.25")
        return (part * _scale(said)).quantize(Decimal(1)), False
    if said := match["single"]:
        return Decimal(_scale(said)), False
    words = re.findall(r"[a-z]+", match["words"].lower())
    year = _year(words)
    return (Decimal(year), True) if year else (_value(words), False)


def _scale(word: str) -> int:
    bare = word.lower().rstrip("s")
    return 12 if bare == "dozen" else SCALES[bare]


def _year(words: list[str]) -> int:
    """`nineteen eighty-four` and `twenty twenty` as years, 0 for anything else."""
    numbers = [SMALL.get(word, -1) for word in words]
    if len(numbers) < 2 or numbers[0] not in (18, 19, 20) or -1 in numbers:
        return 0
    rest = sum(numbers[1:])
    is_pair = len(numbers) == 2 or (numbers[1] >= 20 and 0 < numbers[2] < 10)
    return 100 * numbers[0] + rest if is_pair and len(numbers) <= 3 and 10 <= rest < 100 else 0


def _value(words: list[str]) -> Decimal:
    """The number that the words add up to."""
    total, current, places = Decimal(0), Decimal(0), 0
    for word in words:
        bare = word.rstrip("s") if word.rstrip("s") in SCALES else word
        if bare == "point":
            places = 1
        elif bare == "half":
            current += Decimal("0.5")
        elif bare == "hundred":
            current = max(current, Decimal(1)) * 100
        elif bare in SCALES:
            total, current, places = total + max(current, Decimal(1)) * SCALES[bare], Decimal(0), 0
        elif bare in SMALL:
            current += Decimal(SMALL[bare]).scaleb(-places)
            places += bool(places)
    value = total + current
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


def chinese(text: str) -> Decimal | None:
    """The number of Chinese numerals: 两千八百 → 2800, 二〇二五 → 2025, 一点五亿 → 150000000."""
    if text and all(c in _CHINESE_DIGITS for c in text):
        return Decimal("".join(str(_CHINESE_DIGITS[c]) for c in text))
    whole, _, decimals = text.partition("点")
    scale = decimals.lstrip("".join(_CHINESE_DIGITS))
    total = _chinese_value(whole)
    if total is None:
        return None
    digits = decimals.removesuffix(scale)
    if digits:
        total += Decimal("0." + "".join(str(_CHINESE_DIGITS[c]) for c in digits))
    for c in scale:
        total *= _CHINESE_SCALES[c]
    return total


def _chinese_value(text: str) -> Decimal | None:
    """Numerals with units; a last digit after a unit counts tenths of it: 一万五 → 15000."""
    high, total, section, digit, unit = 0, 0, 0, 0, 1
    for c in text:
        if c in _CHINESE_DIGITS:
            digit, unit = _CHINESE_DIGITS[c], 1 if c in "零〇" else unit
        elif c in _CHINESE_UNITS:
            section += max(digit, 1) * _CHINESE_UNITS[c]
            digit, unit = 0, _CHINESE_UNITS[c]
        elif c == "万":
            total += max(section + digit, 1) * 10**4
            section, digit, unit = 0, 0, 10**4
        else:
            high += max(total + section + digit, 1) * 10**8
            total, section, digit, unit = 0, 0, 0, 10**8
    last = digit * unit // 10 if unit >= 100 else digit
    return Decimal(high + total + section + last)


def _plain(text: str) -> int:
    """How many of the numerals are plain digits."""
    return sum(c in _CHINESE_DIGITS for c in text)
