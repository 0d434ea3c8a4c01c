"""Numbers that a claim works out from numbers in the text: found again, and shown.

Guarantees: an operation is only tried where the claim's words speak of it, and on few numbers, so that a chance
agreement is unlikely. Does not guarantee: that longer calculations are found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations

from tools.grounding.figures import Figure, is_comparable
from tools.values.units import is_percent

MAX_OPERANDS = 12


@dataclass(frozen=True, slots=True)
class _Operation:
    """`form` shows it; `gives_share` and `gives_unit` say what its result is counted in."""

    words: re.Pattern[str]
    compute: Callable[[Decimal, Decimal], Decimal]
    form: str
    gives_share: bool = False
    gives_unit: bool = False


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_OPERATIONS = (
    _Operation(
        _words(
            r"\b(?:grew|grow|growth|rose|rise|increas|gain|up|fell|fall|declin|decreas|drop|down)|增|涨|升|降|跌|减"
        ),
        lambda a, b: (a - b) / b * 100,
        "({a} − {b}) / {b}",
        gives_share=True,
    ),
    _Operation(
        _words(r"\b(?:share|of the|of all|part|proportion)\b|占|份额|比例"),
        lambda a, b: a / b * 100,
        "{a} / {b}",
        gives_share=True,
    ),
    _Operation(_words(r"\b(?:times|fold|twice|ratio)\b|倍"), lambda a, b: a / b, "{a} / {b}"),
    _Operation(
        _words(
            r"\b(?:more|less|fewer|difference|by|gap|larger|smaller|higher|lower)\b|相差|多|少|差"
        ),
        lambda a, b: a - b,
        "{a} − {b}",
        gives_unit=True,
    ),
    _Operation(
        _words(r"\b(?:total|together|combined|sum|altogether|both)\b|合计|总|共"),
        lambda a, b: a + b,
        "{a} + {b}",
        gives_unit=True,
    ),
)


def derivation(claimed: Figure, claim: str, stated: Sequence[Figure]) -> str:
    """How the claimed number follows from two stated ones, `(131 − 118) / 118 = 11%`; empty if it does not."""
    return next(_ways(claimed, claim, stated), "")


def _ways(claimed: Figure, claim: str, stated: Sequence[Figure]) -> Iterator[str]:
    for operation in _OPERATIONS:
        if not operation.words.search(claim) or not _gives(operation, claimed):
            continue
        for one, other in _pairs(operation, claimed, stated):
            if _is_near(operation, claimed, one.number, other.number):
                form = operation.form.format(a=f"{one.number:,f}", b=f"{other.number:,f}")
                yield f"{form} = {claimed.text}"


def _gives(operation: _Operation, claimed: Figure) -> bool:
    if operation.gives_share:
        return is_percent(claimed.unit)
    return operation.gives_unit or not claimed.unit or claimed.unit == "times"


def _pairs(
    operation: _Operation, claimed: Figure, stated: Sequence[Figure]
) -> Iterator[tuple[Figure, Figure]]:
    """Pairs of one kind: that of the claimed number, or any where the result has none."""
    kinds = list({(figure.number, figure.unit): figure for figure in stated}.values())
    if operation.gives_unit:
        kinds = [figure for figure in kinds if is_comparable(figure, claimed)]
    if len(kinds) > MAX_OPERANDS:
        return
    for one, other in permutations(kinds, 2):
        if one.unit == other.unit:
            yield one, other


def _is_near(operation: _Operation, claimed: Figure, one: Decimal, other: Decimal) -> bool:
    """A claimed change may leave out its sign."""
    if not other:
        return False
    value = operation.compute(one, other)
    return min(abs(value - claimed.number), abs(-value - claimed.number)) <= claimed.step / 2
