"""calculate(expression): arithmetic, comparison and set operations on values, with their derivation.

Guarantees: any text gives a value or a `CallFailed` that says what is wrong where; the work is bounded by the length
of the expression and the size of its sets; a result carries the facts of its inputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal, DecimalException, Overflow, localcontext

from tools.calculation.arithmetic import CONTEXT
from tools.calculation.derivations import derived, placed
from tools.calculation.expressions import CONVERSIONS, Node, Operation, read, symbols
from tools.calculation.functions import function, tidied
from tools.calculation.lexing import Literal, Symbol
from tools.catalogue import Catalogue
from tools.evidence import behind, members
from tools.failures import CallFailed
from tools.references import bound, words_of
from tools.subjects import subject_of
from tools.types import (
    Binding,
    Call,
    Entities,
    Entity,
    EntityClass,
    Period,
    Quantity,
    Reason,
    Scalar,
    Table,
    Text,
    Value,
    Verdict,
)
from tools.values.units import YEAR, read_quantity

MAX_MEMBERS = 20_000
MAX_WORK = 200_000


def calculate(catalogue: Catalogue, call: Call) -> Value:
    """Run a calculate call."""
    tree = read(call.args["expression"])
    operands = {name: operand(catalogue, bound(name, call.bindings)) for name in symbols(tree)}
    _refuse_crowds(operands.values(), _n_operations(tree))
    try:
        with localcontext(CONTEXT):
            value = tidied(_value(tree, operands, is_whole=True))
            return value if isinstance(tree, Symbol) else derived(value, tree, operands)
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


def _refuse_crowds(values: Iterable[Value], n_operations: int) -> None:
    n_members = sum(len(members(value)) for value in values if isinstance(value, Entities | Table))
    if n_members > MAX_MEMBERS:
        raise CallFailed(
            Reason.TOO_COSTLY, f"{n_members} members are too many; {MAX_MEMBERS} is the limit"
        )
    if n_members * n_operations > MAX_WORK:
        raise CallFailed(
            Reason.TOO_COSTLY,
            f"{n_operations} operations on {n_members} members are too much work; {MAX_WORK} is the limit",
        )


def _n_operations(node: Node) -> int:
    if isinstance(node, Operation):
        return 1 + sum(_n_operations(each_node) for each_node in node.operands)
    return 0


def _value(node: Node, operands: Mapping[str, Value], *, is_whole: bool = False) -> Value:
    match node:
        case Literal(scalar):
            return scalar
        case Symbol(name):
            return operands[name]
        case Operation(name, nodes):
            run = function(name, len(nodes)).run
            values = [_value(each_node, operands) for each_node in nodes]
            if name in CONVERSIONS and isinstance(nodes[0], Operation):
                values[0] = derived(values[0], nodes[0], operands)
            try:
                return run(*values)
            except CallFailed as failure:
                raise failure if is_whole else placed(failure, node) from failure
