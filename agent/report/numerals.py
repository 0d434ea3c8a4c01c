"""Numbers as people read them in English and Chinese: scale words, units, signs, precision.

Guarantees: what is shown is the value rounded half up at the digits shown; a minus sign is `−`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from agent.types import Language

MINUS = "−"
_SCALES: dict[Language, tuple[tuple[int, str], ...]] = {
    "en": ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")),
    "zh": ((10**12, "万亿"), (10**8, "亿"), (10**4, "万")),
}
_MILLION = 10**6
_SCALED_FROM = 10**6
_UNITS_EN = {"km2": "km²", "percent": "%", "Vehicles": "vehicles", "USD": "USD", "h": "hours"}
_UNITS_ZH = {
    "USD": "美元", "SEK": "瑞典克朗", "people": "人", "vehicles": "辆", "Vehicles": "辆", "%": "%",
    "percent": "%", "km2": "平方公里", "km": "公里", "m": "米", "mi": "英里", "ft": "英尺", "mi2": "平方英里", "ha": "公顷",
    "acres": "英亩", "h": "小时", "hours": "小时",
    "years": "年", "days": "天", "charging points": "个充电桩",
}  # fmt: skip
_WIDE = Context(prec=80)
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


@dataclass(frozen=True, slots=True)
class Scale:
    """A power of ten and its word; `one` shows numbers in full."""

    factor: int = 1
    word: str = ""


ONE = Scale()


def scale_for(number: Decimal, unit: str, lang: Language) -> Scale:
    """The scale that shows a number of this size with few digits; percentages are never scaled."""
    if abs(number) < _SCALED_FROM or is_percent(unit):
        return ONE
    return next(
        (Scale(factor, word) for factor, word in _SCALES[lang] if abs(number) >= factor), ONE
    )


def is_percent(unit: str) -> bool:
    """Whether values of this unit are percentages already."""
    return unit in {"%", "percent"}


def is_money(unit: str) -> bool:
    """Whether the unit is a currency."""
    return len(unit) == 3 and unit.isupper() and unit.isalpha() and unit not in {"GWH", "MWH"}


def unit_said(unit: str, lang: Language) -> str:
    """The unit in words of the language."""
    return _UNITS_ZH.get(unit, unit) if lang == "zh" else _UNITS_EN.get(unit, unit)


def digits(number: Decimal, unit: str, scale: Scale = ONE) -> str:
    """The number in that scale with grouped thousands and a true minus sign."""
    scaled = number / scale.factor
    text = f"{_rounded(scaled, unit, scale):,f}"
    return text.replace("-", MINUS)


def _rounded(number: Decimal, unit: str, scale: Scale) -> Decimal:
    if scale.factor > 1:
        return _to(number, 1 if scale.factor == _MILLION and abs(number) >= 10 else 2)
    if is_percent(unit):
        return _to(number, min(max(_places(number), 1), 2))
    if abs(number) >= 1000 or number == number.to_integral_value():
        return _to(
            number, 0 if not is_money(unit) or abs(number) >= 1000 else min(_places(number), 2)
        )
    return _to(number, min(_places(number), 2 if abs(number) >= 1 else 4))


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _to(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _WIDE) + 0


def cell(number: Decimal, unit: str, lang: Language, scale: Scale | None = None) -> tuple[str, str]:
    """Digits and unit apart, as a table shows them: ("28.10", "billion USD")."""
    chosen = scale or scale_for(number, unit, lang)
    said = unit_said(unit, lang)
    joined = f"{chosen.word}{said}" if lang == "zh" else f"{chosen.word} {said}".strip()
    return digits(number, unit, chosen), joined


def phrase(number: Decimal, unit: str, lang: Language) -> str:
    """The number with its unit as a sentence says it: "$28.10 billion", "280.95亿美元"."""
    chosen = scale_for(number, unit, lang)
    shown = digits(number, unit, chosen)
    if lang == "zh":
        return f"{shown}{chosen.word}{unit_said(unit, lang)}"
    words = f"{shown} {chosen.word}".strip()
    if symbol := _SYMBOLS.get(unit):
        return f"{MINUS}{symbol}{words[1:]}" if words.startswith(MINUS) else f"{symbol}{words}"
    return f"{words}%" if is_percent(unit) else f"{words} {unit_said(unit, lang)}".strip()


def exact(number: Decimal, unit: str, lang: Language) -> str:
    """The number in full, for places where readings differ in late digits."""
    shown = f"{number:,f}".replace("-", MINUS)
    if is_percent(unit):
        return f"{shown}%"
    return f"{shown}{unit_said(unit, lang)}" if lang == "zh" else f"{shown} {unit_said(unit, lang)}"


def percent(fraction: Decimal, signed: bool = False) -> str:
    """A fraction as a percentage with one decimal: "24.9%", with a sign where asked."""
    return with_sign(_to(fraction * 100, 1), signed) + "%"


def points(difference: Decimal, lang: Language, signed: bool = False) -> str:
    """A difference of percentages: "0.8 percentage points", signed "+0.8 pp"."""
    shown = with_sign(_to(difference, 1), signed)
    if lang == "zh":
        return f"{shown}个百分点"
    return f"{shown} pp" if signed else f"{shown} percentage points"


def times(ratio: Decimal) -> str:
    """A ratio with two significant decimals: "1.3", "12.4"."""
    return f"{_to(ratio, 1 if ratio >= 10 else 2):,f}"


def with_sign(number: Decimal, signed: bool = True) -> str:
    """Plain digits with `+` or `−` in front where signed."""
    sign = MINUS if number < 0 else "+" if signed and number > 0 else ""
    return f"{sign}{abs(number):,f}"
