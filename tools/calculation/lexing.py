"""The words and signs of an expression: text to tokens, each with its place.

Covered: symbols, dates, numbers with scale words, currency signs and units (`$3.5bn`, `5 km`, `281亿美元`), units by
themselves, names and signs. Guarantees: time linear in the text; a letter that may mean two things is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NoReturn

from tools.failures import CallFailed
from tools.types import Reason, Scalar
from tools.values.metrology import SPELLED, spelled
from tools.values.periods import read_period
from tools.values.units import PERCENT, SCALE_WORDS, YEARS, canonical, kind_of, plainly, scaled

MAX_CHARS = 500
MAX_TOKENS = 150

_ALIKE = str.maketrans("＋－−–×·÷／（）＝＞＜，、＾％＄￡", "+---**//()=><,,^%$£")
_SPELT_SIGNS = {"==": "=", "≥": ">=", "≤": "<=", "≠": "!=", "**": "^", "->": "in", "→": "in"}
_SPELT_NAMES = {"to": "in", "as": "in", "of": "*", "per": "/"}
_UNCLEAR = {"m": ("metres", "million"), "K": ("kelvin", "thousand")}
_SHORT_MILLION = re.compile(r"[\d.,]+m")
_DURATION = {"year": YEARS}  # among the facts `year` is a point in time


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, percentage, date or quantity written out; `is_unit` where a unit stands by itself."""

    scalar: Scalar
    is_unit: bool = False


@dataclass(frozen=True, slots=True)
class Symbol:
    """A reference to a binding."""

    name: str


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text and where it begins; `node` is set where it is an operand by itself."""

    text: str
    at: int
    node: Literal | Symbol | None = None
    is_name: bool = False


_UNIT_NAMES = "|".join(
    re.escape(name) + (r"(?!\w)" if name[-1].isascii() and name[-1].isalnum() else "")
    for name in sorted((*SPELLED, *_DURATION), key=len, reverse=True)
    if name not in "%$€£％"
)
_UNIT = rf"(?P<scale_of>(?:million|billion|trillion|万|亿)\s*)?(?P<unit>{_UNIT_NAMES})"


def _pattern(digits: str) -> re.Pattern[str]:
    return re.compile(
        r"\s*(?:(?P<symbol>[#@]\d+)"
        r"|(?P<date>\d{4}-\d{2}-\d{2}|\d{4}Q[1-4]|FY\d{4})(?!\d)"
        r"|(?P<currency>US\$|[$€£])?"
        rf"(?P<digits>(?:{digits})(?:\.\d+)?|\.\d+)(?:e(?P<power>[-+]?\d{{1,2}})(?!\w))?"
        rf"(?:(?P<gap>\s*)(?P<scale>{SCALE_WORDS}))?"
        r"|(?P<sign>->|→|\*\*|<=|>=|!=|==|[-+*/^%()=<>,≥≤≠])"
        r"|(?P<call>[a-z_]+[a-z_0-9]*)(?=\s*\()"
        rf"|{_UNIT}"
        r"|(?P<name>[a-z_]+[a-z_0-9]*))",
        re.IGNORECASE,
    )


_OUTSIDE = _pattern(r"\d{1,3}(?:,\d{3})+(?!\d)|\d+")
_INSIDE = _pattern(r"\d+")  # in parentheses a comma parts arguments, never thousands


def tokens(text: str) -> list[Token]:
    """The tokens of an expression; a unit right behind a number belongs to it."""
    if len(text) > MAX_CHARS:
        raise CallFailed(
            Reason.TOO_COSTLY, f"{len(text)} characters are too many; {MAX_CHARS} is the limit"
        )
    found: list[Token] = []
    plain = text.translate(_ALIKE).rstrip()
    at = n_open = 0
    while at < len(plain):
        match = (_INSIDE if n_open else _OUTSIDE).match(plain, at)
        if match is None:
            refuse(f"{plain[at : at + 12].strip()!r} cannot be read", text, at)
        token = _token(match, text)
        n_open += (token.text == "(") - (token.text == ")")
        found[-1:] = _joined(found[-1], token) if found else [token]
        at = match.end()
    _refuse_short_millions(found, text)
    if len(found) > MAX_TOKENS:
        raise CallFailed(
            Reason.TOO_COSTLY,
            f"{len(found)} words and signs are too many; {MAX_TOKENS} is the limit",
        )
    return found


def refuse(what: str, text: str, at: int) -> NoReturn:
    """Give an expression up, saying what is wrong where."""
    raise CallFailed(Reason.BAD_EXPRESSION, f"{what} at character {at + 1} of {text!r}")


def _token(match: re.Match[str], text: str) -> Token:
    said = match[0].strip()
    at = match.end() - len(said)
    if match["symbol"]:
        return Token(said, at, Symbol(said))
    if match["date"]:
        return Token(said, at, Literal(Scalar(read_period(said) or said)))
    if match["digits"]:
        return Token(said, at, Literal(_number(match, text, at)))
    if match["unit"] and (unit := _unit(match)):
        return Token(said, at, Literal(unit, is_unit=True))
    is_name = not match["sign"]
    bare = said.lower()
    spelt = _SPELT_NAMES.get(bare, bare) if is_name else _SPELT_SIGNS.get(bare, bare)
    return Token(spelt, at, is_name=is_name and spelt.isidentifier())


def _number(match: re.Match[str], text: str, at: int) -> Scalar:
    scale = match["scale"]
    if match["gap"] and not match["currency"] and scale in _UNCLEAR:
        unit, word = _UNCLEAR[scale]
        refuse(f"{match[0].strip()!r} may be {unit} or {word}; write one of them", text, at)
    number = scaled(match["digits"], scale, int(match["power"] or 0))
    return Scalar(number, canonical(match["currency"] or ""))


def _unit(match: re.Match[str]) -> Scalar | None:
    """One of the unit; None where the letters only look like one."""
    said = match["unit"]
    name = _DURATION.get(said.lower(), spelled(said))
    scale = plainly((match["scale_of"] or "").strip())
    return Scalar(Decimal(1), f"{scale} {name}".strip()) if name else None


def _joined(before: Token, token: Token) -> list[Token]:
    """Two neighbours, as one where the second is the unit of the first; `in %` names a unit too."""
    if before.text == "in" and token.text == PERCENT:
        return [
            before,
            Token(token.text, token.at, Literal(Scalar(Decimal(1), PERCENT), is_unit=True)),
        ]
    match before.node, token.node:
        case Literal(Scalar(value=Decimal()) as number, False), Literal(Scalar() as unit, True):
            if number.unit in ("", unit.unit):
                said = f"{before.text} {token.text}"
                return [Token(said, before.at, Literal(replace(number, unit=unit.unit)))]
    return [before, token]


def _refuse_short_millions(found: list[Token], text: str) -> None:
    """Among lengths `5m` is not taken for five million."""
    literals = [each.node for each in found if isinstance(each.node, Literal)]
    if not any(kind_of(each.scalar.unit) == "length" for each in literals):
        return
    for token in found:
        if _SHORT_MILLION.fullmatch(token.text):
            refuse(f"{token.text!r} may be metres or million; write one of them", text, token.at)
