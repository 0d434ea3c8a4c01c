"""The calculator's language: text to a tree, and a tree back to text. Nothing is evaluated here.

Covered: + - * / ^ %, comparisons, parentheses, functions, symbols, dates, numbers with scale words and units, and
`in` before the unit to convert into (`#1 in miles`; `to`, `as` and `->` say the same, `of` is a product, `per` a quotient).
A `%` behind a number that nothing follows is a percentage, else it is the remainder.
Guarantees: reading takes time linear in the text, and text beyond the limits is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from tools.calculation.lexing import Literal, Symbol, Token, refuse, tokens
from tools.failures import CallFailed
from tools.types import Reason
from tools.values.units import PERCENT

MAX_DEPTH = 24
COMPARISONS = ("=", "!=", ">", "<", ">=", "<=")
NEGATION = "negate"
CONVERSION = "in"
CONVERSIONS = (CONVERSION, "convert")


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator or function with its operands."""

    name: str
    operands: tuple[Node, ...]


Node: TypeAlias = Literal | Symbol | Operation

_REMAINDER = "mod"
_POWERS = dict.fromkeys(COMPARISONS, 10) | {
    CONVERSION: 15,
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


def read(text: str) -> Node:
    """The tree of an expression."""
    reader = _Reader(tokens(text), text)
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


class _Reader:
    """Reads operators by their binding power, weakest outermost."""

    def __init__(self, tokens: list[Token], text: str) -> None:
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
            refuse(f"{left.text!r} is not expected", self._text, left.at)

    def _peek(self, ahead: int = 0) -> Token | None:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else None

    def _take(self) -> Token:
        token = self._peek()
        if token is None:
            refuse("something is missing at the end", self._text, len(self._text))
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
            behind.node or (behind.is_name and behind.text not in _POWERS) or behind.text == "("
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
        if not token.is_name:
            refuse(f"{token.text!r} is not expected", self._text, token.at)
        return Operation(token.text, self._arguments(token, depth))

    def _closed(self, depth: int) -> Node:
        inside = self.expression(0, depth + 1)
        self._close()
        return inside

    def _close(self) -> None:
        token = self._take()
        if token.text != ")":
            refuse(f"a closing parenthesis is missing before {token.text!r}", self._text, token.at)

    def _arguments(self, name: Token, depth: int) -> tuple[Node, ...]:
        if (opening := self._peek()) is None or opening.text != "(":
            refuse(
                f"{name.text!r} is no number, unit, symbol or function call", self._text, name.at
            )
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
