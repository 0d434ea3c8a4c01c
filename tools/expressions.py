"""The calculator's language: text to a tree, and a tree back to text. Nothing is evaluated here.

Covered: + - * / ^ %, comparisons, parentheses, functions, symbols, dates, numbers with scale words.
A `%` behind a number that nothing follows is a percentage, else it is the remainder.
Guarantees: reading takes time linear in the text, and text beyond the limits is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from tools.failures import CallFailed
from tools.periods import read_period
from tools.types import Reason, Scalar
from tools.units import PERCENT, SCALE_WORDS, scaled

MAX_CHARS = 500
MAX_TOKENS = 150
MAX_DEPTH = 24
COMPARISONS = ("=", "!=", ">", "<", ">=", "<=")
NEGATION = "negate"


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, percentage or date written out."""

    scalar: Scalar


@dataclass(frozen=True, slots=True)
class Symbol:
    """A reference to a binding."""

    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator or function with its operands."""

    name: str
    operands: tuple[Node, ...]


Node: TypeAlias = Literal | Symbol | Operation

_ALIKE = str.maketrans("＋－−–×·÷／（）＝＞＜，、＾％", "+---**//()=><,,^%")
_SPELLED = {"==": "=", "≥": ">=", "≤": "<=", "≠": "!=", "**": "^"}
_REMAINDER = "mod"
_POWERS = dict.fromkeys(COMPARISONS, 10) | {
    "+": 20,
    "-": 20,
    "*": 30,
    "/": 30,
    _REMAINDER: 30,
    "^": 50,
}
_UNARY_POWER = 40
_CALL_POWER = 60
_SIGNS = {"*": "×", "-": "−", "!=": "≠", ">=": "≥", "<=": "≤"}
_INFIX = {"difference": "-", "ratio": "/", "product": "*"}


def _token_pattern(digits: str) -> re.Pattern[str]:
    return re.compile(
        r"\s*(?:(?P<symbol>[#@]\d+)"
        r"|(?P<date>\d{4}-\d{2}-\d{2}|\d{4}Q[1-4]|FY\d{4})(?!\d)"
        rf"|(?P<digits>(?:{digits})(?:\.\d+)?|\.\d+)(?:e(?P<power>[-+]?\d{{1,2}})(?!\w))?"
        rf"(?:\s*(?P<scale>{SCALE_WORDS}))?"
        r"|(?P<name>[a-z_]+)"
        r"|(?P<sign>\*\*|<=|>=|!=|==|[-+*/^%()=<>,≥≤≠]))",
        re.IGNORECASE,
    )


_OUTSIDE = _token_pattern(r"\d{1,3}(?:,\d{3})+(?!\d)|\d+")
_INSIDE = _token_pattern(r"\d+")  # in parentheses a comma parts arguments, never thousands


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of the text; `node` is set where it is an operand by itself."""

    text: str
    node: Literal | Symbol | None = None
    is_name: bool = False


def read(text: str) -> Node:
    """The tree of an expression."""
    if len(text) > MAX_CHARS:
        raise CallFailed(
            Reason.TOO_COSTLY, f"{len(text)} characters are too many; {MAX_CHARS} is the limit"
        )
    reader = _Reader(_tokens(text.translate(_ALIKE).strip()), text)
    tree = reader.expression(0, 0)
    reader.expect_end()
    return tree


def symbols(node: Node) -> tuple[str, ...]:
    """The references in a tree, each once, in order."""
    match node:
        case Symbol(name):
            return (name,)
        case Operation(operands=operands):
            return tuple(dict.fromkeys(name for each in operands for name in symbols(each)))
    return ()


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = n_open = 0
    while at < len(text):
        match = (_INSIDE if n_open else _OUTSIDE).match(text, at)
        if match is None:
            raise _bad(f"{text[at : at + 12]!r} cannot be read", text)
        tokens.append(_token(match))
        n_open += (tokens[-1].text == "(") - (tokens[-1].text == ")")
        at = match.end()
    if len(tokens) > MAX_TOKENS:
        raise CallFailed(
            Reason.TOO_COSTLY,
            f"{len(tokens)} words and signs are too many; {MAX_TOKENS} is the limit",
        )
    return tokens


def _token(match: re.Match[str]) -> _Token:
    said = match[0].strip()
    if match["symbol"]:
        return _Token(said, Symbol(said))
    if match["date"]:
        return _Token(said, Literal(Scalar(read_period(said) or said)))
    if match["digits"]:
        number = scaled(match["digits"], match["scale"], int(match["power"] or 0))
        return _Token(said, Literal(Scalar(number)))
    return _Token(_SPELLED.get(said, said.lower()), is_name=bool(match["name"]))


def _bad(what: str, text: str) -> CallFailed:
    return CallFailed(Reason.BAD_EXPRESSION, f"{what} in {text!r}")


class _Reader:
    """Reads operators by their binding power, weakest outermost."""

    def __init__(self, tokens: list[_Token], text: str) -> None:
        self._tokens = tokens
        self._text = text
        self._at = 0

    def expression(self, floor: int, depth: int) -> Node:
        """Read on while operators bind tighter than `floor`."""
        if depth > MAX_DEPTH:
            raise CallFailed(
                Reason.TOO_COSTLY, f"the expression is nested too deep; {MAX_DEPTH} is the limit"
            )
        left = self._operand(depth)
        while (sign := self._infix()) and _POWERS[sign] > floor:
            self._at += 1
            rising = _POWERS[sign] - (sign == "^")
            left = Operation(sign, (left, self.expression(rising, depth + 1)))
        return left

    def expect_end(self) -> None:
        """Fail if anything is left."""
        if left := self._peek():
            raise _bad(f"{left.text!r} is not expected", self._text)

    def _peek(self, ahead: int = 0) -> _Token | None:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else None

    def _take(self) -> _Token:
        token = self._peek()
        if token is None:
            raise _bad("something is missing at the end", self._text)
        self._at += 1
        return token

    def _infix(self) -> str:
        token = self._peek()
        sign = token.text if token and not token.node else ""
        if sign == PERCENT:
            return _REMAINDER
        return sign if sign in _POWERS else ""

    def _operand(self, depth: int) -> Node:
        node = self._bare_operand(depth)
        while self._is_percentage():
            self._at += 1
            node = Operation(PERCENT, (node,))
        return node

    def _is_percentage(self) -> bool:
        """A `%` with no operand behind it."""
        sign, behind = self._peek(), self._peek(1)
        starts_operand = behind is not None and (
            behind.node or behind.is_name or behind.text == "("
        )
        return sign is not None and sign.text == PERCENT and not starts_operand

    def _bare_operand(self, depth: int) -> Node:
        token = self._take()
        if token.node:
            return token.node
        if token.text == "-":
            return Operation(NEGATION, (self.expression(_UNARY_POWER, depth + 1),))
        if token.text == "+":
            return self.expression(_UNARY_POWER, depth + 1)
        if token.text == "(":
            return self._closed(depth)
        if token.is_name:
            return Operation(token.text, self._arguments(token.text, depth))
        raise _bad(f"{token.text!r} is not expected", self._text)

    def _closed(self, depth: int) -> Node:
        inside = self.expression(0, depth + 1)
        self._close()
        return inside

    def _close(self) -> None:
        if self._take().text != ")":
            raise _bad("a closing parenthesis is missing", self._text)

    def _arguments(self, name: str, depth: int) -> tuple[Node, ...]:
        if (opening := self._peek()) is None or opening.text != "(":
            raise _bad(f"{name!r} is no number, symbol or function call", self._text)
        self._at += 1
        found = [self.expression(0, depth + 1)]
        while (comma := self._peek()) and comma.text == ",":
            self._at += 1
            found.append(self.expression(0, depth + 1))
        self._close()
        return tuple(found)


def written(node: Node, shown: Callable[[Node], str]) -> str:
    """The tree as people write it; `shown` says what stands for an operand."""
    match node:
        case Operation(name="growth", operands=(new, old)):
            return f"{_inner(new, 30, shown)} / {_inner(old, 31, shown)} − 1"
        case Operation(name=name, operands=(left, right)) if _INFIX.get(name, name) in _POWERS:
            sign = _INFIX.get(name, name)
            power = _POWERS[sign]
            return f"{_inner(left, power, shown)} {_SIGNS.get(sign, sign)} {_inner(right, power + 1, shown)}"
        case Operation(name="negate", operands=(operand,)):
            return f"−{_inner(operand, _UNARY_POWER, shown)}"
        case Operation(name="%", operands=(operand,)):
            return f"{_inner(operand, _UNARY_POWER, shown)}%"
        case Operation(name=name, operands=operands):
            return f"{name}({', '.join(written(each, shown) for each in operands)})"
    return shown(node)


def _inner(node: Node, floor: int, shown: Callable[[Node], str]) -> str:
    """An operand, in parentheses where it binds weaker than what is around it."""
    if not isinstance(node, Operation):
        return shown(node)
    power = (
        20 if node.name == "growth" else _POWERS.get(_INFIX.get(node.name, node.name), _CALL_POWER)
    )
    text = written(node, shown)
    return f"({text})" if power < floor else text
