"""Values in words, English and Chinese: what `finish` says, and numbers written out in full."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal

from tools.types import (
    Entities,
    Measure,
    Passage,
    Passages,
    Scalar,
    Table,
    Truth,
    Value,
    Verdict,
)
from tools.values.units import YEAR, canonical, is_percent

Language = Literal["en", "zh"]
MAX_NAMED = 12
_HUGE = Decimal("1e18")
_TINY_DIGITS = 3
_ZH_UNITS = {
    "USD": "美元", "SEK": "瑞典克朗", "people": "人", "vehicles": "辆", "km": "公里", "m": "米",
    "km2": "平方公里", "h": "小时", "days": "天", "years": "年", "charging points": "个充电桩",
}  # fmt: skip
_EN_UNITS = {"km2": "km²", "h": "hours"}
_TRUTHS: dict[Language, dict[Truth, str]] = {
    "en": {
        Truth.SUPPORTED: "Supported",
        Truth.CONTRADICTED: "Contradicted",
        Truth.UNKNOWN: "Unknown",
    },
    "zh": {Truth.SUPPORTED: "成立", Truth.CONTRADICTED: "不成立", Truth.UNKNOWN: "无法判断"},
}


def say(value: Value, lang: Language = "en") -> str:
    """The value as an answer to a person."""
    match value:
        case Entities():
            return _listed([entity.name for entity in value.members], lang)
        case Table():
            return _listed([_row(found, lang) for found in value.measures], lang, is_table=True)
        case Scalar():
            return _scalar(value, lang)
        case Verdict():
            colon = "：" if lang == "zh" else ": "
            return f"{_TRUTHS[lang][value.truth]}{colon}{value.claim}"
        case Passages():
            return _listed([quotation(found, lang) for found in value.members], lang, is_table=True)


def quotation(passage: Passage, lang: Language = "en") -> str:
    """What a passage says, as a quotation with its title."""
    where = f", {passage.place}" if passage.place else ""
    if lang == "zh":
        return f"“{passage.snippet}”（{passage.title}{where}）"
    return f"“{passage.snippet}” ({passage.title}{where})"


def _scalar(value: Scalar, lang: Language) -> str:
    """The value; a number that was looked up says its period too."""
    said = amount(value.value, value.unit, lang)
    is_read = isinstance(value.value, Decimal) and not value.derivation
    if not is_read or not value.period or canonical(value.unit) == YEAR:
        return said
    return f"{said}（{value.period}）" if lang == "zh" else f"{said} ({value.period})"


def _row(found: Measure, lang: Language) -> str:
    colon = "：" if lang == "zh" else ": "
    return f"{found.entity.name}{colon}{amount(found.value, found.unit, lang)}"


def _listed(names: list[str], lang: Language, *, is_table: bool = False) -> str:
    shown, n_more = names[:MAX_NAMED], len(names) - MAX_NAMED
    if lang == "zh":
        return ("；" if is_table else "、").join(shown) + (
            f"等{len(names)}个" if n_more > 0 else ""
        )
    mark = "; " if is_table or any("," in name for name in shown) else ", "
    return mark.join(shown) + (f" and {n_more} more" if n_more > 0 else "")


def amount(value: Decimal | str, unit: str, lang: Language = "en") -> str:
    """A value with its unit, rounded as people read it."""
    if isinstance(value, str):
        return value
    if canonical(unit) == YEAR:
        return f"{_sensible(value).normalize():f}"
    return _with_unit(_grouped(_sensible(value, is_percent(unit))), unit, lang)


def in_full(value: Scalar) -> str:
    """A value with its unit, no digit left out; for derivations and messages."""
    if isinstance(value.value, str):
        return value.value
    if canonical(value.unit) == YEAR:
        return f"{value.value:f}"
    return _with_unit(_grouped(value.value), value.unit, "en")


def _with_unit(digits: str, unit: str, lang: Language) -> str:
    if is_percent(unit):
        return f"{digits}{canonical(unit)}"
    if lang == "zh":
        return f"{digits}{_ZH_UNITS.get(canonical(unit)) or (f' {unit}' if unit else '')}"
    return f"{digits} {_EN_UNITS.get(canonical(unit), unit)}".strip()


def _grouped(number: Decimal) -> str:
    if abs(number) >= _HUGE:
        return _scientific(number)
    return f"{number:,f}"


def _scientific(number: Decimal) -> str:
    power = number.adjusted()
    head = Context(prec=6).plus(number).scaleb(-power).normalize()
    return f"{head:f} × 10^{power}"


def _sensible(number: Decimal, is_share: bool = False) -> Decimal:
    """Two decimals from 100 on or of a percentage, four below, three digits of a small fraction."""
    size = abs(number)
    places = 2 if size >= 100 or is_share else 4
    places = max(places, _TINY_DIGITS - 1 - number.adjusted() if size < 1 else 0)
    if size >= _HUGE or not number:
        return number
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, Context(prec=60))
    return _without_zeros(rounded)


def _without_zeros(number: Decimal) -> Decimal:
    """The number without zeros behind the point (and not as an exponent)."""
    return (
        number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
    )


def joined(names: Iterable[str]) -> str:
    """Names in a message."""
    return ", ".join(names)
