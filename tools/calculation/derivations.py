"""How a value was computed, as people write it; and the part of an expression that a failure comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tools.calculation.expressions import Node, Operation, written
from tools.calculation.lexing import Literal, Symbol
from tools.failures import CallFailed
from tools.types import Entities, Passages, Scalar, Table, Value, Verdict
from tools.values.units import PERCENT, is_percent
from tools.values.wording import in_full


class Placed(CallFailed):
    """A failure that says already where it happened."""


def placed(failure: CallFailed, node: Node) -> CallFailed:
    """The failure with the part of the expression that it comes from."""
    if isinstance(failure, Placed):
        return failure
    where = written(node, lambda leaf: leaf.name if isinstance(leaf, Symbol) else _leaf(leaf))
    failed = failure.failed
    return Placed(failed.reason, f"{failed.detail} (in {where})", failed.candidates)


def derived(value: Value, tree: Node, operands: Mapping[str, Value]) -> Value:
    """The value with how it was computed, where it is a single one."""
    if not isinstance(value, Scalar):
        return value
    has_units = _has_units(tree)
    said = written(tree, lambda node: _shown(node, operands, has_units=has_units))
    return replace(value, derivation=said)


def _has_units(node: Node) -> bool:
    """Whether an expression speaks of units, so that its derivation has to."""
    match node:
        case Literal(scalar, is_unit):
            return is_unit or bool(scalar.unit)
        case Operation(name, nodes):
            return name == "exchange" or any(_has_units(each_node) for each_node in nodes)
    return False


def _shown(node: Node, operands: Mapping[str, Value], *, has_units: bool) -> str:
    """An operand as a derivation shows it: with its unit where units are spoken of."""
    if not isinstance(node, Symbol):
        return _leaf(node)
    match value := operands[node.name]:
        case Scalar() if has_units:
            return in_full(value)
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


def _leaf(node: Node) -> str:
    """A literal as it was meant; four digits may be a year and stay together."""
    if not isinstance(node, Literal):
        return ""
    literal = node.scalar
    if node.is_unit:
        return literal.unit
    digits = f"{literal.value}" if isinstance(literal.value, str) else f"{literal.value:f}"
    return digits if not literal.unit and len(digits) <= 4 else in_full(literal)
