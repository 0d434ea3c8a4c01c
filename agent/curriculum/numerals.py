"""Numbers as people write them: digits with and without commas, scale words, short forms, words."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from decimal import Decimal

from agent.types import Language

_Scale = tuple[int, tuple[str, ...]]
_SCALES: dict[Language, tuple[_Scale, ...]] = {
    "en": (
        (10**12, (" trillion", " trillion", "tn")), (10**9, (" billion", " billion", " bn", "bn")),
        (10**6, (" million", " million", " mn", "m", "M")), (10**3, (" thousand", "k", "k")),
    ),
    "zh": ((10**12, ("万亿",)), (10**8, ("亿",)), (10**4, ("万",)), (10**3, ("千",))),
}  # fmt: skip
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_HAN = "零一二三四五六七八九"
_HAN_PLACES = ((1000, "千"), (100, "百"), (10, "十"))
_EXACT_DIGITS = 3


def written(rng: random.Random, number: Decimal, lang: Language) -> str:
    """One spelling of a number that reads back as exactly that number."""
    scaled = list(_scaled(number, lang))
    weights = [1.0, 1.0 if abs(number) >= 1000 else 0.0]
    forms = [plain(number), grouped(number)]
    if scaled:
        forms.append(_with_scale(rng, scaled, lang))
        weights.append(5.0 if abs(number) >= 10**6 else 1.0)
    if (words := in_words(number, lang)) is not None:
        forms.append(words)
        weights.append(0.5 if abs(number) >= 10 else 1.0)
    return rng.choices(forms, weights)[0]


def plain(number: Decimal) -> str:
    """Digits alone: `8000`, `2.5`."""
    return str(int(number)) if number == int(number) else f"{number.normalize():f}"


def grouped(number: Decimal) -> str:
    """Digits in groups: `8,000`."""
    whole, _, rest = plain(abs(number)).partition(".")
    return ("-" if number < 0 else "") + f"{int(whole):,}" + (f".{rest}" if rest else "")


def _scaled(number: Decimal, lang: Language) -> Iterator[tuple[Decimal, tuple[str, ...]]]:
    """The number in every scale in which it is short."""
    for scale, words in _SCALES[lang]:
        scaled = number / scale
        if abs(scaled) >= 1 and scaled == round(scaled, 2):
            yield scaled, words


def _with_scale(
    rng: random.Random, scaled: Sequence[tuple[Decimal, tuple[str, ...]]], lang: Language
) -> str:
    number, words = scaled[0] if rng.random() < 0.9 else rng.choice(scaled)
    said = in_words(number, lang) if rng.random() < 0.2 else None
    if said is None:
        return plain(number) + rng.choice(words)
    return said + (words[0] if lang == "en" else rng.choice(words))


def in_words(number: Decimal, lang: Language) -> str | None:
    """The number in words; None where nobody would write it so."""
    if number != int(number) or not 0 < number < 10**4 or _n_digits(number) > _EXACT_DIGITS:
        return None
    return _english(int(number)) if lang == "en" else _chinese(int(number))


def _n_digits(number: Decimal) -> int:
    return len(plain(number).rstrip("0"))


def _english(n: int) -> str | None:
    if n < 20:
        return _ONES[n]
    if n < 100:
        return _TENS[n // 10] + (f"-{_ONES[n % 10]}" if n % 10 else "")
    for scale, word in ((1000, "thousand"), (100, "hundred")):
        if n % scale == 0 and n // scale < 20:
            return f"{_ONES[n // scale]} {word}"
    return None


def _chinese(n: int) -> str:
    if n == 2:
        return "两"
    said, is_gap = "", False
    for place, name in _HAN_PLACES:
        digit, n = divmod(n, place)
        if digit:
            bare = place == 10 and not said and digit == 1
            two = place == 1000 and digit == 2
            said += ("零" if is_gap else "") + ("" if bare else "两" if two else _HAN[digit]) + name
        is_gap = bool(said) and not digit
    if n:
        said += ("零" if is_gap else "") + _HAN[n]
    return said


def han_year(year: str) -> str:
    """A year digit by digit: `二〇二五`."""
    return "".join("〇" if digit == "0" else _HAN[int(digit)] for digit in year)
