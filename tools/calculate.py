"""calculate(expression): arithmetic, comparison and set operations on values, with their derivation.

Guarantees: any text gives a value or a `CallFailed`; the work is bounded by the length of the expression
and the size of its sets; a result carries the facts of its inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, DecimalException, Overflow, localcontext

from tools import arithmetic, folding
from tools.catalogue import Catalogue
from tools.evidence import behind, members
from tools.expressions import (
    COMPARISONS,
    NEGATION,
    Literal,
    Node,
    Operation,
    Symbol,
    read,
    symbols,
    written,
)
from tools.failures import CallFailed
from tools.memberwise import compared, each, pairwise
from tools.references import bound, words_of
from tools.subjects import subject_of
from tools.types import (
    Binding,
    Call,
    Entities,
    Entity,
    EntityClass,
    Passages,
    Period,
    Quantity,
    Reason,
    Scalar,
    Table,
    Text,
    Value,
    Verdict,
)
from tools.units import PERCENT, YEAR, is_percent, read_quantity
from tools.wording import in_full

MAX_MEMBERS = 20_000
_WHOLE = Scalar(Decimal(0))


@dataclass(frozen=True, slots=True)
class Function:
    """What a name in an expression does, and how many operands it takes."""

    run: Callable[..., Value]
    least: int
    most: int = 99


_PAIRWISE = {
    "+": arithmetic.add,
    "-": arithmetic.subtract,
    "*": arithmetic.multiply,
    "/": arithmetic.divide,
    "mod": arithmetic.remainder,
    "^": arithmetic.power,
    "difference": arithmetic.subtract,
    "ratio": arithmetic.divide,
    "growth": arithmetic.growth,
    "years": arithmetic.years,
    "age": arithmetic.years,
}
_SINGLE = {
    NEGATION: arithmetic.negated,
    PERCENT: arithmetic.percentage,
    "abs": arithmetic.absolute,
}
_FOLDING: Mapping[str, Callable[..., Value]] = {
    "count": folding.count,
    "sum": folding.total,
    "mean": folding.mean,
    "min": folding.smallest,
    "max": folding.largest,
    "argmin": folding.argmin,
    "argmax": folding.argmax,
    "union": folding.union,
    "intersect": folding.intersect,
}


def _pairwise(operation: Callable[[Scalar, Scalar], Scalar]) -> Function:
    return Function(lambda left, right: pairwise(operation, left, right), 2, 2)


def _single(operation: Callable[[Scalar], Scalar]) -> Function:
    return Function(lambda value: each(operation, value), 1, 1)


def _comparison(sign: str) -> Function:
    return Function(lambda left, right: compared(left, sign, right), 2, 2)


def _product(first: Value, *others: Value) -> Value:
    for other in others:
        first = pairwise(arithmetic.multiply, first, other)
    return first


def _round(value: Value, places: Value = _WHOLE) -> Value:
    return pairwise(arithmetic.rounded, value, places)


FUNCTIONS: Mapping[str, Function] = {
    **{name: _pairwise(operation) for name, operation in _PAIRWISE.items()},
    **{name: _single(operation) for name, operation in _SINGLE.items()},
    **{name: Function(operation, 1) for name, operation in _FOLDING.items()},
    **{sign: _comparison(sign) for sign in COMPARISONS},
    "product": Function(_product, 2),
    "round": Function(_round, 1, 2),
}


def calculate(catalogue: Catalogue, call: Call) -> Value:
    """Run a calculate call."""
    tree = read(call.args["expression"])
    operands = {name: operand(catalogue, bound(name, call.bindings)) for name in symbols(tree)}
    _refuse_crowds(operands.values())
    try:
        with localcontext(arithmetic.CONTEXT):
            value = _value(tree, operands)
            return value if isinstance(tree, Symbol) else _derived(value, tree, operands)
    except Overflow as error:
        raise CallFailed(Reason.TOO_COSTLY, "a number became larger than 10^400") from error
    except DecimalException as error:
        raise CallFailed(Reason.BAD_EXPRESSION, "the numbers have no such result") from error


def operand(catalogue: Catalogue, binding: Binding) -> Value:
    """What a symbol is worth in an expression: a value with just the facts it rests on."""
    match binding:
        case Entity() | EntityClass():
            return Entities(subject_of(catalogue, binding).members)
        case Quantity():
            return Scalar(binding.number, binding.unit)
        case Period():
            return _period(binding)
        case Text():
            quantity = read_quantity(binding.text)
            return operand(catalogue, quantity) if quantity else Scalar(binding.text)
        case Scalar():
            return replace(binding, facts=behind(binding))
        case Entities() | Table() | Verdict():
            return binding
    raise CallFailed(Reason.TYPE_MISMATCH, f"{words_of(binding)!r} cannot be calculated with")


def _period(period: Period) -> Scalar:
    """A calendar year is a number; any other period stays a text."""
    is_year = period.text.isdecimal()
    return Scalar(Decimal(period.text), YEAR) if is_year else Scalar(period.text)


def _refuse_crowds(values: Iterable[Value]) -> None:
    n_members = sum(len(members(value)) for value in values if isinstance(value, Entities | Table))
    if n_members > MAX_MEMBERS:
        raise CallFailed(
            Reason.TOO_COSTLY, f"{n_members} members are too many; {MAX_MEMBERS} is the limit"
        )


def _value(node: Node, operands: Mapping[str, Value]) -> Value:
    match node:
        case Literal(scalar):
            return scalar
        case Symbol(name):
            return operands[name]
        case Operation(name, nodes):
            function = _function(name, len(nodes))
            return function.run(*(_value(each_node, operands) for each_node in nodes))


def _function(name: str, n_operands: int) -> Function:
    function = FUNCTIONS.get(name)
    if function is None:
        known = ", ".join(
            sorted(key for key in FUNCTIONS if key.isalpha() and key not in (NEGATION, "mod"))
        )
        raise CallFailed(Reason.BAD_EXPRESSION, f"no function is called {name!r}; known: {known}")
    if not function.least <= n_operands <= function.most:
        wanted = (
            f"{function.least}" if function.most <= function.least else f"{function.least} or more"
        )
        raise CallFailed(Reason.BAD_EXPRESSION, f"{name} takes {wanted} operands, not {n_operands}")
    return function


def _derived(value: Value, tree: Node, operands: Mapping[str, Value]) -> Value:
    """The value with how it was computed, where it is a single one."""
    if not isinstance(value, Scalar):
        return value
    return replace(value, derivation=written(tree, lambda node: _shown(node, operands)))


def _shown(node: Node, operands: Mapping[str, Value]) -> str:
    """An operand as a derivation shows it."""
    if isinstance(node, Literal):
        return _written_out(node.scalar)
    match value := operands[node.name]:
        case Scalar():
            return in_full(replace(value, unit=PERCENT if is_percent(value.unit) else ""))
        case Table():
            return f"{len(value.measures)} values"
        case Entities():
            return f"{len(value.members)} members"
        case Verdict():
            return value.claim
        case Passages():
            return f"{len(value.members)} passages"


def _written_out(literal: Scalar) -> str:
    """A literal; four digits may be a year and stay together."""
    return str(literal.value) if len(str(literal.value)) <= 4 else in_full(literal)
